/**
 * R: a lying relay in front of the real one, between whole devices (T2, T4, T5, T6). Their engines
 * are the same as in a page.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketRelays } from '#browser/network/websocket-relays.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { RunId } from '#domain/base/ids.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { Role } from '#domain/home/roster.ts';
import { ReplayWindow } from '#engine/live/replay-window.ts';
import { MessageSealer } from '#engine/messaging/message-sealer.ts';
import type { RevocationProof } from '#engine/members/member-list.ts';
import type { Clock } from '#ports/device/clock.ts';
import { PART_HEADER_BYTES } from '#protocol/wire.ts';
import type { Relay } from '../e2e/support/launch.ts';
import { forgedRoster } from '../engine/home/forgery.ts';
import { joinedTo, subjectOf } from '../engine/members/joined.ts';
import { liveOpener } from '../engine/sealing/sealing-fixture.ts';
import { until } from '../support/until.ts';
import { FakeNetwork } from '../fakes/network.ts';
import { fakeMember, type FakeMember } from '../fakes/member.ts';
import { randomFrom } from '../support/random.ts';
import { base64url, TestDevice } from '../relay-core/test-device.ts';
import { PageSocket, realClock } from '../relay/http/page.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import { times } from './support/counts.ts';
import { maliceBefore, type Malice, type Passage } from './support/malice.ts';

const WAIT_MS = 60_000;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const below = randomFrom(seed);

type Device = FakeMember<Clock>;

let relay: Relay;
let malice: Malice;
/** Owner and camera. */
let camera: Device;
let viewer: Device;

function device(): Device {
	return fakeMember(realClock, new WebSocketRelays(), new FakeNetwork(malice.address));
}

const homeOf = ({ homeRoster }: Device) => {
	const home = homeRoster.roster?.home;
	if (home === undefined) throw new Error('no home');
	return home;
};

async function arrive(one: Device): Promise<void> {
	one.begin();
	await until(() => one.messenger.state.kind === 'connected', WAIT_MS);
}

async function join(one: Device, roles: readonly Role[]): Promise<void> {
	const { roster, homeKey } = await joinedTo(camera, one, roles);
	await one.homeRoster.enter(roster, homeKey, malice.address);
	const { seq } = camera.homeRoster.roster ?? { seq: 0 };
	await until(() => camera.messenger.relaySeq === seq, WAIT_MS);
	await arrive(one);
}

const hasKey = (one: Device, epoch: number) => one.vault.epoch(camera.camera, epoch);

