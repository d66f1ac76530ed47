import { describe, expect, test } from 'vitest';
import type { CopyState } from '#state/storage/relay-copy.svelte.ts';
import { copyMoment, copyText } from '#ui/parts/copy-text.ts';

const nowMs = Date.now();
const when = copyMoment(nowMs, 'en');
const progress = { upToMs: nowMs, minutesLeft: 412, refused: null, lostMs: null, roomFromMs: null };
const said = (state: CopyState, connected = true): string => {
	const { upTo, detail } = copyText(state, connected, 'en');
	return `${upTo} · ${detail}`;
};

describe('SY10 how far the copy is, in words', () => {
	test('up to when, how much is left and how long it takes', () => {
		expect(said({ ...progress, kind: 'uploading', aboutMs: 360_000 })).toBe(
			`At the relay up to ${when} · 412 minutes to go, about 6 minutes`,
		);
		expect(said({ ...progress, kind: 'uploading', aboutMs: null })).toContain(
			' · 412 minutes to go',
		);
		expect(said({ ...progress, kind: 'current', minutesLeft: 0 })).toContain(' · All there');
		const nothing = { ...progress, upToMs: null, minutesLeft: 0 };
		expect(said({ ...nothing, kind: 'current' })).toBe('Nothing at the relay yet · ');
	});

	test('a relay that is offline is no error: it waits', () => {
		const failed = { ...progress, kind: 'failed', againMs: nowMs } as const;
		for (const [why, connected] of [
			['offline', true],
			['timeout', true],
			['unavailable', false],
		] as const)
			expect(said({ ...failed, why }, connected)).toContain(
				' · Waits for the relay, 412 minutes to go',
			);
		expect(said({ ...failed, why: 'full' })).toContain('The relay has no space left.');
		expect(said({ ...failed, why: 'denied' })).toContain('does not take footage');
		expect(said({ ...failed, why: 'unavailable' })).toContain('could not store footage just now');
		// Before the relay was asked, nothing is known of it.
		const unknown = { ...progress, upToMs: null, minutesLeft: null };
		expect(said({ ...unknown, kind: 'asking' }, false)).toBe(' · Waits for the relay');
	});

	test('why it is held back, in both languages', () => {
		for (const why of ['person', 'metered', 'battery', 'elsewhere'] as const) {
			const state = { ...progress, kind: 'paused', why } as const;
			const [en, de] = (['en', 'de'] as const).map((one) => copyText(state, true, one).detail);
			expect(en).not.toBe(de);
			expect(en).toContain('412 minutes to go');
			expect(de).toContain('noch 412 Minuten');
		}
	});
});
