/**
 * One relay and 2,000 devices: time until all are connected after they all connect at once, latency
 * of a message, memory of an idle socket, and CPU time of relaying a live part against a bare `ws`
 * server that broadcasts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { RelayDatabase } from '#relay/storage/database.ts';
import { childrenOf } from '../e2e/support/launch.ts';
import {
	arrive,
	cameraOf,
	partOf,
	TestDevice,
	TestHome,
	type Keys,
} from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import type { Bench } from './result.ts';

const DEVICES = 2_000;
const EACH_HOME = 4;
const MESSAGES = 10_000;
const MESSAGES_PER_SECOND = 500;
const WATCHERS = 200;
const PARTS = 1_500;
const PART_BYTES = 4_000;
const PARTS_A_SECOND = 100;
/** Devices ping at this interval anyway. */
const PING_MS = 10_000;
/** Until then what the connecting left behind is gone. */
const IDLE_MS = 20_000;

interface There {
	readonly home: TestHome;
	readonly keys: Keys;
	readonly device: TestDevice;
}

export const bench: Bench = async (say) => {
	const relay = await relayWithRoom();
	const live = childrenOf(relay.pid).find((pid) => commandOf(pid).includes('live.ts')) ?? 0;
	say('making keys and opening homes');
	const homes = await openHomes(relay.address, relay.data, DEVICES / EACH_HOME);
	const idleMiB = rssMiB(live);

	say(`${DEVICES} devices come at once`);
	const begun = performance.now();
	const everybody = homes.flatMap(({ home, members }) => members.map((keys) => ({ home, keys })));
	const there: There[] = await Promise.all(
		everybody.map(async ({ home, keys }) => ({
			...{ home, keys, device: await comeIn(relay.address, home, keys) },
		})),
	);
	const stormMs = performance.now() - begun;
	const pinging = setInterval(() => {
		for (const { device } of there) device.say({ t: 'ping', n: 1 });
	}, PING_MS);
	say('idle for a while');
	await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
	const rssKiB = ((rssMiB(live) - idleMiB) * 1024) / DEVICES;

	say(`${MESSAGES} letters`);
	const letters = await sendMessages(there);
	clearInterval(pinging);
	for (const { device } of there) device.close();

	say('live parts through the relay, then through a bare server');
	const ours = await passParts(relay.address, homes[0]!, live);
	await relay.stop();
	const bare = await bareServer();
	const bareKiB = await bare.idle();
	const theirs = await bare.broadcast();
	bare.child.kill();
	return {
		figures: {
			...{ connectStormMs: round(stormMs), idleSocketKiB: round(rssKiB, 1) },
			...{ letterP50Ms: round(letters.p50, 1), letterP99Ms: round(letters.p99, 1) },
			cpuPerPartUs: round(ours.cpuUs, 1),
		},
		baseline: { idleSocketKiB: round(bareKiB, 1), cpuPerPartUs: round(theirs.cpuUs, 1) },
		ratio: { cpuPerPart: round(ours.cpuUs / theirs.cpuUs, 2) },
		rounds: 1,
	};
};

interface Opened {
	readonly home: TestHome;
	readonly members: readonly Keys[];
}

/** Invitations as `npm run relay -- invite` writes them; the relay sees them a moment later. */
async function openHomes(address: string, data: string, count: number): Promise<Opened[]> {
	const database = new RelayDatabase(join(data, 'relay.sqlite'));
	const codes = Array.from({ length: count }, () => database.invite(Date.now()));
	database.close();
	const opened: Opened[] = [];
	for (const code of codes) {
		const home = await TestHome.found();
		const members = [home.first];
		while (members.length < EACH_HOME) members.push(await home.add(['viewer']));
		await openOne(address, home, code);
		opened.push({ home, members });
	}
	return opened;
}

async function openOne(address: string, home: TestHome, code: string): Promise<void> {
	for (let tries = 0; tries < 50; tries += 1) {
		const device = new TestDevice(address);
		const how = await Promise.race([
			device.open(home, code).then(() => 'opened'),
			device.next('refused').then(() => 'refused'),
		]);
		device.close();
		if (how === 'opened') return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error('The relay did not accept a new invitation within 5 s.');
}

/** Like a device: retries a moment after a refusal. */
async function comeIn(address: string, home: TestHome, keys: Keys): Promise<TestDevice> {
	const deadline = performance.now() + 120_000;
	for (;;) {
		try {
			return await arrive(address, home, keys);
		} catch (error) {
			if (performance.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 4_500));
		}
	}
}

