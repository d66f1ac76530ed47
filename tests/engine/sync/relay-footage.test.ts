import { afterEach, describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import { RelayFootage } from '#engine/sync/relay-footage.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import { footageContract, type GivenRun, type Origin } from '../../contracts/footage.ts';
import { DOOR, SECOND, sealed, startOf, T0 } from '../../contracts/segment-store.ts';
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
	readonly over: (changes: Partial<FootageReader>) => RelayFootage;
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
	const over = (changes: Partial<FootageReader>): RelayFootage => {
		const methods = ['cameras', 'runs', 'pages', 'records'] as const;
		const own = Object.fromEntries(methods.map((name) => [name, reader[name].bind(reader)]));
		return new RelayFootage({
			...{ crypto, signerOf: () => Promise.resolve(key), pollMs: 10 },
			reader: { ...own, ...changes } as FootageReader,
			clock: { every: (ms, tick) => everyMs(ms, tick) },
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

	const given = (count: number): GivenRun => ({
		...{ start: startOf(DOOR, 1), init: sealed(0, T0), ended: 'stopped' as const },
		segments: Array.from({ length: count }, (_, at) => sealed(at + 1, T0 + at * SECOND)),
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

	test('another segment, flipped bytes and a cut answer are faults, and asked for anew', async () => {
		const { store, over, reader } = await remote();
		const run = await store(given(8));
		let lie: (bytes: Bytes) => Bytes = (bytes) => bytes;
		let asked = 0;
		const records: FootageReader['records'] = async (...range) => {
			asked += 1;
			return lie(await reader.records(...range));
		};
		const footage = over({ records });
		const lies: ((bytes: Bytes) => Bytes)[] = [
			(bytes) => bytes.slice(0, -1),
			(bytes) => Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)),
			(bytes) => Uint8Array.from(bytes, (byte, at) => (at === 60 ? byte ^ 1 : byte)),
		];
		for (const one of lies) {
			lie = one;
			await expect(footage.read(keyOf(2))).rejects.toMatchObject({ name: 'Fault' });
		}
		lie = (bytes) => bytes;
		const { bytes, head } = run.segments[1]!;
		expect(await footage.read(keyOf(2))).toEqual({ bytes, head });
		const before = asked;
		for (const seq of [3, 4, 5, 6]) expect(await footage.read(keyOf(seq))).not.toBeNull();
		// Five segments a request.
		expect(asked).toBe(before);
		expect(await footage.read(keyOf(9))).toBeNull();
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
