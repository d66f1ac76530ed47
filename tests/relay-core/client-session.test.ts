/** Authentication, rosters and timeouts, without a socket. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import type { FromDevice } from '#protocol/wire.ts';
import { sha256 } from '#relay/base/crypto.ts';
import { readToken } from '#relay/http/token.ts';
import { base64url, cameraOf, partOf, TestHome } from './test-device.ts';
import { CODE, newTestRelay, TestSession, type TestRelay } from './test-session.ts';

let known: TestHome;
let world: TestRelay;
beforeAll(async () => {
	known = await TestHome.found();
});
beforeEach(() => {
	world = newTestRelay([known]);
});

const entered = (): Promise<TestSession> => new TestSession(world).prove(known);

describe('RL10 a proof', () => {
	test('admits a member, with a token of its own', async () => {
		const device = await entered();
		const welcome = device.said.find((frame) => frame.t === 'welcome')!;
		expect(welcome).toMatchObject({ rosterSeq: 1, tokenMs: 600_000 });
		const claim = { home: known.id, device: known.first.device, untilMs: world.wallMs + 600_000 };
		expect(readToken(world.tokenKey, welcome.token, world.wallMs)).toEqual(claim);
		expect(readToken(world.tokenKey, welcome.token, world.wallMs + 600_000)).toBeNull();
		expect(readToken(new Uint8Array(32), welcome.token, world.wallMs)).toBeNull();
		for (let at = 0; at < welcome.token.length; at += 1) {
			const other = welcome.token[at] === 'A' ? 'B' : 'A';
			const forged = welcome.token.slice(0, at) + other + welcome.token.slice(at + 1);
			expect(readToken(world.tokenKey, forged, world.wallMs)).toBeNull();
		}
	});

	test.each([
		['another origin', { originHash: sha256('https://evil.example') }],
		['another home', { home: '0'.repeat(32) }],
		['another device', { device: '0'.repeat(32) }],
		['another challenge', { challenge: new Uint8Array(32) }],
	])('for %s is refused', async (_name, change) => {
		const device = await new TestSession(world).prove(known, known.first, change);
		expect([device.refusal, device.closed]).toEqual(['bad-proof', 4401]);
		expect([...world.relay.hub.peersIn(known.id)]).toEqual([]);
	});

	test('by a stranger is refused', async () => {
		const stranger = await TestHome.found();
		expect((await new TestSession(world).prove(stranger)).refusal).toBe('unknown-home');
		const keys = { ...stranger.first, device: known.first.device };
		expect((await new TestSession(world).prove(known, keys)).refusal).toBe('bad-proof');
		expect((await new TestSession(world).prove(known, stranger.first)).refusal).toBe(
			'not-a-member',
		);
	});

	test('is valid once: neither a replay nor a second proof for the same challenge', async () => {
		const first = await entered();
		await first.prove(known);
		expect(first.refusal).toBe('bad-proof');
		const late = new TestSession(world);
		world.nowMs += 60_001;
		expect((await late.prove(known)).refusal).toBe('bad-proof');
	});

	test('that is not a signature is refused', async () => {
		const device = new TestSession(world);
		const proof = { t: 'prove', version: 1, home: known.id, device: known.first.device } as const;
		await device.say({ ...proof, signature: 'AAAA' });
		expect(device.refusal).toBe('bad-proof');
	});
});

describe('RL11 a member', () => {
	test('that has expired is not admitted, and is closed within a second', async () => {
		const brief = await known.add(['viewer'], world.wallMs + 5_000);
		const owner = await entered();
		await owner.say({ t: 'append', entries: known.entries.slice(1).map(base64url) });
		const device = await new TestSession(world).prove(known, brief);
		expect(device.said.some(({ t }) => t === 'welcome')).toBe(true);
		world.wallMs += 5_000;
		device.session.tick();
		expect(device.closed).toBe(4403);
		expect((await new TestSession(world).prove(known, brief)).refusal).toBe('not-a-member');
	});
});

describe('RL12 a later challenge', () => {
	test('is sent every 8 minutes; unanswered it closes the socket', async () => {
		const device = await entered();
		const first = device.challenge;
		const later = async (ms: number): Promise<void> => {
			for (const end = world.nowMs + ms; world.nowMs < end;) {
				world.nowMs = Math.min(end, world.nowMs + 10_000);
				await device.say({ t: 'ping', n: 1 });
				device.session.tick();
			}
		};
		await later(8 * 60_000);
		expect(device.challenge).not.toEqual(first);
		await device.prove(known);
		await later(8 * 60_000);
		await later(60_000);
		await later(10_000);
		expect(device.closed).toBe(4401);
	});
});

describe('opening a home', () => {
	const open = (home: TestHome, invitation = CODE): FromDevice => ({
		...{ t: 'open', version: 1, invitation, roster: home.entries.map(base64url) },
	});

	test('an invitation opens one, and store gets the change', async () => {
		const [home, second] = [await TestHome.found(), await TestHome.found()];
		const device = await new TestSession(world).say(open(home));
		expect(device.last).toEqual({ t: 'opened' });
		expect(world.changes).toMatchObject([{ kind: 'opened', home: home.id }]);
		await device.prove(home);
		expect(device.said.some(({ t }) => t === 'welcome')).toBe(true);
		expect((await new TestSession(world).say(open(second))).refusal).toBe('invitation');
	});

	test('RL33 an invitation expires', async () => {
		world.wallMs = 90_000_000;
		expect((await new TestSession(world).say(open(await TestHome.found()))).refusal).toBe(
			'invitation',
		);
		expect(world.relay.invitations.size).toBe(0);
	});

	test('an invalid roster opens none and leaves the invitation unused', async () => {
		const home = await TestHome.found();
		await home.add(['viewer']);
		home.entries.reverse();
		expect((await new TestSession(world).say(open(home))).refusal).toBe('roster');
		home.entries.reverse();
		expect((await new TestSession(world).say(open(home))).last).toEqual({ t: 'opened' });
	});

	test('two concurrent attempts with one invitation open one home', async () => {
		const homes = [await TestHome.found(), await TestHome.found()];
		const both = await Promise.all(homes.map((home) => new TestSession(world).say(open(home))));
		expect(both.map(({ last }) => last?.t).sort()).toEqual(['opened', 'refused']);
	});
});

describe('RL14 rosters', () => {
	test('entries that do not follow are refused, known ones are accepted', async () => {
		const home = await TestHome.found();
		world.relay.homes.loaded(home.id);
		await new TestSession(world).say({
			...{ t: 'open', version: 1, invitation: CODE },
			roster: home.entries.map(base64url),
		});
		const owner = await new TestSession(world).prove(home);
		const append = async (entries: readonly Bytes[]): Promise<unknown> => {
			const before = owner.said.length;
			await owner.say({ t: 'append', entries: entries.map(base64url) });
			return owner.said.slice(before).find(({ t }) => t === 'appended' || t === 'refused');
		};
		await home.add(['viewer']);
		await home.add(['camera']);
		expect(await append([home.entries[2]!])).toEqual({ t: 'refused', why: 'roster' });
		const forged = home.entries[1]!.slice();
		forged[100]! ^= 1;
		expect(await append([forged])).toEqual({ t: 'refused', why: 'roster' });
		expect(await append([home.entries[1]!])).toEqual({ t: 'appended', seq: 2 });
		expect(await append(home.entries)).toEqual({ t: 'appended', seq: 3 });
		expect(await append([home.entries[1]!])).toEqual({ t: 'appended', seq: 3 });
		expect(await append([new Uint8Array(5)])).toEqual({ t: 'refused', why: 'roster' });
		expect(owner.closed).toBeNull();
	});

	test('RL7 T6 a member that floods with entries cannot delay its own revocation', async () => {
		const home = await TestHome.found();
		const keys = await home.add(['viewer']);
		await new TestSession(world).say({
			...{ t: 'open', version: 1, invitation: CODE },
			roster: home.entries.map(base64url),
		});
		const owner = await new TestSession(world).prove(home);
		const viewer = await new TestSession(world).prove(home, keys);
		const forged = home.entries[1]!.slice();
		forged[8]! ^= 1;
		for (let one = 0; one < 100; one += 1)
			await viewer.say({ t: 'append', entries: one % 2 ? [] : [base64url(forged)] });
		await home.revoke(keys);
		await owner.say({ t: 'append', entries: [base64url(home.entries.at(-1)!)] });
		expect(owner.said).toContainEqual({ t: 'appended', seq: 3 });
		expect(viewer.closed).toBe(4403);
	});
});

describe('RL7 the rate limit of a device, over all its sockets', () => {
	const told = (device: TestSession) => device.said.filter((frame) => frame.t === 'letter');
	/** Sends without waiting for answers. */
	const flood = (device: TestSession, frame: FromDevice, count: number): void => {
		for (let n = 0; n < count; n += 1)
			device.session.receiveText(Buffer.from(JSON.stringify(frame)));
	};

	test('also for sockets opened one after the other that were idle before', async () => {
		const sockets: TestSession[] = [];
		for (let n = 0; n < 8; n += 1) {
			sockets.push(await entered());
			world.nowMs += 5_000;
			world.relay.rateLimits.tidy(world.nowMs);
		}
		for (const one of sockets) flood(one, { t: 'ping', n: 1 }, 40);
		expect(sockets.filter(({ closed }) => closed === 4429)).toHaveLength(2);
	});

	test('messages from others cannot use it up: acknowledging them is free', async () => {
		const writer = await entered();
		const home = known;
		const letter = { t: 'letter', n: 1, to: home.first.device, box: 'x', keep: 60 } as const;
		for (let n = 0; n < 100; n += 1) {
			world.nowMs += 50;
			await writer.say(letter);
		}
		const tabs = [await entered(), await entered(), await entered(), await entered()];
		for (const tab of tabs) {
			expect(told(tab)).toHaveLength(100);
			for (const { id } of told(tab)) flood(tab, { t: 'got', id }, 1);
		}
		expect(tabs.map(({ closed, offences }) => [closed, offences])).toEqual(
			tabs.map(() => [null, 0]),
		);
		// Without a delivered message `got` is charged like any frame.
		flood(tabs[0]!, { t: 'got', id: 1 }, 300);
		expect(tabs[0]!.closed).toBe(4429);
	});
});

