import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { concatBytes, hexOf, type Bytes } from '#domain/base/bytes.ts';
import { RelayArchive } from '#browser/network/relay-archive.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import { WebCrypto } from '#web/crypto.ts';
import { bundleModule } from '../e2e/support/bare-page.ts';
import { launchChromium, temporaryFolder } from '../e2e/support/launch.ts';
import { movedTo } from '../fixtures/moved-to.ts';
import { roomFragments } from '../fixtures/fragments.ts';
import { cameraOf, TestDevice, TestHome } from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import type { RemoteKeys } from './pages/seek-remote.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 5;
const SEEKS = 20;
/** Shorter only while developing: results are for an hour. */
const SECONDS = Math.floor(3600 * Number(process.env['HOURS'] ?? '1'));
const BATCH = 40;
const RTT_MS = 50;
const MIDNIGHT = new Date(2026, 10, 20).getTime();
const crypto = new WebCrypto();
const nothing = (): (() => void) => () => undefined;
const noTimers = { monotonicMs: () => performance.now(), every: nothing, after: nothing };

/**
 * Seeks to random times of an hour that lies at the relay (its two processes, over `live`), and of
 * the same hour in the browser's own store, alternating: directly, and through a proxy that holds
 * up each request by a round trip.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await relayWithRoom();
	const home = await TestHome.found();
	const opening = new TestDevice(relay.address);
	await opening.open(home, relay.invitation ?? '');
	opening.close();
	const device = new TestDevice(relay.address);
	await device.prove(home.id, home.first);
	const { token } = await device.next('welcome');
	const camera = await cameraOf(home.first);
	const archive = new RelayArchive(() => ({ origin: relay.address, token }));
	progress(`sending ${String(SECONDS)} segments`);
	const secret = crypto.random(32);
	await upload(archive, camera, home, secret);
	const keys: RemoteKeys = {
		...{ camera, token, secret: hexOf(secret) },
		verify: hexOf(home.first.sign.public),
	};
	const files = await bundleModule(fileURLToPath(new URL('pages/seek-remote.ts', import.meta.url)));
	const near = await proxyTo(relay.address, files, 0);
	const far = await proxyTo(relay.address, files, RTT_MS);
	const context = await launchChromium({ full: true, profile: temporaryFolder() });
	try {
		const at = async ({ port }: Proxy) => {
			const page = await context.newPage();
			await page.goto(`http://localhost:${String(port)}/`);
			await page.waitForFunction(() => 'seekRemoteBench' in window);
			return page;
		};
		const [page, distant] = [await at(near), await at(far)];
		const copied = await page.evaluate((given) => window.seekRemoteBench.copy(given), keys);
		if (copied !== SECONDS) throw new Error(`${String(copied)} segments were copied`);
		const took = { here: [] as number[], relay: [] as number[], far: [] as number[] };
		const opened = { here: [] as number[], relay: [] as number[], far: [] as number[] };
		for (let round = 0; round < ROUNDS; round += 1) {
			for (const where of ['here', 'relay', 'far'] as const) {
				const on = where === 'far' ? distant : page;
				// A page behind another one paints when it likes.
				await on.bringToFront();
				const from = where === 'here' ? ('here' as const) : ('relay' as const);
				opened[where].push(
					await on.evaluate(
						([given, origin, ms]) => window.seekRemoteBench.open(given, origin, ms),
						[keys, from, somewhere()] as const,
					),
				);
				const seeks = Array.from({ length: SEEKS }, somewhere);
				took[where].push(
					...(await on.evaluate((list) => window.seekRemoteBench.seek(list), seeks)),
				);
			}
			const [here, there, away] = [took.here, took.relay, took.far].map((all) => round1(p95(all)));
			progress(`round ${String(round + 1)}: ${String(here)}, ${String(there)}, ${String(away)} ms`);
		}
		return {
			figures: {
				seekP95Ms: round1(p95(took.relay)),
				seekP50Ms: round1(median(took.relay)),
				seek50msP95Ms: round1(p95(took.far)),
				seek50msP50Ms: round1(median(took.far)),
				openMs: round1(median(opened.relay)),
				open50msMs: round1(median(opened.far)),
				/** Over what the same seek takes here; of the far one, a round trip is no cost of ours. */
				overLocalMs: round1(p95(took.relay) - p95(took.here)),
				overLocal50msMs: round1(p95(took.far) - p95(took.here) - RTT_MS),
				segments: SECONDS,
			},
			baseline: {
				localP95Ms: round1(p95(took.here)),
				localP50Ms: round1(median(took.here)),
				localOpenMs: round1(median(opened.here)),
			},
			ratio: {},
			rounds: ROUNDS,
		};
	} finally {
		await context.close();
		for (const { server } of [near, far]) {
			server.closeAllConnections();
			server.close();
		}
		device.close();
		await relay.stop();
	}
}

