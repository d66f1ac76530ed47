import { beforeEach, describe, expect, test } from 'vitest';
import { base64urlOf } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { HomeRoster, MergeResult } from '#engine/home/home-roster.ts';
import { RosterSync } from '#engine/messaging/roster-sync.ts';
import type { FromDevice } from '#protocol/wire.ts';
import { filled } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';

const MINUTE = 60_000;
/** Beside what is signed, an entry has a signature of 64 bytes. */
const entry = (n: number, size = 130): Bytes => {
	const bytes = filled(size, 0);
	[bytes[0], bytes[1]] = [n & 0xff, n >> 8];
	return bytes;
};
const upTo = (count: number) => Array.from({ length: count }, (_, n) => entry(n + 1));

/** A device's copy; what comes of a merge is said by the test. */
const copy = {
	roster: { home: 'aa'.repeat(32) } as { home: string } | null,
	entries: [] as Bytes[],
	get entriesWithHeld() {
		return this.entries;
	},
	merges: [] as { readonly from: number; readonly count: number }[],
	outcome: 'known' as MergeResult | Fault,
	merge(_: string, from: number, entries: readonly Bytes[]): Promise<MergeResult> {
		this.merges.push({ from, count: entries.length });
		const { outcome } = this;
		if (outcome instanceof Fault) return Promise.reject(outcome);
		if (outcome === 'new') this.entries = [...this.entries.slice(0, from - 1), ...entries];
		return Promise.resolve(outcome);
	},
};

let clock: ManualClock;
let sent: FromDevice[];
let connected: boolean;
let sync: RosterSync;
beforeEach(() => {
	clock = new ManualClock();
	[sent, connected] = [[], true];
	Object.assign(copy, { entries: upTo(5), merges: [], outcome: 'known' });
	const send = (frame: FromDevice) => {
		if (connected) sent.push(frame);
		return connected;
	};
	const homeRoster = copy as unknown as HomeRoster;
	sync = new RosterSync(homeRoster, send, () => undefined, clock);
});

/** Of what was sent since the last look: entries appended, or the number asked from. */
const since = () =>
	sent
		.splice(0)
		.map((frame) =>
			frame.t === 'append'
				? `append ${frame.entries.length}`
				: frame.t === 'roster-since'
					? `since ${frame.seq}`
					: frame.t,
		);
const roster = (from: number, count: number) =>
	sync.receive({
		...{ t: 'roster', from },
		entries: Array.from({ length: count }, (_, n) => base64urlOf(entry(from + n))),
	});

describe('LK8 what was signed here', () => {
	test('is published once the relay has said what it has, each entry once', async () => {
		sync.publish();
		expect(since()).toEqual([]);
		sync.up(3);
		// The newest that both have is asked for again: it tells whether all before it agree.
		expect(since()).toEqual(['since 2']);
		expect(sync.relaySeq).toBe(0);
		await roster(3, 1);
		expect(since()).toEqual(['append 2']);
		sync.publish();
		expect(since()).toEqual([]);
		expect(sync.relaySeq).toBe(3);
		await sync.receive({ t: 'appended', seq: 5 });
		expect([sync.relaySeq, sync.caughtUp]).toEqual([5, true]);
		copy.entries = upTo(6);
		sync.publish();
		expect(since()).toEqual(['append 1']);
	});

	test('goes in frames of 32 entries, and of 48 thousand characters, one after the other', async () => {
		copy.entries = upTo(40);
		sync.up(0);
		sync.publish();
		expect(since()).toEqual(['since 0', 'append 32']);
		await sync.receive({ t: 'appended', seq: 32 });
		expect(since()).toEqual(['append 8']);
		copy.entries = [...upTo(40), ...Array.from({ length: 4 }, (_, n) => entry(n, 12_000))];
		await sync.receive({ t: 'appended', seq: 40 });
		expect(since()).toEqual(['append 3']);
		await sync.receive({ t: 'appended', seq: 43 });
		expect(since()).toEqual(['append 1']);
	});

	test('is not given up for one that could not be sent, and waits without a connection', async () => {
		sync.up(3);
		connected = false;
		await roster(3, 1);
		connected = true;
		sync.publish();
		expect(since()).toEqual(['since 2', 'append 2']);
		sync.down();
		copy.entries = upTo(9);
		sync.publish();
		expect([since(), sync.relaySeq]).toEqual([[], null]);
	});

	test('waits where the relay has had too many: two seconds, then longer', async () => {
		sync.up(3);
		await roster(3, 1);
		since();
		for (const ms of [2000, 4000, 8000]) {
			await sync.receive({ t: 'refused', why: 'too-many' });
			clock.advance(ms - 1);
			expect(since()).toEqual([]);
			clock.advance(1);
			expect(since()).toEqual(['append 2']);
		}
		await sync.receive({ t: 'appended', seq: 5 });
		clock.advance(MINUTE);
		expect(since()).toEqual([]);
	});

	test('ID44 if it is refused, the relay’s own are asked for once; then only time is tried', async () => {
		sync.up(3);
		await roster(3, 1);
		since();
		await sync.receive({ t: 'refused', why: 'roster' });
		expect(since()).toEqual(['since 2', 'append 2']);
		await sync.receive({ t: 'refused', why: 'roster' });
		expect(since()).toEqual([]);
		clock.advance(2000);
		expect(since()).toEqual(['append 2']);
	});
});

