import { afterEach, describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import { RelayFootage, type RelayFootageTools } from '#engine/sync/relay-footage.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import { footageContract, type GivenRun, type Origin } from '../../contracts/footage.ts';
import { DOOR, MINUTE, SECOND, sealed, startOf, T0, YARD } from '../../contracts/segment-store.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FootageServer } from '../../relay/footage/footage-server.ts';
import { still } from '../sealing/sealing-fixture.ts';

const servers: FootageServer[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) server.stop();
});

interface RemoteOrigin extends Origin {
	readonly server: FootageServer;
	readonly reader: FootageReader;
	/** With another word of the archive. */
	readonly over: (
		changes: Partial<FootageReader>,
		follow?: RelayFootageTools['follow'],
	) => RelayFootage;
}

async function remote(): Promise<RemoteOrigin> {
	const clock = new ManualClock();
	const server = await FootageServer.start(clock);
	servers.push(server);
	const owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	await server.hears(owner);
	const { home, sign } = owner.localDevice.unlocked!.identity;
	const { crypto } = server;
	const key = await crypto.verifier(sign.public);
	const reader = server.readerOf(owner);
	const over: RemoteOrigin['over'] = (changes, follow) => {
		const methods = ['cameras', 'runs', 'pages', 'records'] as const;
		const own = Object.fromEntries(methods.map((name) => [name, reader[name].bind(reader)]));
		return new RelayFootage({
			...{ crypto, signerOf: () => Promise.resolve(key), pollMs: 10 },
			...(follow && { follow }),
			reader: { ...own, ...changes } as FootageReader,
			clock: { every: everyMs, monotonicMs: () => performance.now() },
		});
	};
	return {
		...{ server, reader, over, footage: over({}) },
		store: async (given) => {
			const run = await sealedRun(home, sign.key, given);
			const { camera, runNo } = run.start;
			const records = [
				buildSegmentRecord({ entry: null, ...run.init }),
				...run.segments.map(({ bytes, head, ...times }) => {
					const entry = { ...times, bad: false, size: bytes.length, place: 0 };
					return buildSegmentRecord({ entry, bytes, head });
				}),
			];
			const { length: lastSeq } = run.segments;
			const canonical = buildRunRecord({ ...run.start, lastSeq, wallMs: 5, ended: run.ended });
			const signature = await crypto.sign(sign.key, signedBytes('run', canonical));
			const runRecord = concatBytes(canonical, signature);
			const origin = { home, camera, key };
			for (let at = 0; at < records.length; at += 64) {
				const some = concatBytes(...records.slice(at, at + 64));
				const sent = await server.archive.put({ origin, runNo, runRecord, records: some });
				expect(sent.refused).toEqual([]);
			}
			return run;
		},
	};
}

/** With timers of the real world: requests take as long as they take. */
function everyMs(ms: number, tick: () => void): () => void {
	const timer = setInterval(tick, ms);
	return () => clearInterval(timer);
}

/** The same run, really sealed. */
async function sealedRun(
	home: HomeId,
	signKey: ConstructorParameters<typeof RunSealer>[2]['signKey'],
	{ start, segments, ended }: GivenRun,
): Promise<GivenRun> {
	const { crypto } = servers.at(-1)!;
	const sealer = new RunSealer(crypto, still, {
		...{ start, home, secret: await crypto.secret(crypto.random(32)), signKey, rosterSeq: 1 },
		...{ oldestKept: { runNo: 1, seq: 1 }, prevRunHead: new Uint8Array(32) },
	});
	const init = await sealer.init({ bytes: crypto.random(90), mime: start.mime } as never);
	const all: GivenRun['segments'][number][] = [];
	for (const { startUs, durationUs, sound, bytes } of segments)
		all.push(
			await sealer.fragment({
				...{ bytes, sound, keyFrame: true, timescale: 1_000_000 },
				...{ mediaTicks: startUs - start.anchorUs, durationTicks: durationUs },
			}),
		);
	return { start, init, segments: all, ended };
}