/** At a steady rate, between devices of a home, each timed from sender to receiver. */
async function sendMessages(there: readonly There[]): Promise<{ p50: number; p99: number }> {
	const sentMs = new Map<string, number>();
	const tookMs: number[] = [];
	for (const { device } of there) {
		device.ws.on('message', (data: Buffer) => {
			const box = /"t":"letter".*"box":"(\w+)"/.exec(data.toString())?.[1];
			const sent = box === undefined ? undefined : sentMs.get(box);
			if (sent !== undefined) tookMs.push(performance.now() - sent);
		});
	}
	const everyMs = 1_000 / MESSAGES_PER_SECOND;
	const begun = performance.now();
	for (let n = 0; n < MESSAGES; n += 1) {
		const wait = begun + n * everyMs - performance.now();
		if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
		const from = there[(n * 7) % there.length]!;
		const [mate] = there.filter(({ home, keys }) => home === from.home && keys !== from.keys);
		const box = `letter${n}`;
		sentMs.set(box, performance.now());
		from.device.say({ t: 'letter', n, to: mate!.keys.device, box, keep: 0 });
	}
	await until(() => tookMs.length >= MESSAGES);
	tookMs.sort((a, b) => a - b);
	return { p50: tookMs[MESSAGES / 2]!, p99: tookMs[Math.floor(MESSAGES * 0.99)]! };
}

async function passParts(
	address: string,
	{ home, members }: Opened,
	live: number,
): Promise<{ cpuUs: number }> {
	const camera = await arrive(address, home);
	const id = await cameraOf(home.first);
	const watchers = await Promise.all(
		// From several devices: the rate limit of a device counts across its sockets.
		Array.from({ length: WATCHERS }, (_, at) =>
			arrive(address, home, members[1 + (at % (EACH_HOME - 1))]),
		),
	);
	for (const watcher of watchers) watcher.say({ t: 'watch', camera: id, on: true });
	await camera.until(
		() => camera.frames.filter((frame) => frame.t === 'watched').length === WATCHERS,
	);
	const pinging = setInterval(() => {
		for (const one of [camera, ...watchers]) one.say({ t: 'ping', n: 1 });
	}, PING_MS);
	const frame = partOf(id, true, new Uint8Array(PART_BYTES));
	const cpuUs = await cpuPerPart(
		live,
		() => camera.ws.send(frame),
		watchers.map(({ ws }) => ws),
	);
	clearInterval(pinging);
	for (const one of [camera, ...watchers]) one.close();
	return { cpuUs };
}

async function cpuPerPart(pid: number, send: () => void, sockets: WebSocket[]): Promise<number> {
	let came = 0;
	for (const ws of sockets)
		ws.on('message', (_data, binary) => {
			if (binary) came += 1;
		});
	const before = cpuMs(pid);
	const begun = performance.now();
	for (let n = 0; n < PARTS; n += 1) {
		const wait = begun + (n * 1_000) / PARTS_A_SECOND - performance.now();
		if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
		send();
	}
	await until(() => came >= PARTS * WATCHERS);
	return ((cpuMs(pid) - before) * 1_000) / came;
}

interface Bare {
	readonly child: ChildProcess;
	idle(): Promise<number>;
	broadcast(): Promise<{ cpuUs: number }>;
}

/** This file as a child process: a minimal server with `ws`. */
async function bareServer(): Promise<Bare> {
	const child = spawn(process.execPath, [import.meta.filename], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [line] = (await once(child.stdout, 'data')) as [Buffer];
	const address = `ws://127.0.0.1:${line.toString().trim()}`;
	const pid = child.pid ?? 0;
	const connect = async (): Promise<WebSocket> => {
		const ws = new WebSocket(address, { perMessageDeflate: false });
		await once(ws, 'open');
		return ws;
	};
	return {
		child,
		idle: async () => {
			const before = rssMiB(pid);
			const sockets = await Promise.all(Array.from({ length: DEVICES }, connect));
			const grown = rssMiB(pid) - before;
			for (const ws of sockets) ws.terminate();
			return (grown * 1024) / DEVICES;
		},
		broadcast: async () => {
			const sockets = await Promise.all(Array.from({ length: WATCHERS }, connect));
			const camera = await connect();
			const frame = new Uint8Array(PART_BYTES + 18);
			const cpuUs = await cpuPerPart(pid, () => camera.send(frame), sockets);
			return { cpuUs };
		},
	};
}

async function until(condition: () => boolean): Promise<void> {
	const deadline = performance.now() + 120_000;
	while (!condition()) {
		if (performance.now() > deadline) throw new Error('Not all parts arrived before the deadline.');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

function commandOf(pid: number): string {
	return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

function rssMiB(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** User and system time; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

function round(value: number, digits = 0): number {
	return Number(value.toFixed(digits));
}

if (import.meta.main) {
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
	server.on('connection', (from) => {
		from.on('message', (data: Buffer) => {
			for (const ws of server.clients) if (ws !== from) ws.send(data, { binary: true });
		});
	});
	server.on('listening', () => {
		const address = server.address();
		if (typeof address === 'object') process.stdout.write(`${address?.port ?? 0}\n`);
	});
}
