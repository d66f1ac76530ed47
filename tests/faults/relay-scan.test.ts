/**
 * T1: nothing said, shown or named at home is in the relay: on its disk, in its log, in its memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import {
	childrenOf,
	launchChromium,
	newContext,
	startRelay,
	temporaryFolder,
} from '../e2e/support/launch.ts';
import { allowJoiner, openHome, showCode } from '../e2e/support/pairing-steps.ts';
import { becomeCamera, waitForRecording } from '../e2e/support/user-steps.ts';
import { waitForLivePath } from '../e2e/support/live-steps.ts';
import { storedRecords } from '../e2e/support/stored-footage.ts';
import { uploadOf } from '../relay/footage/uploading.ts';
import { NO_UDP_ARGS } from '../e2e/support/turn-server.ts';
import { Markers, scanMemory } from './support/memory.ts';

const CAMERA = 'Zwetschgendarre am Hinterhof';
const VIEWER = 'Telefon der Großtante Amalie';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Overheard {
	/** Base64 of raw keys, as passed to WebCrypto. */
	readonly keys: string[];
	/** The content of messages. */
	readonly said: string[];
	readonly sdp: string[];
	/** Base64 of 32 bytes from the middle of encoded frames. */
	readonly frames: string[];
	/** The same of sealed parts, as sent to the relay. */
	readonly sealed: string[];
	/** As sent to the relay. */
	readonly homes: string[];
	/** Of HTTP, as the relay gave them. */
	readonly tokens: string[];
	/** Base64 of 32 bytes from the middle of segments before they were sealed. */
	readonly plain: string[];
}

/** Records what a page knows and the relay must not, where it is passed to the browser. */
async function overhear(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		const heard = {
			keys: [],
			said: [],
			sdp: [],
			frames: [],
			sealed: [],
			homes: [],
			tokens: [],
			plain: [],
		} as Record<keyof Overheard, string[]>;
		Object.assign(window, { overheard: heard });
		const text = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
		const middle = (bytes: Uint8Array): string => {
			const at = bytes.length >> 1;
			return text(bytes.subarray(at, at + 32));
		};
		const around = (
			what: object,
			name: string,
			seen: (given: unknown[], result: unknown, self: unknown) => void,
		): void => {
			const real = Reflect.get(what, name) as (...all: unknown[]) => unknown;
			Reflect.set(what, name, function (this: unknown, ...given: unknown[]) {
				const result = Reflect.apply(real, this, given);
				seen(given, result, this);
				return result;
			});
		};
		const whole = (data: unknown): Uint8Array =>
			ArrayBuffer.isView(data)
				? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
				: new Uint8Array(data as ArrayBuffer);
		around(SubtleCrypto.prototype, 'importKey', ([format, data, algorithm]) => {
			const named = algorithm as { name?: string } | string;
			const name = typeof named === 'string' ? named : (named.name ?? '');
			if (format === 'raw' && /^(HKDF|AES-GCM|HMAC)$/.test(name))
				heard.keys.push(text(whole(data)));
		});
		const kinds =
			/^\{"t":"(ask|state|call|offer|answer|candidate|relayed|hang-up|want-grants|grants|home-key|show-earlier|acted|command|done|what-became|stale)"/;
		around(JSON, 'stringify', (_, said) => {
			if (typeof said === 'string' && kinds.test(said)) heard.said.push(said);
		});
		for (const side of ['Local', 'Remote'] as const) {
			around(RTCPeerConnection.prototype, `set${side}Description`, (_, set, peer) => {
				const key = side === 'Local' ? 'localDescription' : 'remoteDescription';
				void (set as Promise<void>).then(() => {
					heard.sdp.push((peer as RTCPeerConnection)[key]?.sdp ?? '');
				});
			});
		}
		around(SubtleCrypto.prototype, 'encrypt', ([, , data]) => {
			// Larger than a roster, which the relay knows: a segment.
			if (whole(data).length > 10_000) heard.plain.push(middle(whole(data)));
		});
		const RealSocket = window.WebSocket;
		window.WebSocket = class extends RealSocket {
			constructor(...given: ConstructorParameters<typeof RealSocket>) {
				super(...given);
				this.addEventListener('message', ({ data }) => {
					const token = typeof data === 'string' && /"token":"([\w-]+)"/.exec(data)?.[1];
					if (token) heard.tokens.push(token);
				});
			}
		};
		around(WebSocket.prototype, 'send', ([data]) => {
			if (ArrayBuffer.isView(data)) heard.sealed.push(middle(whole(data)));
			const home = typeof data === 'string' && /"home":"([0-9a-f]{32})"/.exec(data)?.[1];
			if (home) heard.homes.push(home);
		});
		const RealWorker = window.Worker;
		window.Worker = class extends RealWorker {
			constructor(address: string | URL, options?: WorkerOptions) {
				super(address, options);
				this.addEventListener('message', ({ data }: MessageEvent) => {
					const { part } = (data ?? {}) as { part?: { frames?: { bytes: Uint8Array }[] } };
					for (const { bytes } of part?.frames ?? [])
						if (bytes.length > 200) heard.frames.push(middle(bytes));
				});
			}
		};
	});
}