test('RL20 a viewer that becomes a camera while connected can send parts, until it no longer is one', async () => {
	const home = await TestHome.found();
	const keys = await home.add(['viewer']);
	const open = { t: 'open', version: 1, invitation: CODE } as const;
	await new TestSession(world).say({ ...open, roster: home.entries.map(base64url) });
	const [owner, device] = [
		await new TestSession(world).prove(home),
		await new TestSession(world).prove(home, keys),
	];
	const camera = await cameraOf(keys);
	await owner.say({ t: 'watch', camera, on: true });
	const part = partOf(camera, true, new Uint8Array(10));
	const passed: number[] = [];
	for (const roles of [null, ['camera'], ['viewer']] as const) {
		if (roles !== null) {
			await home.rotate(keys, roles);
			await owner.say({ t: 'append', entries: [base64url(home.entries.at(-1)!)] });
		}
		await device.say(part);
		passed.push(owner.parts.length);
	}
	expect([passed, device.closed]).toEqual([[0, 1, 1], null]);
});

describe('RL14 RL15 a socket that closes', () => {
	const letter = (n: number) =>
		({ t: 'letter', n, to: known.first.device, box: 'AAAA', keep: 60 }) as const;
	const waiting = (): number =>
		world.relay.mailbox.waitingFor(known.id, known.first.device, world.wallMs).length;
	const append = () => ({ t: 'append', entries: known.entries.slice(1).map(base64url) }) as const;
	/** Sends frames, then closes, without waiting in between. */
	const sendAndClose = async (device: TestSession, frames: readonly FromDevice[]) => {
		for (const frame of frames) device.session.receiveText(JSON.stringify(frame));
		device.session.ended();
		await device.settled();
	};

	test('what it sent before is still handled, after an entry that is being verified, too', async () => {
		await known.add(['viewer']);
		const device = await entered();
		await sendAndClose(device, [append(), letter(1)]);
		expect(world.relay.homes.loaded(known.id)?.roster.seq).toBe(known.entries.length);
		expect(waiting()).toBe(1);
		expect([...world.relay.hub.peersIn(known.id)]).toEqual([]);
	});

	test('if the relay closed it, nothing more is handled', async () => {
		const keys = await known.add(['camera', 'viewer']);
		const owner = await entered();
		await owner.say(append());
		const member = await new TestSession(world).prove(known, keys);
		const before = waiting();
		await known.revoke(keys);
		owner.session.receiveText(JSON.stringify(append()));
		await sendAndClose(member, [append(), letter(1)]);
		expect([member.closed, waiting()]).toEqual([4403, before]);
	});
});

