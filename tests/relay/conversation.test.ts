/** Admission, limits and rights, without a socket: the conversation with a line that only remembers. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebCrypto } from '#browser/crypto.ts';
import type { Bytes } from '#domain/bytes.ts';
import { loginBytes } from '#domain/login.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';
import { Conversation } from '#relay/conversation.ts';
import { checking, sha256 } from '#relay/crypto.ts';
import type { Fact } from '#relay/fact.ts';
import { Homes } from '#relay/homes.ts';
import { Hub } from '#relay/hub.ts';
import { Mailbox } from '#relay/mailbox.ts';
import { Meetings } from '#relay/meetings.ts';
import { iceFor, type Relay } from '#relay/relay.ts';
import { Ring } from '#relay/ring.ts';
import { readToken } from '#relay/token.ts';
import { base64url, cameraOf, partOf, randomHex, TestHome, type Keys } from './device.ts';

const crypto = new WebCrypto();
const ORIGIN = 'https://cam.local:8443';
const CODE = 'an-invitation';

let nowMs = 0;
let wallMs = 1_000_000;
let facts: Fact[] = [];
let relay: Relay;
let known: TestHome;

beforeAll(async () => {
	known = await TestHome.found();
});

beforeEach(() => {
	[nowMs, wallMs, facts] = [0, 1_000_000, []];
	const hub = new Hub(() => undefined);
	relay = {
		...{ crypto: counted, hub, meetings: new Meetings(), mailbox: new Mailbox([]) },
		homes: new Homes(counted, [{ home: known.id, entries: [known.entries[0]!] }]),
		...{ ring: new Ring(1_000_000), tokenKey: new Uint8Array(32).fill(7) },
		invitations: new Set([Buffer.from(sha256(CODE)).toString('hex')]),
		ice: () => [],
		tell: (fact) => facts.push(fact),
		tidy: () => undefined,
		failed: (error) => {
			throw error;
		},
		count: () => undefined,
		wallMs: () => wallMs,
		nowMs: () => nowMs,
	};
});

class Talk {
	readonly said: FromRelay[] = [];
	readonly parts: Uint8Array[] = [];
	closed: number | null = null;
	slow = false;
	offences = 0;
	readonly talk: Conversation;

	constructor(origin = ORIGIN, address = 'a') {
		const line = {
			slow: false,
			send: (frame: FromRelay) => void this.said.push(frame),
			sendBytes: (frame: Uint8Array) => void this.parts.push(frame),
			close: (code: number) => {
				if (this.closed !== null) return;
				this.closed = code;
				this.talk.ended();
			},
		};
		Object.defineProperty(line, 'slow', { get: () => this.slow });
		this.talk = new Conversation(relay, line, {
			...{ origin, address },
			offended: () => (this.offences += 1),
		});
	}

	/** Says it, and waits until whatever it set off has ended. */
	async say(frame: FromDevice | Uint8Array): Promise<this> {
		if (frame instanceof Uint8Array) this.talk.part(frame);
		else this.talk.text(Buffer.from(JSON.stringify(frame)));
		await settled();
		return this;
	}

	get last(): FromRelay | undefined {
		return this.said.at(-1);
	}

	get refusal(): string | null {
		return this.last?.t === 'refused' ? this.last.why : null;
	}

	get challenge(): Bytes {
		const found = this.said.findLast((frame) => frame.t === 'challenge');
		return new Uint8Array(Buffer.from(found?.challenge ?? '', 'base64url'));
	}

	async prove(home: TestHome, keys: Keys = home.first, change: object = {}): Promise<this> {
		const login = {
			...{ originHash: sha256(ORIGIN), challenge: this.challenge },
			...{ home: home.id, device: keys.device, ...change },
		};
		const signature = base64url(await crypto.sign(keys.sign.key, loginBytes(login)));
		return this.say({ t: 'prove', version: 1, home: home.id, device: keys.device, signature });
	}
}

/** Signatures are checked in other threads: how many are under way. */
let underWay = 0;

