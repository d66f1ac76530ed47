import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import GuardScreen from '#routes/camera/GuardScreen.svelte';
import { WORDS } from '#ui/words/words.ts';
import { rendered } from '../../support/rendered.ts';

const w = WORDS.en;
const source = fileURLToPath(
	new URL('../../../src/routes/camera/GuardScreen.svelte', import.meta.url),
);

/** The guard screen of a phone that records, with `more` in its session. */
function screen(more: object = {}, { dark = true, hosting = null as object | null } = {}): string {
	const saved = { sinceMs: 0, untilMs: 60_000, segments: 1, bytes: 1 };
	const camera = {
		...{ recorder: { kind: 'recording', saved }, tamperSign: null, degradation: null },
		...{ missingLens: null, name: null, blind: null, armed: true, ...more },
	};
	const session = {
		...{ armed: true, blind: null, outlook: null, lowBattery: null, charge: null },
		...{ cameras: [camera], missingLens: null, wakeLockState: 'held', ...more },
	};
	const guard = { dark, holding: false, place: () => ({ x: 40, y: 60 }) };
	return rendered(GuardScreen, session, { guard, hosted: hosting === null ? [] : [hosting] });
}

const badgeOf = (html: string): string | null =>
	/<div class="badge[^]*?<\/div>/.exec(html)?.[0] ?? null;

describe('GM3 while nothing is saved', () => {
	test.each(['quota', 'unplugged', 'interrupted'] as const)(
		'the badge is the sentence that says so and why: %s',
		(why) => {
			const html = screen({ blind: why, recorder: { kind: 'blind', why } });
			expect(html).toContain(`role="alert">${w.camera.blind(w.gaps[why])}</p>`);
			expect(badgeOf(html)).toBeNull();
		},
	);

	test('the screen around it is not black, and the sentence stays visible in the dark', () => {
		expect(screen({ blind: 'quota' })).toMatch(/<dialog [^>]*class="[^"]*\bdark blind\b/);
		const css = readFileSync(source, 'utf8').replaceAll(/\s+/g, ' ');
		for (const selector of ['.blind', '.blind.dark']) {
			const [, colour] = new RegExp(` \\${selector} \\{ background: (#\\w+);`).exec(css) ?? [];
			const parts = [1, 3, 5].map((at) => parseInt(colour?.slice(at, at + 2) ?? '', 16));
			expect(Math.max(...parts), `${selector}: ${String(colour)}`).toBeGreaterThan(0x40);
		}
		expect(css).toContain('.dark.blind .panel { opacity: 1; }');
	});

	test('while something is saved it is the usual badge on black', () => {
		const html = screen();
		expect(badgeOf(html)).toContain(w.rec);
		expect(html).not.toMatch(/<dialog [^>]*class="[^"]*\bblind\b/);
	});
});

test('GM7 a screen that is not kept awake is reported, with what to do', () => {
	for (const state of ['refused', 'missing'] as const) {
		expect(screen({ wakeLockState: state })).toContain(`<p class="need`);
		expect(screen({ wakeLockState: state })).toContain(w.guard.awake[state]);
		expect(w.guard.awake[state]).toMatch(/[Ss]et (this device’s|its) screen to stay on/);
	}
	expect(screen({ wakeLockState: 'held' })).not.toContain('class="need');
});

test('GM8 who watches is beside the badge, also in the dark; who only receives is apart', () => {
	const watchers = [
		{ device: 'a', name: 'Anna', path: 'direct', sinceMs: 0 },
		{ device: 'b', name: 'Boris', path: 'relayed', sinceMs: 0 },
		{ device: 'c', name: 'Carol', path: 'sealed', sinceMs: 0 },
	];
	const html = screen({}, { hosting: { watchers, voices: [] } });
	const badge = badgeOf(html) ?? '';
	expect(badge).toContain('Anna');
	expect(badge).toContain('Boris');
	expect(badge).not.toContain('Carol');
	const panel = html.slice(html.indexOf('class="panel'));
	expect(panel).toMatch(/<p[^>]*>[^<]*Carol/);
	expect(html).toMatch(/<dialog [^>]*class="[^"]*\bdark\b/);
});