describe('LK8 what others signed', () => {
	test('is merged, and asked for again from where there is a gap', async () => {
		sync.up(9);
		expect([since(), sync.caughtUp]).toEqual([['since 4'], false]);
		copy.outcome = 'gap';
		await roster(7, 3);
		expect(since()).toEqual(['since 4']);
		copy.outcome = 'new';
		await roster(5, 5);
		expect([copy.entries.length, sync.caughtUp, sync.relaySeq]).toEqual([9, true, 9]);
		expect(since()).toEqual([]);
	});

	test('and does not count yet, is looked at again after ten minutes', async () => {
		sync.up(6);
		since();
		copy.outcome = 'early';
		await roster(5, 2);
		clock.advance(10 * MINUTE - 1);
		expect(since()).toEqual([]);
		clock.advance(1);
		expect(since()).toEqual(['since 4']);
	});

	test('but not on a connection that is over', async () => {
		sync.up(6);
		copy.outcome = 'early';
		await roster(5, 2);
		sync.down();
		sync.up(6);
		since();
		clock.advance(10 * MINUTE);
		expect(since()).toEqual([]);
		sync.down();
		await roster(5, 2);
		expect(copy.merges).toHaveLength(1);
	});

	test('ID37 LK10 if it does not continue ours, the whole branch is asked for once, and nothing is sent', async () => {
		sync.up(5);
		since();
		copy.outcome = 'forked';
		await roster(5, 1);
		expect([sync.forked, since()]).toEqual([true, ['since 0']]);
		copy.entries = upTo(7);
		sync.publish();
		await roster(1, 5);
		expect(since()).toEqual([]);
		// Together, they are merged as one.
		await roster(6, 2);
		expect(copy.merges).toEqual([
			{ from: 5, count: 1 },
			{ from: 1, count: 5 },
			{ from: 1, count: 7 },
		]);
		copy.outcome = 'new';
		await roster(8, 1);
		expect(sync.forked).toBe(false);
	});

	test('a frame that makes no sense is a fork; a vault that does not answer is not', async () => {
		sync.up(5);
		copy.outcome = new Fault('unavailable', 'the database did not answer');
		await roster(5, 1);
		expect(sync.forked).toBe(false);
		await sync.receive({ t: 'roster', from: 5, entries: ['not base64url!'] });
		expect(sync.forked).toBe(true);
	});

	test('after a settlement the relay gets ours from where its entries fell', async () => {
		sync.up(5);
		since();
		copy.outcome = 'known';
		await roster(5, 1);
		copy.entries = [...upTo(3), entry(104), entry(105), entry(106)];
		sync.publish();
		expect(since()).toEqual(['append 3']);
	});
});