const counted: typeof checking = {
	...checking,
	verifier: (key) => whileCounted(checking.verifier(key)),
	verify: (...args) => whileCounted(checking.verify(...args)),
};

async function whileCounted<T>(work: Promise<T>): Promise<T> {
	underWay += 1;
	return work.finally(() => (underWay -= 1));
}

/** Waits until nothing has been under way for a few turns. */
async function settled(): Promise<void> {
	for (let quiet = 0; quiet < 5; quiet += 1) {
		await new Promise((resolve) => setImmediate(resolve));
		if (underWay > 0) quiet = 0;
	}
}

const entered = (): Promise<Talk> => new Talk().prove(known);

describe('RL10 a proof', () => {
	test('lets a member in, with a token that is its own', async () => {
		const device = await entered();
		const welcome = device.said.find((frame) => frame.t === 'welcome')!;
		expect(welcome).toMatchObject({ rosterSeq: 1, tokenMs: 600_000 });
		const claim = { home: known.id, device: known.first.device, untilMs: wallMs + 600_000 };
		expect(readToken(relay.tokenKey, welcome.token, wallMs)).toEqual(claim);
		expect(readToken(relay.tokenKey, welcome.token, wallMs + 600_000)).toBeNull();
		expect(readToken(new Uint8Array(32), welcome.token, wallMs)).toBeNull();
		for (let at = 0; at < welcome.token.length; at += 1) {
			const other = welcome.token[at] === 'A' ? 'B' : 'A';
			const forged = welcome.token.slice(0, at) + other + welcome.token.slice(at + 1);
			expect(readToken(relay.tokenKey, forged, wallMs)).toBeNull();
		}
	});

	test.each([
		['another origin', { originHash: sha256('https://evil.example') }],
		['another home', { home: '0'.repeat(32) }],
		['another device', { device: '0'.repeat(32) }],
		['another challenge', { challenge: new Uint8Array(32) }],
	])('for %s opens nothing', async (_name, change) => {
		const device = await new Talk().prove(known, known.first, change);
		expect([device.refusal, device.closed]).toEqual(['bad-proof', 4401]);
		expect([...relay.hub.everybody(known.id)]).toEqual([]);
	});

	test('by a stranger opens nothing', async () => {
		const stranger = await TestHome.found();
		expect((await new Talk().prove(stranger)).refusal).toBe('unknown-home');
		const keys = { ...stranger.first, device: known.first.device };
		expect((await new Talk().prove(known, keys)).refusal).toBe('bad-proof');
		expect((await new Talk().prove(known, stranger.first)).refusal).toBe('not-a-member');
	});

	test('counts once: neither a replay nor a second one on the same challenge', async () => {
		const first = await entered();
		await first.prove(known);
		expect(first.refusal).toBe('bad-proof');
		const late = new Talk();
		nowMs += 60_001;
		expect((await late.prove(known)).refusal).toBe('bad-proof');
	});

	test('that is no signature at all is refused', async () => {
		const device = new Talk();
		const proof = { t: 'prove', version: 1, home: known.id, device: known.first.device } as const;
		await device.say({ ...proof, signature: 'AAAA' });
		expect(device.refusal).toBe('bad-proof');
	});
});

describe('RL11 a member', () => {
	test('whose time is up does not come in, and goes within a second', async () => {
		const brief = await known.add(['viewer'], wallMs + 5_000);
		const owner = await entered();
		await owner.say({ t: 'append', entries: known.entries.slice(1).map(base64url) });
		const device = await new Talk().prove(known, brief);
		expect(device.said.some(({ t }) => t === 'welcome')).toBe(true);
		wallMs += 5_000;
		device.talk.tick(nowMs);
		expect(device.closed).toBe(4403);
		expect((await new Talk().prove(known, brief)).refusal).toBe('not-a-member');
	});
});

