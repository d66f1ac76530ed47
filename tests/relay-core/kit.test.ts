/** A recovery kit at the relay: its home, its rights, and the clock. */
import { beforeEach, describe, expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { deriveKitKeys, kitSubject, type KitKeys } from '#engine/home/kit-keys.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { base64url, cameraOf, TestHome, type Keys } from './test-device.ts';
import { newTestRelay, TestSession, type TestRelay } from './test-session.ts';

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const crypto = new WebCrypto();
const detail = new Uint8Array();
let home: TestHome;
let world: TestRelay;
let kit: KitKeys;
let fresh: Keys;

beforeEach(async () => {
	home = await TestHome.found();
	world = newTestRelay([home]);
	world.wallMs = Date.now();
	kit = await deriveKitKeys(crypto, crypto.random(16));
	const other = await TestHome.found();
	fresh = other.first;
	await sign(home.owner, 'add', kitSubject(kit), ['recovery'], world.wallMs);
	const owner = await new TestSession(world).prove(home);
	await owner.say({ t: 'append', entries: home.entries.slice(1).map(base64url) });
	expect(owner.said.some(({ t }) => t === 'appended')).toBe(true);
});

type Said = Parameters<typeof nextEntry>[4];

async function sign(
	by: KitKeys['owner'],
	op: Said['op'],
	subject: Said['subject'],
	roles: Said['roles'],
	wallMs: number,
): Promise<Bytes> {
	const roster = await replayRoster(crypto, home.entries);
	const said = { op, roles, notAfterMs: null, subject, detail };
	const entry = await nextEntry(crypto, by, roster, wallMs, said);
	home.entries.push(entry);
	return entry;
}

/** Appends an entry signed by the connected kit. */
async function byKit(op: 'add' | 'rotate', wallMs: number, session: TestSession): Promise<string> {
	const { sign: signing, kem } = fresh;
	const owner = (await deriveKitKeys(crypto, new Uint8Array(16))).owner.public;
	const keys = { sign: signing.public, kem: kem.public, owner, dtls: null };
	const subject = { device: fresh.device, ...keys };
	const entry = await sign(kit.owner, op, subject, ['viewer', 'owner'], wallMs);
	session.said.length = 0;
	await session.say({ t: 'append', entries: [base64url(entry)] });
	const answer = session.said.find(({ t }) => t === 'appended' || t === 'refused');
	if (answer?.t !== 'appended') home.entries.pop();
	return answer?.t === 'refused' ? answer.why : (answer?.t ?? 'nothing');
}

const arrived = (): Promise<TestSession> => new TestSession(world).prove(home, kit);

describe('RL22 the home of a kit', () => {
	test('is answered once per socket; then the kit authenticates', async () => {
		const session = await new TestSession(world).say({
			t: 'whose',
			version: 1,
			device: kit.device,
		});
		expect(session.last).toEqual({ t: 'of', home: home.id });
		await session.prove(home, kit);
		expect(session.last?.t === 'presence' || session.said.some(({ t }) => t === 'welcome')).toBe(
			true,
		);
		await session.say({ t: 'whose', version: 1, device: kit.device });
		expect(session.refusal).toBe('not-allowed');
	});

	test('is found if the home is not loaded yet, and if the kit was revoked, which is then not admitted', async () => {
		const none = { device: kit.device, sign: new Uint8Array(65), kem: new Uint8Array(65) };
		await sign(home.owner, 'revoke', { ...none, owner: null, dtls: null }, [], world.wallMs);
		const again = newTestRelay([home]);
		const kept = [{ home: home.id, entries: home.entries }];
		Object.assign(again.relay, { homes: new HomeRegistry(again.relay.host.crypto, kept) });
		const session = await new TestSession(again).say({
			t: 'whose',
			version: 1,
			device: kit.device,
		});
		expect(session.last).toEqual({ t: 'of', home: home.id });
		await session.prove(home, kit);
		expect(session.refusal).toBe('not-a-member');
	});

	test('an unknown device is told so, and asking twice closes the socket', async () => {
		const session = await new TestSession(world).say({
			t: 'whose',
			version: 1,
			device: '0'.repeat(32),
		});
		expect([session.refusal, session.closed]).toEqual(['unknown-home', 4401]);
		const twice = await new TestSession(world).say({ t: 'whose', version: 1, device: kit.device });
		await twice.say({ t: 'whose', version: 1, device: kit.device });
		expect([twice.refusal, twice.closed]).toEqual(['not-allowed', 4401]);
	});
});

describe('RL23 the rights of a kit', () => {
	test('it reads the roster, and may neither send messages nor watch', async () => {
		const session = await arrived();
		await session.say({ t: 'roster-since', seq: 0 });
		expect(session.last).toMatchObject({
			t: 'roster',
			from: 1,
			entries: home.entries.map(base64url),
		});
		const to = home.first.device;
		await session.say({ t: 'letter', n: 1, to, box: 'AAAA', keep: 60 });
		expect(session.last).toEqual({ t: 'refused', why: 'not-allowed', n: 1 });
		expect(world.relay.mailbox.waitingFor(home.id, to, world.wallMs)).toEqual([]);
		await session.say({ t: 'watch', camera: await cameraOf(home.first), on: true });
		expect(session.refusal).toBe('not-allowed');
	});

	test('its claim is sent to every device and admits nobody', async () => {
		const owner = await new TestSession(world).prove(home);
		expect(await byKit('add', world.wallMs, await arrived())).toBe('appended');
		expect(owner.said.at(-1)).toMatchObject({ t: 'roster', from: home.entries.length });
		const claimed = await new TestSession(world).prove(home, fresh);
		expect(claimed.refusal).toBe('not-a-member');
	});
});

describe('KT7 the relay’s clock', () => {
	test.each([
		['ten minutes early', -10 * MINUTE_MS, 'appended'],
		['ten minutes late', 10 * MINUTE_MS, 'appended'],
		['backdated', -10 * MINUTE_MS - 1, 'clock'],
		['backdated by a day', -DAY_MS, 'clock'],
		['of tomorrow', DAY_MS, 'clock'],
	])('a claim %s', async (_what, byMs, answer) => {
		expect(await byKit('add', world.wallMs + byMs, await arrived())).toBe(answer);
	});

	test('its completion counts a day later and not predated; then the device is admitted as an owner', async () => {
		const session = await arrived();
		expect(await byKit('add', world.wallMs, session)).toBe('appended');
		expect(await byKit('rotate', world.wallMs + DAY_MS, session)).toBe('clock');
		const claimedMs = world.wallMs;
		world.wallMs = claimedMs + DAY_MS - 11 * MINUTE_MS;
		expect(await byKit('rotate', claimedMs + DAY_MS, session)).toBe('clock');
		world.wallMs = claimedMs + DAY_MS;
		expect(await byKit('rotate', claimedMs + DAY_MS, session)).toBe('appended');
		const claimed = await new TestSession(world).prove(home, fresh);
		expect(claimed.said.some(({ t }) => t === 'welcome')).toBe(true);
	});

	test('a rotation without a claim a day earlier does not follow', async () => {
		const session = await arrived();
		const seq = home.entries.length;
		await expect(byKit('rotate', world.wallMs, session)).resolves.toBe('roster');
		expect(home.entries).toHaveLength(seq);
	});

	test('an owner’s entries are not checked against the clock', async () => {
		const owner = await new TestSession(world).prove(home);
		const entry = await sign(home.owner, 'policy', null, [], world.wallMs - 30 * DAY_MS);
		await owner.say({ t: 'append', entries: [base64url(entry)] });
		expect(owner.said.some(({ t }) => t === 'appended')).toBe(true);
	});
});

describe('KT6 KT7 KT14 a thief with the sheet, at an honest relay', () => {
	test.each([
		['names a key of its own', false, 'clock'],
		['names the kit’s own key', true, 'roster'],
	])(
		'claims, completes the claim and revokes the owner at once; it %s',
		async (_what, own, why) => {
			const owner = await new TestSession(world).prove(home);
			const session = await arrived();
			const before = home.entries.length;
			const key = await crypto.makeSignKey(false);
			const { sign: signing, kem, device } = fresh;
			const me = {
				...{ device, sign: signing.public, kem: kem.public, dtls: null },
				owner: own ? kit.owner.public : key.public,
			};
			const none = new Uint8Array(65);
			const gone = { device: home.first.device, sign: none, kem: none, owner: null, dtls: null };
			const by = own ? kit.owner : key;
			await sign(kit.owner, 'add', me, ['viewer', 'owner'], world.wallMs - DAY_MS);
			const entries = [...home.entries];
			// An entry that does not follow cannot be signed on top of itself, so the list is rebuilt
			// from the newest that does.
			if (!own) {
				await sign(kit.owner, 'rotate', me, ['viewer', 'owner'], world.wallMs);
				await sign(by, 'revoke', gone, [], world.wallMs);
				entries.splice(0, entries.length, ...home.entries);
			}
			session.said.length = 0;
			await session.say({ t: 'append', entries: entries.slice(before).map(base64url) });
			expect(session.said).toEqual([{ t: 'refused', why }]);
			expect(owner.closed).toBeNull();
			home.entries.splice(before);
			const thief = await new TestSession(world).prove(home, fresh);
			expect(thief.refusal).toBe('not-a-member');
		},
	);
});
