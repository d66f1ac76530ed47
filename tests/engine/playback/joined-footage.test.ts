import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { SegmentKey } from '#domain/footage/segment.ts';
import { JoinedFootage } from '#engine/playback/joined-footage.ts';
import type { Footage } from '#ports/footage/footage.ts';
import { footageContract, ownStore, type Origin } from '../../contracts/footage.ts';
import {
	DOOR,
	MINUTE,
	record,
	sealed,
	SECOND,
	startOf,
	T0,
	YARD,
} from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { FarFootage } from './far-footage.ts';

let clock: ManualClock;
let here: MemorySegmentStore;
let far: FarFootage;
let joined: JoinedFootage;
beforeEach(() => {
	clock = new ManualClock();
	here = new MemorySegmentStore();
	far = new FarFootage();
	joined = joinedOf(far);
});

function joinedOf(...elsewhere: readonly Footage[]): JoinedFootage {
	return new JoinedFootage({
		...{ clock, here },
		elsewhere: elsewhere.map((footage, at) => ({
			...{ footage, origin: at === 0 ? ('relay' as const) : ('camera' as const) },
		})),
		about: () => Promise.resolve({ name: 'Door', former: false }),
	});
}

/** A run of a second each, closed. */
async function film(
	store: MemorySegmentStore,
	runNo: number,
	seconds: number,
	fromUs = T0 + runNo * MINUTE,
	camera = DOOR,
): Promise<void> {
	await record(store, camera, runNo, seconds, fromUs);
	await store.close(camera, runNo, 'stopped');
}

const key = (seq: number, runNo = 1): SegmentKey => {
	return { camera: DOOR, runNo, seq, startUs: T0 + runNo * MINUTE + (seq - 1) * SECOND };
};
const never = new Promise<never>(() => undefined);

describe('PB30 all of it here', () => {
	footageContract(() => {
		const store = new MemorySegmentStore();
		const footage = new JoinedFootage({
			...{ clock: new ManualClock(), here: store },
			elsewhere: [{ origin: 'relay', footage: new FarFootage() }],
			about: () => Promise.resolve({ name: null, former: false }),
		});
		return Promise.resolve({ ...ownStore(store), footage });
	});
});

describe('PB30 all of it elsewhere, or the oldest', () => {
	const over = (pick: (runNo: number, far: MemorySegmentStore) => MemorySegmentStore | null) => {
		return (): Promise<Origin> => {
			const [store, remote] = [new MemorySegmentStore(), new FarFootage()];
			const footage = new JoinedFootage({
				...{ clock: new ManualClock(), here: store },
				elsewhere: [{ origin: 'relay', footage: remote }],
				about: () => Promise.resolve({ name: null, former: false }),
			});
			return Promise.resolve({
				footage,
				store: (run) => ownStore(pick(run.start.runNo, remote.store) ?? store).store(run),
			});
		};
	};
	footageContract(over((_, remote) => remote));
	footageContract(over((runNo, remote) => (runNo === 1 ? remote : null)));
});