test('RL16 presence lists the devices with a socket, to the whole home, whenever that changes', async () => {
	const home = await TestHome.found();
	const keys = await home.add(['viewer']);
	const open = { t: 'open', version: 1, invitation: CODE } as const;
	await new TestSession(world).say({ ...open, roster: home.entries.map(base64url) });
	const stranger = await entered();
	const send = () => world.relay.hub.sendPresence();
	const presenceOf = ({ said }: TestSession) =>
		said.flatMap((frame) => (frame.t === 'presence' ? [frame.online] : []));
	const owner = await new TestSession(world).prove(home);
	send();
	const [viewer, otherTab] = [
		await new TestSession(world).prove(home, keys),
		await new TestSession(world).prove(home, keys),
	];
	send();
	const both = [home.first.device, keys.device].toSorted();
	expect(presenceOf(owner)).toEqual([[home.first.device], both]);
	expect([presenceOf(viewer), presenceOf(otherTab)]).toEqual([[both], [both]]);
	// A second socket of a device changes nothing, nor does its end.
	otherTab.session.ended();
	send();
	expect(presenceOf(owner)).toHaveLength(2);
	viewer.session.ended();
	send();
	expect(presenceOf(owner).at(-1)).toEqual([home.first.device]);
	expect(presenceOf(stranger)).toEqual([[known.first.device]]);
});