async function keyed(one: Device): Promise<void> {
	const deadline = performance.now() + WAIT_MS;
	const epoch = await camera.localDevice.currentEpochNumber(camera.camera);
	while ((await hasKey(one, epoch)) === null) {
		if (performance.now() > deadline) throw new Error('no key came');
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** The connection of the device that connected last. */
const lastPassage = (): Passage => {
	const line = malice.passages.at(-1);
	if (line === undefined) throw new Error('nobody connected');
	return line;
};

let viewerLine: Passage;
let cameraLine: Passage;

beforeEach(async () => {
	vi.stubGlobal('WebSocket', PageSocket);
	relay = await relayWithRoom();
	malice = await maliceBefore(relay.address);
	[camera, viewer] = [device(), device()];
	await camera.localDevice.createCamera();
	await camera.homeRoster.setRelay(malice.address);
	const opening = new TestDevice(malice.address);
	await opening.next('challenge');
	const roster = camera.homeRoster.entries.map(base64url);
	opening.say({ t: 'open', version: 1, invitation: relay.invitation ?? '', roster });
	await opening.next('opened');
	opening.close();
	await arrive(camera);
	cameraLine = lastPassage();
	await join(viewer, ['viewer']);
	viewerLine = lastPassage();
	await keyed(viewer);
});
afterEach(async () => {
	malice.plot = {};
	await malice.close();
	await relay.stop();
	vi.unstubAllGlobals();
});

const T0 = 1_800_000_000_000_000;

function partNo(n: number): LivePart {
	const bytes = camera.crypto.random(300);
	const frames = [{ key: n % 10 === 0, capturedUs: T0 + n * 66_000, bytes }];
	return { kind: 'frames', codec: 'vp8', width: 320, height: 180, frames };
}

const flipped = (bytes: Uint8Array, from = 0): Uint8Array => {
	const other = bytes.slice();
	const at = from + below(bytes.length - from);
	other[at] = (other[at] ?? 0) ^ (1 << below(8));
	return other;
};

test('R T2 parts mutated, swapped, cut, combined, replayed, and from another camera, epoch or home: 0 shown', async () => {
	const count = times(10_000);
	const here = bytesOf(camera.camera);
	const stranger = device();
	await stranger.localDevice.createCamera();
	const secret = await camera.crypto.secret(camera.crypto.random(32));
	const live = ({ localDevice, camera: of }: Device) =>
		localDevice.beginLive(of, { run: hexOf(camera.crypto.random(16)) as RunId, secret });
	const foreign = await live(stranger);
	const elsewhere = await live(camera);
	/** As in the camera's own header. */
	const framed = (sealed: Bytes, key = 1) =>
		concatBytes(Uint8Array.of(1), here, Uint8Array.of(key), sealed);
	// An earlier run of the same camera and epoch.
	const before = framed(await elsewhere.seal(partNo(-1000)));
	const past: Uint8Array[] = [];
	let told = 0;
	let untouched = 0;

	function* lies(part: Uint8Array, theirs: Uint8Array): Generator<Uint8Array> {
		const old = past[below(past.length || 1)] ?? before;
		const at = PART_HEADER_BYTES;
		yield flipped(part);
		yield flipped(part, at);
		// The envelope's header: kind, home, camera, epoch, run, number, slice, time.
		const header = part.slice();
		const field = at + below(88);
		header[field] = (header[field] ?? 0) ^ (1 << below(8));
		yield header;
		yield part.slice(0, at + below(part.length - at));
		yield concatBytes(part, new Uint8Array(1 + below(40)));
		// The header of one and the content of another, both sealed by the camera.
		yield concatBytes(part.slice(0, at + 88), old.slice(at + 88));
		yield old;
		yield theirs;
		const later = part.slice();
		new DataView(later.buffer).setUint32(at + 40, 2 + below(9));
		yield later;
		yield before;
	}

	const window = new ReplayWindow(
		liveOpener({ opener: viewer.localDevice.opener, secret }),
		camera.camera,
	);
	const shown: LivePart[] = [];
	const opening: Promise<void>[] = [];
	let came = 0;
	let refused = 0;
	viewer.messenger.watchParts(camera.camera, (sealed) => {
		came += 1;
		opening.push(
			window.open(sealed).then(
				(part) => {
					if (part === null) refused += 1;
					else shown.push(part);
				},
				() => {
					refused += 1;
				},
			),
		);
	});
	let watched = 0;
	camera.messenger.onWatched((_, devices) => (watched = devices.length));
	await until(() => watched === 1, WAIT_MS);

	const genuine: LivePart[] = [];
	const sealer = await live(camera);
	window.switchRun(sealer.runId);
	let theirs: Uint8Array = new Uint8Array();
	malice.plot = {
		partDown: (heard) => {
			// Copied: a Buffer's slices share memory.
			const part = Uint8Array.from(heard);
			untouched += 1;
			past.push(part);
			const all = [...lies(part, theirs)];
			told += all.length;
			const at = below(all.length);
			return [...all.slice(0, at), part, ...all.slice(at)];
		},
	};
	while (told < count) {
		const part = partNo(genuine.length);
		genuine.push(part);
		theirs = framed(await foreign.seal(partNo(genuine.length + 5)));
		const passed = untouched;
		camera.messenger.sendPart(camera.camera, true, await sealer.seal(part));
		await until(() => untouched === passed + 1, WAIT_MS);
	}
	// Parts arrive in order: once a later one is received, all were.
	let last = 0;
	viewer.messenger.onMessage(() => (last += 1));
	await camera.messenger.send(viewer.device, { t: 'ask', nonce: 'ab'.repeat(16) });
	await until(() => last === 1, WAIT_MS);
	await Promise.all(opening);
	console.log(
		`R parts: seed ${seed}, ${told} lies, ${came} reached the viewer, ${refused} refused, ` +
			`${shown.length} of ${genuine.length} genuine shown`,
	);
	const numbers = (parts: readonly LivePart[]) =>
		parts.map((part) =>
			part.kind === 'frames' ? ((part.frames[0]?.capturedUs ?? 0) - T0) / 66_000 : part.kind,
		);
	expect(numbers(shown)).toEqual(numbers(genuine));
	expect(shown).toEqual(genuine);
	expect(refused).toBe(came - genuine.length);
	expect(refused).toBeGreaterThan(told / 2);
});

test('R T2 messages mutated, swapped, replayed and out of order: each is accepted at most once, and unmodified', async () => {
	const count = times(2_000);
	const other = device();
	await join(other, ['viewer']);
	await keyed(other);
	const heard: string[] = [];
	camera.messenger.onMessage((message, from) => {
		if (message.t === 'ask') heard.push(`${from.device} ${message.nonce}`);
	});
	const before = camera.messenger.dropped;
	const past: string[] = [];
	const held: string[] = [];
	let lies = 0;
	let id = 1_000_000;
	malice.plot = {
		down: (frame, passage) => {
			if (frame.t !== 'letter' || passage !== cameraLine) return [frame];
			const box = bytesOfBase64url(frame.box);
			const old = bytesOfBase64url(past[below(past.length || 1)] ?? frame.box);
			const spliced = concatBytes(
				box.slice(0, 52 + below(16)),
				old.slice(68 + below(old.length - 140)),
			);
			const others = [
				base64urlOf(flipped(box)),
				base64urlOf(flipped(box, box.length - 64)),
				base64urlOf(box.slice(0, below(box.length))),
				base64urlOf(concatBytes(box, new Uint8Array(1 + below(64)))),
				base64urlOf(spliced),
				...past.slice(-3),
			];
			lies += others.length;
			past.push(frame.box);
			// Some are withheld and delivered in another order.
			held.push(frame.box);
			const now = held.length >= 4 ? held.splice(0).reverse() : [];
			return [...others, ...now].map((one) => {
				id += 1;
				const from = below(3) === 0 ? other.device : frame.from;
				return { ...frame, id, from, box: one };
			});
		},
	};
	const written: string[] = [];
	while (lies < count) {
		for (const one of [viewer, other]) {
			const nonce = Buffer.from(one.crypto.random(16)).toString('hex');
			written.push(`${one.device} ${nonce}`);
			expect(await one.messenger.send(camera.device, { t: 'ask', nonce })).toBe('taken');
			// At the permitted rate of a device (RL7).
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}
	await until(() => past.length === written.length, WAIT_MS);
	for (const box of held.splice(0)) {
		id += 1;
		cameraLine.toDevice({ t: 'letter', id, from: viewer.device, box, kept: false });
	}
	malice.plot = {};
	await viewer.messenger.send(camera.device, { t: 'ask', nonce: 'cd'.repeat(16) });
	await until(() => heard.at(-1)?.endsWith('cd') === true, WAIT_MS);
	console.log(
		`R messages: seed ${seed}, ${lies} lies, ${camera.messenger.dropped - before} dropped`,
	);
	const all = [...written, `${viewer.device} ${'cd'.repeat(16)}`];
	expect(heard.toSorted()).toEqual(all.toSorted());
	expect(camera.messenger.dropped - before).toBe(lies);
});

test('R T4 T5 rosters forged, replayed and rolled back: 0 accepted, 0 grants, and a fork is reported', async () => {
	const count = times(1_500);
	const evil = device();
	await evil.localDevice.createCamera();
	await evil.homeRoster.self();
	await until(() => camera.messenger.relaySeq === 2 && viewer.messenger.relaySeq === 2, WAIT_MS);
	const { seq } = camera.homeRoster.roster ?? { seq: 0 };
	const forks = { camera: 0, viewer: 0 };
	for (const [name, one] of Object.entries({ camera, viewer }))
		one.messenger.on(() => (forks[name as keyof typeof forks] += one.messenger.forked ? 1 : 0));
	const toEvil: string[] = [];
	malice.plot = {
		up: (frame) => {
			if (frame.t === 'letter' && frame.to === evil.device) toEvil.push(frame.box);
			return [frame];
		},
	};
	for (let n = 0; n < count; n += 1) {
		const entries =
			n % 7 === 0
				? camera.homeRoster.entries.slice(0, 1 + below(seq))
				: await forgedRoster(camera, evil, below);
		const from = 1 + below(entries.length);
		for (const line of [cameraLine, viewerLine])
			line.toDevice({ t: 'roster', from, entries: entries.slice(from - 1).map(base64urlOf) });
		if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
	}
	// In the name of a non-member, and of the viewer that did not write it.
	const unlocked = camera.localDevice.unlocked;
	const mine = evil.localDevice.unlocked?.identity;
	if (unlocked === null || mine === undefined) throw new Error('not ready');
	const writer = { identity: { ...mine, home: homeOf(camera) }, roster: unlocked.roster };
	const want = { t: 'want-grants' as const, earlier: true, known: [] };
	const letters = new MessageSealer(evil.crypto, realClock);
	const before = camera.messenger.dropped;
	for (let id = 1; id <= 20; id += 1) {
		const box = await letters.seal(writer, camera.device, { message: want, beside: {} });
		const from = id % 2 === 0 ? evil.device : viewer.device;
		cameraLine.toDevice({ t: 'letter', id: 2_000_000 + id, from, box, kept: false });
	}
	await until(() => camera.messenger.dropped === before + 20, WAIT_MS);
	console.log(`R rosters: seed ${seed}, ${count} lies, forks reported ${JSON.stringify(forks)}`);
	for (const one of [camera, viewer]) {
		expect(one.homeRoster.member(evil.device)).toBeNull();
		expect(one.homeRoster.roster?.seq).toBe(seq);
	}
	expect(toEvil).toEqual([]);
	expect(forks.camera).toBeGreaterThan(0);
	expect(forks.viewer).toBeGreaterThan(0);
	expect(evil.homeRoster.roster?.home).not.toBe(homeOf(camera));
	// After an honest connection all is as before.
	malice.plot = {};
	cameraLine.cut();
	camera.network.back();
	await until(
		() => camera.messenger.state.kind === 'connected' && !camera.messenger.forked,
		WAIT_MS,
	);
	const third = device();
	await join(third, ['viewer']);
	expect(camera.homeRoster.roster?.seq).toBe(seq + 1);
	expect((await subjectOf(third)).device).toBe(third.device);
});

test('T5 T6 a relay that hides a revocation from a camera: the owner sees which camera has not confirmed it', async () => {
	const porch = device();
	await porch.localDevice.createCamera();
	await join(porch, ['camera']);
	const porchLine = lastPassage();
	await until(() => camera.messenger.online.has(porch.device), WAIT_MS);
	await until(() => viewer.messenger.online.has(porch.device), WAIT_MS);
	malice.plot = {
		down: (frame, passage) => (frame.t === 'roster' && passage === porchLine ? [] : [frame]),
	};
	const told: RevocationProof[] = [];
	await camera.members.revoke(viewer.device, (revoked) => told.push(revoked));
	// The relay may claim anything: what the devices seal counts.
	await until(() => told.at(-1)?.cameras.some(({ ms }) => ms !== null) === true, WAIT_MS);
	const acted = ({ device }: Device) =>
		told.at(-1)?.cameras.find((one) => one.device === device)?.ms;
	expect(acted(camera)).not.toBeNull();
	expect(acted(porch)).toBeNull();
	expect(porch.homeRoster.roster?.seq).toBe(3);
	const epoch = await camera.localDevice.currentEpochNumber(camera.camera);
	expect(await hasKey(viewer, epoch)).toBeNull();
	// Once it receives the revocation, it confirms it.
	malice.plot = {};
	porchLine.cut();
	porch.network.back();
	await until(() => acted(porch) !== null && acted(porch) !== undefined, WAIT_MS);
	expect(porch.homeRoster.member(viewer.device)).toBeNull();
});