describe('PB30 the union', () => {
	test('a run that two origins have parts of is one, and its own camera says how it ended', async () => {
		await film(far.store, 1, 5);
		const { anchorUs } = startOf(DOOR, 1, T0 + MINUTE);
		await record(here, DOOR, 1, 9, anchorUs);
		await here.close(DOOR, 1, 'unplugged');
		const [run, ...others] = await joined.runs(DOOR);
		expect(others).toEqual([]);
		expect(run).toMatchObject({ firstSeq: 1, lastSeq: 9, ended: 'unplugged', holes: [] });
		const seqs = (await joined.between(DOOR, T0, T0 + 5 * MINUTE)).map(({ seq }) => seq);
		expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
	});

	test('what was evicted here plays from elsewhere', async () => {
		for (const runNo of [1, 2, 3]) {
			await film(here, runNo, 60);
			await film(far.store, runNo, 60);
		}
		await here.evict(1, 1);
		expect((await here.runs(DOOR)).map(({ runNo }) => runNo)).toEqual([2, 3]);
		expect(await here.read(key(1))).toBeNull();
		expect(await joined.read(key(1))).not.toBeNull();
		expect(joined.originOf(key(1))).toBe('relay');
		expect((await joined.between(DOOR, T0, T0 + 9 * MINUTE)).length).toBe(180);
		expect(await joined.spans(DOOR, T0, T0 + 9 * MINUTE)).toEqual([
			{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, origins: ['relay'] },
			{ startUs: T0 + 2 * MINUTE, endUs: T0 + 4 * MINUTE, origins: ['here', 'relay'] },
		]);
	});

	test('what a person deleted here does not come back from elsewhere; undone, it is here', async () => {
		await film(here, 1, 10);
		await film(far.store, 1, 10);
		const span = { startUs: T0 + MINUTE + 3 * SECOND, endUs: T0 + MINUTE + 5 * SECOND };
		const removal = await here.remove(DOOR, span);
		const seqs = async () =>
			(await joined.between(DOOR, T0, T0 + 5 * MINUTE)).map(({ seq }) => seq);
		expect(await seqs()).toEqual([1, 2, 3, 6, 7, 8, 9, 10]);
		expect((await joined.runs(DOOR))[0]!.holes).toEqual([{ ...span, why: 'deleted' }]);
		expect((await joined.firstAt(DOOR, span.startUs))?.seq).toBe(6);
		expect((await joined.spans(DOOR, 0, T0 + 9 * MINUTE)).map(({ endUs }) => endUs)).toEqual([
			span.startUs,
			T0 + MINUTE + 10 * SECOND,
		]);
		await here.restore(removal!.id);
		expect(await seqs()).toHaveLength(10);
	});

	test('cameras tell where their footage is, what they are called and whether they are gone', async () => {
		await film(here, 1, 1);
		await film(far.store, 1, 1);
		await film(far.store, 1, 1, T0, YARD);
		joined.watch(() => undefined);
		await joined.savedCameras();
		await vi.waitFor(() => expect(joined.state('relay')).toBe('ready'));
		const about = { name: 'Door', former: false };
		expect(await joined.savedCameras()).toEqual([
			{ id: DOOR, origins: ['here', 'relay'], ...about },
			{ id: YARD, origins: ['relay'], ...about },
		]);
	});
});

describe('PB31 nobody holds anything up', () => {
	test('where this device has all there is, nobody else is asked', async () => {
		await film(here, 1, 60);
		await film(here, 2, 60);
		await joined.between(DOOR, T0 + MINUTE, T0 + 3 * MINUTE);
		await joined.runs(DOOR, T0 + MINUTE, T0 + 3 * MINUTE);
		await joined.firstAt(DOOR, T0 + MINUTE);
		await joined.read(key(1));
		expect(far.asked).toEqual([]);
	});

	test('what is here is told at once, and what is elsewhere when it is known', async () => {
		await film(here, 2, 60);
		await film(far.store, 1, 60);
		let release: (value: unknown) => void = () => undefined;
		far.answers = new Promise((resolve) => (release = resolve));
		let told = 0;
		joined.watch(() => (told += 1));
		const numbers = async () => (await joined.runs(DOOR)).map(({ runNo }) => runNo);
		expect(await numbers()).toEqual([2]);
		expect([joined.state('relay'), told]).toEqual(['reading', 0]);
		release(null);
		await vi.waitFor(() => expect(told).toBe(1));
		expect(await numbers()).toEqual([1, 2]);
		expect(joined.state('relay')).toBe('ready');
		const before = far.asked.length;
		await numbers();
		expect(far.asked.length).toBe(before);
		await film(far.store, 3, 60);
		await vi.waitFor(async () => expect(await numbers()).toEqual([1, 2, 3]));
	});

	test('one that does not answer is waited for once, is away, and comes back by itself', async () => {
		await film(far.store, 1, 60);
		far.answers = never;
		let told = 0;
		joined.watch(() => (told += 1));
		const asked = joined.runs(DOOR);
		await clock.pass(1_500);
		expect(await asked).toEqual([]);
		// Not again.
		expect(await joined.between(DOOR, T0, T0 + 9 * MINUTE)).toEqual([]);
		await clock.pass(4_000);
		expect(joined.state('relay')).toBe('away');
		far.answers = Promise.resolve();
		await clock.pass(10_000);
		expect(joined.state('relay')).toBe('ready');
		expect(told).toBeGreaterThan(0);
		expect((await joined.runs(DOOR)).map(({ runNo }) => runNo)).toEqual([1]);
	});

	test('one that refuses is not asked for footage, until something changes', async () => {
		await film(far.store, 1, 60);
		far.fault = new Fault('denied', 'no right to see it');
		joined.watch(() => undefined);
		expect(await joined.runs(DOOR)).toEqual([]);
		expect(joined.state('relay')).toBe('refused');
		expect(await joined.read(key(1))).toBeNull();
		expect(far.asked).toEqual(['runs']);
		far.fault = null;
		await film(far.store, 2, 60);
		expect((await joined.runs(DOOR)).map(({ runNo }) => runNo)).toEqual([1, 2]);
	});

	test('a store here that fails does not hide what is elsewhere', async () => {
		await film(far.store, 1, 60);
		const broken = (): Promise<never> => Promise.reject(new Fault('unavailable', 'no database'));
		vi.spyOn(here, 'runs').mockImplementation(broken);
		vi.spyOn(here, 'between').mockImplementation(broken);
		vi.spyOn(here, 'read').mockImplementation(broken);
		expect((await joined.runs(DOOR)).length).toBe(1);
		expect((await joined.between(DOOR, T0, T0 + 9 * MINUTE)).length).toBe(60);
		expect(await joined.read(key(1))).not.toBeNull();
		far.fault = new Fault('offline', 'no relay is connected');
		await expect(joinedOf(far).runs(DOOR)).rejects.toMatchObject({ kind: 'unavailable' });
	});
});