describe('RL12 a later challenge', () => {
	test('comes every 8 minutes; unanswered it ends the socket', async () => {
		const device = await entered();
		const first = device.challenge;
		const later = async (ms: number): Promise<void> => {
			for (const end = nowMs + ms; nowMs < end;) {
				nowMs = Math.min(end, nowMs + 10_000);
				await device.say({ t: 'ping', n: 1 });
				device.talk.tick(nowMs);
			}
		};
		await later(8 * 60_000);
		expect(device.challenge).not.toEqual(first);
		await device.prove(known);
		expect(device.closed).toBeNull();
		await later(8 * 60_000);
		await later(60_000);
		expect(device.closed).toBeNull();
		await later(10_000);
		expect(device.closed).toBe(4401);
	});
});

describe('opening a home', () => {
	const open = (home: TestHome, invitation = CODE): FromDevice => ({
		...{ t: 'open', version: 1, invitation, roster: home.entries.map(base64url) },
	});

	test('an invitation opens one, and the store is told', async () => {
		const [home, second] = [await TestHome.found(), await TestHome.found()];
		const device = await new Talk().say(open(home));
		expect(device.last).toEqual({ t: 'opened' });
		expect(facts).toMatchObject([{ kind: 'opened', home: home.id }]);
		await device.prove(home);
		expect(device.said.some(({ t }) => t === 'welcome')).toBe(true);
		expect((await new Talk().say(open(second))).refusal).toBe('invitation');
	});

	test('a roster that does not follow opens none, and leaves the invitation', async () => {
		const home = await TestHome.found();
		await home.add(['viewer']);
		home.entries.reverse();
		expect((await new Talk().say(open(home))).refusal).toBe('roster');
		home.entries.reverse();
		expect((await new Talk().say(open(home))).last).toEqual({ t: 'opened' });
	});

	test('two at once with one invitation: one', async () => {
		const homes = [await TestHome.found(), await TestHome.found()];
		const both = await Promise.all(homes.map((home) => new Talk().say(open(home))));
		expect(both.map(({ last }) => last?.t).sort()).toEqual(['opened', 'refused']);
	});
});