describe('SY37 footage in an archive', () => {
	footageContract(remote);

	const given = (count: number, runNo = 1, fromUs = T0): GivenRun => ({
		...{ start: startOf(DOOR, runNo, fromUs), init: sealed(0, fromUs), ended: 'stopped' as const },
		segments: Array.from({ length: count }, (_, at) => sealed(at + 1, fromUs + at * SECOND)),
	});
	const keyOf = (seq: number, camera: CameraId = DOOR) => ({
		...{ camera, runNo: 1, seq, startUs: T0 + (seq - 1) * SECOND },
	});

	test('what the archive says of a run counts only as its camera signed it', async () => {
		const { store, over, reader } = await remote();
		await store(given(3));
		const runs: FootageReader['runs'] = async (...asked) =>
			(await reader.runs(...asked)).map((run) => {
				const record = Uint8Array.from(run.record!);
				record[1]! ^= 1;
				return { ...run, record };
			});
		expect(await over({ runs }).runs(DOOR)).toEqual([]);
		const silent: FootageReader['runs'] = async (...asked) =>
			(await reader.runs(...asked)).map((run) => ({ ...run, record: null }));
		expect(await over({ runs: silent }).runs(DOOR)).toEqual([]);
		const elsewhere: FootageReader['runs'] = async (...asked) =>
			(await reader.runs(...asked)).map((run) => ({ ...run, runNo: 2 }));
		expect(await over({ runs: elsewhere }).runs(DOOR)).toEqual([]);
	});

	test('another segment, flipped bytes and a cut answer are faults that hide nothing else', async () => {
		const { store, over, reader } = await remote();
		const run = await store(given(8));
		let lie: (bytes: Bytes) => Bytes = (bytes) => bytes;
		const records: FootageReader['records'] = async (...range) =>
			lie(await reader.records(...range));
		const flipped = (place: (length: number) => number) => (bytes: Bytes) =>
			Uint8Array.from(bytes, (byte, at) => (at === place(bytes.length) ? byte ^ 1 : byte));
		const lies: readonly (readonly [number, (bytes: Bytes) => Bytes])[] = [
			[6, (bytes) => bytes.slice(0, -1)],
			[6, flipped((length) => length - 1)],
			[2, flipped(() => 60)],
			[2, flipped(() => 20)],
		];
		for (const [wrong, one] of lies) {
			lie = one;
			const footage = over({ records });
			const [two, six] = await Promise.allSettled([2, 6].map((seq) => footage.read(keyOf(seq))));
			const [bad, good] = wrong === 2 ? [two, six] : [six, two];
			expect(bad).toMatchObject({ status: 'rejected', reason: { kind: 'corrupt' } });
			expect(good).toMatchObject({ status: 'fulfilled' });
		}
		lie = (bytes) => bytes;
		const footage = over({ records });
		const { bytes, head } = run.segments[1]!;
		expect(await footage.read(keyOf(2))).toEqual({ bytes, head });
		expect(await footage.read(keyOf(9))).toBeNull();
	});

	test('PB34 a seek asks for what it needs, and what goes on for 2.5 MB at a time', async () => {
		const { store, over, reader } = await remote();
		await store(given(200));
		const asked: (readonly [number, number])[] = [];
		const records: FootageReader['records'] = (camera, runNo, first, last) => {
			asked.push([first, last]);
			return reader.records(camera, runNo, first, last);
		};
		const footage = over({ records });
		await footage.runs(DOOR);
		for (let seq = 0; seq <= 80; seq += 1) expect(await footage.read(keyOf(seq))).not.toBeNull();
		expect(await footage.read(keyOf(150))).not.toBeNull();
		expect(asked).toEqual([
			[0, 0],
			[1, 5],
			[6, 69],
			[70, 133],
			[150, 154],
		]);
		// As far as an answer goes.
		const short = over({
			runs: async (...of) => (await reader.runs(...of)).map((run) => ({ ...run, bytes: 1 })),
			records: (camera, runNo, first) => reader.records(camera, runNo, first, first + 1),
		});
		for (let seq = 1; seq <= 20; seq += 1) expect(await short.read(keyOf(seq))).not.toBeNull();
	});

	test('SY37 what is known of runs and segments is asked for once, and anew where it changed', async () => {
		const { store, over, reader } = await remote();
		await store(given(70));
		const asked: string[] = [];
		let changed: (camera: CameraId, minutes: { from: number; to: number }) => void = () =>
			undefined;
		const footage = over(
			{
				runs: (camera, from, to) => {
					asked.push('runs');
					return reader.runs(camera, from, to);
				},
				pages: (camera, from, to) => {
					asked.push(`${from - T0 / MINUTE}..${to - T0 / MINUTE}`);
					return reader.pages(camera, from, to);
				},
			},
			(heard) => {
				changed = heard;
				return { isTold: () => true, stop: () => undefined };
			},
		);
		let told = 0;
		const stop = footage.watch(() => (told += 1));
		const look = async () => {
			asked.length = 0;
			const runs = await footage.runs(DOOR);
			const found = await footage.between(DOOR, T0 - 10 * MINUTE, T0 + 10 * MINUTE);
			return [runs.length, found.length, ...asked];
		};
		expect(await look()).toEqual([1, 70, 'runs', '-11..10']);
		expect(await look()).toEqual([1, 70]);
		await store({ ...given(10, 2, T0 + 3 * MINUTE) });
		const at = T0 / MINUTE + 3;
		changed(YARD, { from: at, to: at });
		expect(await look()).toEqual([1, 70]);
		changed(DOOR, { from: at, to: at });
		expect(told).toBe(2);
		expect(await look()).toEqual([2, 80, 'runs', '3..3']);
		stop();
		expect((await look()).slice(0, 2)).toEqual([2, 80]);
		expect(asked).toHaveLength(2);
	});

	test('however far an archive says that a run goes, a look has an end', async () => {
		const { store, over, reader } = await remote();
		await store(given(2));
		let pages = 0;
		const footage = over({
			runs: async (...asked) =>
				(await reader.runs(...asked)).map((run) => ({ ...run, endUs: 9e15 })),
			pages: (...asked) => {
				pages += 1;
				return reader.pages(...asked);
			},
		});
		expect(await footage.firstAt(DOOR, T0 + 3600 * SECOND)).toBeNull();
		expect(pages).toBeLessThan(40);
	});
});