/** One run from midnight on, sealed and sent as a camera does. */
async function upload(
	archive: RelayArchive,
	camera: CameraId,
	home: TestHome,
	secret: Bytes,
): Promise<void> {
	const { init, fragments } = roomFragments(10, '1280x720');
	const [first] = fragments;
	if (first === undefined) throw new Error('the clip has no fragments');
	const { timescale, durationTicks } = first;
	const { sign } = home.first;
	const mime = 'video/mp4; codecs="avc1.42C01F"';
	const runId = hexOf(crypto.random(16)) as RunId;
	const anchorUs = MIDNIGHT * 1000;
	const start = { camera, runId, runNo: 1, epoch: 1, mime, anchorUs };
	const sealer = new RunSealer(
		crypto,
		{ wallMs: () => Date.now(), ...noTimers },
		{
			...{ start, home: home.id, secret: await crypto.secret(secret.slice()), rosterSeq: 1 },
			...{ signKey: sign.key, oldestKept: { runNo: 1, seq: 1 }, prevRunHead: new Uint8Array(32) },
		},
	);
	const sealed = await sealer.init({ bytes: Uint8Array.from(init), mime, anchorMs: 0 });
	const canonical = buildRunRecord({ ...start, lastSeq: SECONDS, wallMs: 5, ended: 'rotated' });
	const signature = await crypto.sign(sign.key, signedBytes('run', canonical));
	let runRecord: Bytes | null = concatBytes(canonical, signature);
	let records = [buildSegmentRecord({ entry: null, ...sealed })];
	for (let at = 0; at < SECONDS; at += 1) {
		const mediaTicks = at * durationTicks;
		const given = fragments[at % fragments.length]?.bytes ?? new Uint8Array();
		const bytes = movedTo(Uint8Array.from(given), mediaTicks);
		const facts = { mediaTicks, timescale, durationTicks, keyFrame: true, sound: false };
		const { head, bytes: whole, ...times } = await sealer.fragment({ bytes, ...facts });
		const entry = { ...times, size: whole.length, bad: false, place: 0 };
		records.push(buildSegmentRecord({ entry, head, bytes: whole }));
		if (records.length < BATCH && at < SECONDS - 1) continue;
		const { refused } = await archive.put(camera, 1, runRecord, concatBytes(...records));
		if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused[0])}`);
		[runRecord, records] = [null, []];
	}
}

interface Proxy {
	readonly server: Server;
	readonly port: number;
}

/** The page, and the relay's footage under the same origin, each request so much later. */
async function proxyTo(
	address: string,
	files: ReadonlyMap<string, string | Uint8Array>,
	delayMs: number,
): Promise<Proxy> {
	const [main] = files.keys();
	const html = `<!doctype html><script type="module" src="${String(main)}"></script>`;
	const server = createServer((request, response) => {
		const url = request.url ?? '/';
		if (!url.startsWith('/api/')) {
			const script = files.get(url);
			response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
			response.end(script ?? html);
			return;
		}
		const pass = async (): Promise<void> => {
			const { authorization = '' } = request.headers;
			const answer = await fetch(`${address}${url}`, { headers: { authorization } });
			response.statusCode = answer.status;
			if (answer.body === null) response.end();
			else Readable.fromWeb(answer.body as never).pipe(response);
		};
		setTimeout(() => void pass().catch(() => response.destroy()), delayMs);
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return { server, port: (server.address() as AddressInfo).port };
}

function somewhere(): number {
	return MIDNIGHT + Math.random() * (SECONDS - 2) * 1000;
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
const p95 = (values: readonly number[]): number => quantile(values, 0.95);
const median = (values: readonly number[]): number => quantile(values, 0.5);
const round1 = (value: number): number => Math.round(value * 10) / 10;