describe('RL14 rosters', () => {
	test('what does not follow is not taken, and what is known already is', async () => {
		const home = await TestHome.found();
		relay.homes.known(home.id);
		await new Talk().say({
			...{ t: 'open', version: 1, invitation: CODE },
			roster: home.entries.map(base64url),
		});
		const owner = await new Talk().prove(home);
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
});

describe('RL6 RL7 RL8 limits', () => {
	test.each([
		['no JSON', '{'],
		['no object', '3'],
		['no kind', '{}'],
		['a kind there is not', '{"t":"hello"}'],
		['a wrong field', '{"t":"ping","n":-1}'],
		['too long', JSON.stringify({ t: 'ping', n: 1, x: 'x'.repeat(65_536) })],
	])('%s: 4400', async (_name, text) => {
		const device = await entered();
		device.talk.text(Buffer.from(text));
		expect(device.closed).toBe(4400);
	});

	test('more than 240 frames at once: 4429, and it is held against the address', async () => {
		const device = await entered();
		for (let n = 0; n < 239; n += 1) device.talk.text(Buffer.from('{"t":"ping","n":1}'));
		expect(device.closed).toBeNull();
		device.talk.text(Buffer.from('{"t":"ping","n":1}'));
		expect([device.closed, device.offences]).toEqual([4429, 1]);
	});

	test('more than 8 MB of parts in a second: 4429', async () => {
		const device = await entered();
		const part = partOf(await cameraOf(known.first), true, new Uint8Array(500_000));
		for (let n = 0; n < 15; n += 1) device.talk.part(part);
		expect(device.closed).toBeNull();
		device.talk.part(part);
		expect(device.closed).toBe(4429);
	});

	test('silence and no proof end it', async () => {
		const silent = await entered();
		silent.talk.tick(25_000);
		expect(silent.closed).toBeNull();
		silent.talk.tick(25_001);
		expect(silent.closed).toBe(4408);
		const unproved = new Talk();
		unproved.talk.tick(5_001);
		expect(unproved.closed).toBe(4401);
	});

	test.each([
		['a letter', { t: 'letter', n: 1, to: '0'.repeat(32), box: '', keep: 0 }],
		['an entry', { t: 'append', entries: [] }],
		['a look', { t: 'watch', camera: '0'.repeat(32), on: true }],
		['a meeting', { t: 'roster-since', seq: 0 }],
	] as [string, FromDevice][])('without a proof no %s', async (_name, frame) => {
		const device = await new Talk().say(frame);
		expect([device.refusal, device.closed]).toEqual(['not-allowed', 4401]);
	});

	test('RL13 another version is told so', async () => {
		const device = await new Talk().say({ t: 'meet', version: 2, rid: randomHex() });
		expect(device.refusal).toBe('version');
	});
});

describe('RL9 RL19 RL20 live parts', () => {
	async function watched(): Promise<{
		camera: Talk;
		viewer: Talk;
		part: (key: boolean) => Buffer;
	}> {
		const home = await TestHome.found();
		const keys = await home.add(['viewer']);
		relay.invitations.add(Buffer.from(sha256('more')).toString('hex'));
		await new Talk().say({
			...{ t: 'open', version: 1, invitation: 'more' },
			roster: home.entries.map(base64url),
		});
		const camera = await new Talk().prove(home);
		const viewer = await new Talk().prove(home, keys);
		const id = await cameraOf(home.first, 16);
		await viewer.say({ t: 'watch', camera: id, on: true });
		expect(camera.last).toEqual({ t: 'watched', camera: id, viewers: 1 });
		return { camera, viewer, part: (key) => partOf(id, key, new Uint8Array(100)) };
	}

	test('go as they are, and the ring gives a later viewer the newest key part first', async () => {
		const { camera, viewer, part } = await watched();
		await camera.say(part(true));
		await camera.say(part(false));
		expect(viewer.parts).toEqual([part(true), part(false)]);
		const watch = { t: 'watch', camera: part(true).toString('hex', 1, 17) } as const;
		await viewer.say({ ...watch, on: false });
		await viewer.say({ ...watch, on: true });
		expect(viewer.parts).toHaveLength(4);
	});

	test('are left out for who is too slow, up to the next key part', async () => {
		const { camera, viewer, part } = await watched();
		await camera.say(part(true));
		viewer.slow = true;
		await camera.say(part(false));
		viewer.slow = false;
		await camera.say(part(false));
		expect(viewer.parts).toHaveLength(1);
		await camera.say(part(true));
		await camera.say(part(false));
		expect(viewer.parts).toHaveLength(3);
	});

	test('of a camera that is not the sender’s go to nobody', async () => {
		const { viewer, part } = await watched();
		await viewer.say(part(true));
		expect(viewer.parts).toEqual([]);
		expect(relay.ring.bytes).toBe(0);
	});

	test.each([
		['a version of later', (frame: Buffer) => frame.fill(2, 0, 1)],
		['unknown flags', (frame: Buffer) => frame.fill(2, 17, 18)],
		['nothing inside', (frame: Buffer) => frame.subarray(0, 18)],
	])('%s: 4400', async (_name, change) => {
		const { camera, part } = await watched();
		await camera.say(change(part(true)));
		expect(camera.closed).toBe(4400);
	});
});

describe('TURN credentials', () => {
	const ice = { urls: ['stun:s:1', 'turn:t:1'], secret: 'north-south-east', seconds: 3_600 };

	test('as coturn checks them', () => {
		// python3 -c "hmac.new(b'north-south-east', b'4600:dd', 'sha1')", base64.
		expect(iceFor(ice, 'dd' as Keys['device'], 1_000_000)).toEqual([
			{ urls: ['stun:s:1'] },
			{ urls: ['turn:t:1'], username: '4600:dd', credential: '53+r05oCnHlBM5Hg9bBeC6PXCx8=' },
		]);
		expect(iceFor(null, 'dd' as Keys['device'], 0)).toEqual([]);
	});
});
