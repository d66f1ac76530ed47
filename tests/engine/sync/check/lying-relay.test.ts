/**
 * A relay that lies over HTTP, in front of the real one: it flips, cuts, swaps, repeats and keeps
 * back what it sends. None of it reaches a screen, and each lie is named or ends in a fault.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { concatBytes, hexOf, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import { Opener } from '#engine/sealing/opener.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import { FootageCheck } from '#engine/sync/check/footage-check.ts';
import { RelayFootage } from '#engine/sync/relay-footage.ts';
import type { Secret, VerifyKey } from '#ports/keys/crypto.ts';
import { fakeDevice, type FakeDevice } from '../../../fakes/device.ts';
import { ManualClock } from '../../../fakes/clock.ts';
import { MemoryHeadPinStore } from '../../../fakes/head-pin-store.ts';
import { times } from '../../../faults/support/counts.ts';
import { FootageServer } from '../../../relay/footage/footage-server.ts';
import { randomFrom } from '../../../support/random.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const below = randomFrom(seed);
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const T0 = 1_800_000_000_000_000;
const COUNT = 66;
const ROUNDS = times(1_000);

let clock: ManualClock;
let server: FootageServer;
let owner: FakeDevice;
let camera: CameraId;
let key: VerifyKey;
let secret: Secret;
const bodies = new Map<string, string>();

beforeEach(async () => {
	clock = new ManualClock();
	server = await FootageServer.start(clock);
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	await server.hears(owner);
	const { sign, cameras } = owner.localDevice.unlocked!.identity;
	camera = cameras[0]!.id;
	const { crypto } = server;
	key = await crypto.verifier(sign.public);
	secret = await crypto.secret(crypto.random(32));
	await recorded(1, T0, COUNT);
	await recorded(2, T0 + 3 * MINUTE, 20);
});
afterEach(() => {
	vi.unstubAllGlobals();
	server.stop();
});

/** A run, sealed and sent as its camera does. */
async function recorded(runNo: number, anchorUs: number, count: number): Promise<void> {
	const { crypto } = server;
	const { home, sign } = owner.localDevice.unlocked!.identity;
	const runId = hexOf(crypto.random(16)) as RunId;
	const start = { camera, runId, runNo, epoch: 1, mime: 'video/mp4', anchorUs };
	const sealer = new RunSealer(crypto, clock, {
		...{ start, home, secret, signKey: sign.key, rosterSeq: 1 },
		...{ oldestKept: { runNo: 1, seq: 1 }, prevRunHead: new Uint8Array(32) },
	});
	const init = await sealer.init({ bytes: crypto.random(40), mime: start.mime } as never);
	const records: Bytes[] = [buildSegmentRecord({ entry: null, ...init })];
	for (let at = 0; at < count; at += 1) {
		const body = crypto.random(60);
		const media = { mediaTicks: at * SECOND, timescale: SECOND, durationTicks: SECOND };
		const given = { bytes: body, keyFrame: true, sound: false, ...media };
		const { bytes, head, ...about } = await sealer.fragment(given);
		const entry = { ...about, bad: false, size: bytes.length, place: 0 };
		records.push(buildSegmentRecord({ entry, bytes, head }));
		bodies.set(`${String(runNo)} ${String(at + 1)}`, hexOf(body));
	}
	const canonical = buildRunRecord({ ...start, lastSeq: count, wallMs: 5, ended: 'stopped' });
	const signature = await crypto.sign(sign.key, signedBytes('run', canonical));
	const runRecord = concatBytes(canonical, signature);
	for (let at = 0; at < records.length; at += 60) {
		const some = concatBytes(...records.slice(at, at + 60));
		const origin = { home, camera, key };
		const sent = await server.archive.put({ origin, runNo, runRecord, records: some });
		expect(sent.refused).toEqual([]);
	}
}

type Answer = { readonly path: string; readonly bytes: Uint8Array<ArrayBuffer> };
/** Another answer of the same status; `null`: none at all. */
type Lie = (answer: Answer, all: readonly Answer[]) => Uint8Array<ArrayBuffer> | null;

const flip: Lie = ({ bytes }) => {
	const copy = bytes.slice();
	const at = below(copy.length);
	copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
	return copy;
};
const LIES: readonly (readonly [string, Lie])[] = [
	['flips a bit', flip],
	['cuts', ({ bytes }) => bytes.slice(0, below(bytes.length))],
	['adds', ({ bytes }) => concatBytes(bytes, bytes.slice(0, 1 + below(bytes.length)))],
	['sends another answer', ({ bytes }, all) => all[below(all.length)]?.bytes ?? bytes],
	['sends nothing', () => new Uint8Array()],
];