const overheardBy = (page: Page): Promise<Overheard> =>
	page.evaluate(() => (window as unknown as { overheard: Overheard }).overheard);

const relayedAt = (page: Page) => page.locator('[data-state="live"][data-path="relayed"]');

/** Uploads what a camera recorded; returns the sealed bytes. */
async function uploaded(page: Page, address: string): Promise<readonly Uint8Array[]> {
	const { camera, runNo, records } = await storedRecords(page);
	const token = (await overheardBy(page)).tokens.at(-1) ?? '';
	const answer = await fetch(`${address}/api/footage/${camera}/${String(runNo)}`, {
		...{ method: 'POST', body: uploadOf(...records) },
		headers: { Authorization: `Bearer ${token}` },
	});
	const { kept } = (await answer.json()) as { kept: number[] };
	expect(kept).toHaveLength(records.length);
	expect(kept.length).toBeGreaterThan(2);
	return records;
}

/** Enough different bytes to rule out chance. */
const telling = (bytes: Buffer): boolean => bytes.length >= 16 && new Set(bytes).size >= 10;

function filesOf(folder: string): Map<string, Buffer> {
	const files = readdirSync(folder, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
	return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file)]));
}

test('the scan finds what is there, also in memory', ({ skip }) => {
	const markers = new Markers();
	const name = ['Marillen', 'knödel im ', 'Fliederbusch'].join('');
	markers.text('a name', name);
	const held = [Buffer.from(name), Buffer.from(name, 'utf16le')];
	held.push(Buffer.from(Buffer.from(`xy${name}, and more`).toString('base64url')));
	const scan = scanMemory(process.pid, markers);
	if (scan === null) skip('only root may read the memory of a process');
	expect([...(scan?.found ?? [])].sort()).toEqual(
		expect.arrayContaining(['a name', 'a name in UTF-16', 'a name in base64url']),
	);
	expect(held).toHaveLength(3);
});