describe('PB32 reading changes over', () => {
	beforeEach(async () => {
		await film(here, 1, 10);
		await film(far.store, 1, 10);
	});

	test('on failure at once, and within two seconds when the nearest is slow', async () => {
		expect(await joined.read(key(1))).not.toBeNull();
		expect(joined.originOf(key(1))).toBe('here');
		const failing = vi.spyOn(here, 'read').mockRejectedValue(new Fault('timeout', 'no answer'));
		expect(await joined.read(key(2))).not.toBeNull();
		expect(joined.originOf(key(2))).toBe('relay');
		failing.mockReturnValue(never);
		const slow = joined.read(key(3));
		await clock.pass(1_900);
		expect(await slow).not.toBeNull();
		expect(joined.originOf(key(3))).toBe('relay');
	});

	test('damage is told where it is, and is a hole only where nobody has it', async () => {
		await joined.read(key(4));
		expect(await joined.damaged(key(4))).toBe(true);
		const bad = async (footage: Footage) =>
			(await footage.between(DOOR, T0, T0 + 9 * MINUTE)).filter((one) => one.bad);
		expect((await bad(here)).map(({ seq }) => seq)).toEqual([4]);
		expect(await bad(far.store)).toEqual([]);
		expect(await bad(joined)).toEqual([]);
		const startUs = key(4).startUs;
		expect((await joined.runs(DOOR, startUs, startUs + SECOND))[0]!.holes).toEqual([]);
		expect(await joined.read(key(4))).not.toBeNull();
		expect(joined.originOf(key(4))).toBe('relay');
		expect(await joined.damaged(key(4))).toBe(true);
		expect((await bad(joined)).map(({ seq }) => seq)).toEqual([4]);
		expect((await joined.runs(DOOR, startUs, startUs + SECOND))[0]!.holes).toEqual([
			{ startUs, endUs: startUs + SECOND, why: 'damaged' },
		]);
		expect(await joined.damaged(key(4))).toBe(false);
	});

	test('what is listed here and does not read is left out while nobody else answers', async () => {
		far.fault = new Fault('offline', 'no relay is connected');
		vi.spyOn(here, 'read').mockRejectedValueOnce(new Fault('corrupt', 'unreadable'));
		expect(await joined.read(key(2))).toBeNull();
		expect(await joined.damaged(key(2))).toBe(true);
		vi.spyOn(here, 'read').mockResolvedValueOnce(null);
		expect(await joined.read(key(3))).toBeNull();
		// What was never here may come back.
		await expect(joined.read(key(11))).rejects.toMatchObject({ kind: 'offline' });
		expect((await here.runs(DOOR))[0]!.holes).toMatchObject([{ why: 'damaged' }]);
	});

	test('what an origin answers wrongly is told there, once another has it', async () => {
		vi.spyOn(here, 'read').mockResolvedValue(null);
		far.lies = true;
		const damaged = vi.spyOn(far, 'damaged');
		const third = new FarFootage();
		await film(third.store, 1, 10);
		joined = joinedOf(far, third);
		const { bytes, head } = sealed(5, T0);
		expect(await joined.read(key(5))).toEqual({ bytes, head });
		expect(joined.originOf(key(5))).toBe('camera');
		await vi.waitFor(() => expect(damaged).toHaveBeenCalledOnce());
	});

	test('a fault that may pass is no damage', async () => {
		await joined.firstAt(DOOR, T0 + 9 * MINUTE);
		vi.spyOn(here, 'read').mockRejectedValue(new Fault('corrupt', 'unreadable'));
		far.fault = new Fault('timeout', 'no answer');
		await expect(joined.read(key(6))).rejects.toMatchObject({ kind: 'timeout' });
		far.fault = null;
		far.lies = true;
		await expect(joined.read(key(6))).rejects.toMatchObject({ kind: 'corrupt' });
	});
});