interface Plot {
	readonly what: string;
	readonly lie: Lie;
	/** Which answers it is told in. */
	readonly on: RegExp;
	readonly told: { count: number };
}

const PATHS = [/\/pages\?/, /\/runs\?/, /\/1\/\d+-\d+$/];

function stubFetch(plot: Plot | null): void {
	const real = globalThis.fetch;
	const all: Answer[] = [];
	vi.stubGlobal('fetch', async (...asked: Parameters<typeof fetch>) => {
		const answer = await real(...asked);
		const { pathname, search } = new URL(asked[0] as string);
		const path = pathname + search;
		const bytes = new Uint8Array(await answer.arrayBuffer());
		all.push({ path, bytes });
		const { status, headers } = answer;
		const type = { 'Content-Type': headers.get('Content-Type') ?? '' };
		const lies = answer.ok && bytes.length > 0 && plot !== null && plot.on.test(path);
		const sent = lies ? plot.lie({ path, bytes }, all) : bytes;
		const isOther = sent === null || hexOf(sent) !== hexOf(bytes);
		if (lies && isOther) plot.told.count += 1;
		if (sent === null) throw new TypeError('the relay hung up');
		return new Response(status === 204 ? null : sent, { status, headers: type });
	});
}

/** What a page shows in half a minute, and what it says beside it. */
async function watched(): Promise<{ shown: string[]; said: string[]; faults: number }> {
	const { crypto } = server;
	const tools = { crypto, clock, signerOf: () => Promise.resolve(key) };
	const check = new FootageCheck({
		...{ ...tools, reader: server.readerOf(owner), pins: new MemoryHeadPinStore() },
		...{ removerOf: () => Promise.resolve(null), copyOf: () => null, originsOf: () => [] },
		...{ reaches: () => false, tell: () => undefined },
	});
	const footage = new RelayFootage({ ...tools, reader: check });
	const keys = { homes: null, verify: key, epoch: () => Promise.resolve(secret) };
	const opener = new Opener(crypto, () => Promise.resolve(keys));
	const [shown, said]: [string[], string[]] = [[], []];
	let faults = 0;
	const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
		try {
			return await work;
		} catch (error) {
			expectFault(error);
			faults += 1;
			return null;
		}
	};
	for (let look = 0; look < 2; look += 1) {
		const runs = (await orNull(footage.runs(camera))) ?? [];
		const segments = (await orNull(footage.between(camera, T0, T0 + 5 * MINUTE))) ?? [];
		for (const seq of [1, 2, 30, COUNT]) {
			const segment = segments.find((one) => one.runNo === 1 && one.seq === seq);
			const run = runs.find((one) => one.runNo === 1);
			if (segment === undefined || run === undefined) continue;
			const stored = await orNull(footage.read(segment));
			const opened = stored && (await orNull(opener.open(run, segment, stored)));
			if (opened) shown.push(`1 ${String(seq)} ${hexOf(opened.body)}`);
			else check.unopened(segment);
		}
		await check.judged();
		await check.judged();
		// What is whole at the next look is said no more.
		said.push(...check.of(camera).map(({ kind }) => kind));
		clock.advance(31_000);
	}
	return { shown, said, faults };
}

test(`SY45 a relay that lies over HTTP, ${String(ROUNDS)} times: nothing of it is shown`, async () => {
	const honest = await watched();
	expect(honest).toMatchObject({ said: [], faults: 0 });
	expect(new Set(honest.shown).size).toBe(4);
	const [wrong, silent]: [string[], string[]] = [[], []];
	let told = 0;
	for (let round = 0; round < ROUNDS; round += 1) {
		const [what, lie] = LIES[below(LIES.length)]!;
		const on = PATHS[below(PATHS.length)]!;
		const plot: Plot = { what: `${what} in ${String(on)}`, lie, on, told: { count: 0 } };
		vi.unstubAllGlobals();
		stubFetch(plot);
		const { shown, said, faults } = await watched();
		told += plot.told.count > 0 ? 1 : 0;
		for (const one of shown) {
			const [runNo, seq, body] = one.split(' ');
			if (bodies.get(`${runNo} ${seq}`) !== body) wrong.push(`${plot.what}: ${one}`);
		}
		const isWhole = new Set(shown).size === 4 && shown.length === 8;
		// What changed nothing that anybody sees needs no word.
		if (plot.told.count > 0 && said.length === 0 && faults === 0 && !isWhole)
			silent.push(`${plot.what}: ${String(shown.length)} shown`);
	}
	expect({ seed, wrong, silent }).toEqual({ seed, wrong: [], silent: [] });
	expect(told).toBeGreaterThan(ROUNDS / 2);
}, 600_000);