test('T1 names, code, digits, SDP, messages, keys and frames are nowhere in the relay', async ({
	annotate,
}) => {
	const data = temporaryFolder();
	const relay = await startRelay({ data, env: { SPYCAM_LOG: 'debug' } });
	cleanUps.push(() => relay.kill());
	const profile = temporaryFolder();
	const cameras = await newContext();
	cleanUps.push(() => cameras.close());
	let viewers = await launchChromium({ profile });
	cleanUps.push(() => viewers.close());
	await Promise.all([overhear(cameras), overhear(viewers)]);
	const heard: Overheard[] = [];

	const camera = await cameras.newPage();
	await becomeCamera(camera, relay.address);
	const name = camera.getByRole('textbox', { name: /name/i });
	await name.fill(CAMERA);
	await name.blur();
	heard.push(await overheardBy(camera));
	await openHome(camera, relay);
	heard.push(await overheardBy(camera));
	const behind = await showCode(camera, relay);
	const viewer = await viewers.newPage();
	await viewer.goto(`${relay.address}/pair${behind}`);
	await viewer.getByLabel('Name of this device').fill(VIEWER, { timeout: 30_000 });
	await viewer.getByRole('button', { name: 'Join' }).click();
	const digits =
		(await camera.getByTestId('pairing-digits').textContent({ timeout: 30_000 })) ?? '';
	await allowJoiner(camera, VIEWER);
	await viewer.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
	heard.push(...(await Promise.all([camera, viewer].map(overheardBy))));

	await camera.goto(`${relay.address}/camera`);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	const watch = async (page: Page): Promise<void> => {
		await page.goto(`${relay.address}/watch`);
		await page.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	};
	await watch(viewer);
	await waitForLivePath(viewer, 'direct');
	await viewer.getByRole('button', { name: /start recording/i }).click();
	await waitForRecording(camera);
	heard.push(await overheardBy(viewer));
	await viewers.close();
	viewers = await launchChromium({ profile, args: NO_UDP_ARGS });
	await overhear(viewers);
	const blocked = await viewers.newPage();
	await watch(blocked);
	await relayedAt(blocked).waitFor({ state: 'attached', timeout: 30_000 });
	await expect
		.poll(async () => (await overheardBy(camera)).frames.length, { timeout: 30_000 })
		.toBeGreaterThan(60);
	heard.push(...(await Promise.all([camera, blocked].map(overheardBy))));

	const kept = await uploaded(camera, relay.address);

	const markers = new Markers();
	const [, , secret = ''] = behind.split('.');
	markers.text('the name of the camera', CAMERA);
	markers.text('the name of the viewer', VIEWER);
	markers.secret('the secret of the code', Buffer.from(secret, 'base64url'));
	expect(digits).toMatch(/^\d{6}$/);
	markers.bytes('the digits', Buffer.from(`"${digits}"`));
	const all = (pick: (one: Overheard) => readonly string[]) => [...new Set(heard.flatMap(pick))];
	const keys = all(({ keys: own }) => own).map((text) => Buffer.from(text, 'base64'));
	for (const [at, key] of keys.filter(telling).entries()) markers.secret(`key ${at}`, key);
	const said = all(({ said: own }) => own);
	for (const text of said) {
		markers.text(`said: ${text.slice(0, 30)}`, text.slice(0, 70));
		const { candidate = '' } = JSON.parse(text) as { candidate?: string };
		if (candidate !== '') markers.text('a candidate', candidate);
	}
	const lines = all(({ sdp }) => sdp.flatMap((text) => text.split('\r\n')));
	const telltale = lines.filter((line) => /^a=(ice-pwd|fingerprint):/.test(line));
	for (const line of telltale) markers.text(line.slice(0, 14), line);
	for (const session of lines.filter((line) => line.startsWith('o=-')))
		markers.text('the head of an SDP', `v=0\r\n${session}`);
	const frames = all(({ frames: own }) => own).map((text) => Buffer.from(text, 'base64'));
	for (const frame of frames.filter(telling)) markers.bytes('an encoded frame', frame);
	const plain = all(({ plain: own }) => own).map((text) => Buffer.from(text, 'base64'));
	for (const bytes of plain.filter(telling)) markers.bytes('a segment', bytes);
	expect(plain.filter(telling).length).toBeGreaterThan(5);
	// Each kind was really recorded, so that the search means something.
	expect(keys.filter(telling).length).toBeGreaterThan(20);
	expect(frames.filter(telling).length).toBeGreaterThan(50);
	for (const kind of ['ice-pwd', 'fingerprint'])
		expect(
			telltale.some((line) => line.startsWith(`a=${kind}`)),
			kind,
		).toBe(true);
	for (const kind of [
		'call',
		'offer',
		'answer',
		'candidate',
		'relayed',
		'command',
		'state',
		'grants',
	])
		expect(
			said.some((text) => text.startsWith(`{"t":"${kind}"`)),
			kind,
		).toBe(true);

	// Positive control: what the relay does hold is found.
	const controls = new Markers();
	const [home = ''] = all(({ homes }) => homes).slice(-1);
	controls.text('the home', home);
	const hits: string[] = [];
	const held = new Map<string, Set<string>>();
	const pids = [relay.pid, ...childrenOf(relay.pid)];
	expect(pids).toHaveLength(3);
	let scanned = 0;
	for (const pid of pids) {
		// Only recent ones: the relay keeps 30 s, and scanning takes time.
		const sealed = (await overheardBy(camera)).sealed.slice(-40);
		for (const part of sealed) controls.bytes('a sealed part', Buffer.from(part, 'base64'));
		const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
		const which = /(live|store|main)\.ts/.exec(command)?.[1] ?? command;
		const control = scanMemory(pid, controls);
		const scan = scanMemory(pid, markers);
		if (scan === null) {
			await annotate('Memory not scanned: only root may read that of a process.');
			console.log('T1: memory not scanned, only root may read it');
			break;
		}
		scanned += scan.scannedBytes;
		hits.push(...[...scan.found].map((found) => `memory of ${which}: ${found}`));
		held.set(which, control?.found ?? new Set());
	}
	if (held.size > 0) {
		expect(held.get('live')).toEqual(new Set(['the home', 'a sealed part']));
		expect(held.get('store')).toContain('the home');
		expect(held.get('store')).not.toContain('a sealed part');
	}
	// Files while it runs, including the database's journal, and afterwards.
	const files = new Map([...filesOf(data)].map(([file, bytes]) => [`${file}, at work`, bytes]));
	await relay.stop();
	for (const [file, bytes] of filesOf(data)) files.set(file, bytes);
	files.set('its log', Buffer.from(relay.said()));
	for (const [file, bytes] of files) {
		hits.push(...[...markers.foundIn(bytes)].map((found) => `${file}: ${found}`));
		if (bytes.includes(`${digits} `)) hits.push(`${file}: the digits`);
		if (controls.foundIn(bytes).has('a sealed part')) hits.push(`${file}: a part was kept`);
	}
	const whole = Buffer.concat([...files.values()]);
	// Footage is on the disk, sealed.
	for (const bytes of kept) expect(whole.includes(Buffer.from(bytes))).toBe(true);
	expect(controls.foundIn(whole)).toContain('the home');
	expect(hits).toEqual([]);
	console.log(
		`T1: ${markers.count} markers (${keys.length} keys, ${said.length} messages, ${frames.length} frames), ` +
			`${files.size} files of ${whole.length} bytes, ${(scanned / 2 ** 20).toFixed(0)} MiB of memory: 0 hits`,
	);
});
