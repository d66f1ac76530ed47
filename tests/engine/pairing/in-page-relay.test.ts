import { describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, bytesOf, concatBytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import type { Role, RosterEntry } from '#domain/home/roster.ts';
import { InPageRelay } from '#engine/pairing/in-page-relay.ts';
import type { InPageSession } from '#engine/pairing/in-page-session.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import type { Roster } from '#engine/home/roster.ts';
import type { FromRelay } from '#protocol/wire.ts';
import { ManualClock } from '../../fakes/clock.ts';

const ORIGIN = 'https://nearby.invalid';
const HOME = 'cd'.repeat(16) as HomeId;

/** A session at an in-page relay, for a client that sends a lot. */
function entered(): { session: InPageSession; said: FromRelay[]; ended: () => number | null } {
	const homeRoster = {
		...{ roster: null, entries: [], on: () => () => undefined },
		member: () => ({ roles: ['viewer'] }) as unknown as RosterEntry,
		merge: () => Promise.resolve('known' as const),
	};
	const relay = new InPageRelay({ crypto: new WebCrypto(), clock: new ManualClock(), homeRoster });
	const said: FromRelay[] = [];
	let code: number | null = null;
	const session = relay.open(ORIGIN, {
		frame: (frame) => void said.push(frame),
		part: () => undefined,
		ended: (end) => (code = end.code),
	});
	if (session === null) throw new Error('no free session');
	return { session, said, ended: () => code };
}

describe('RG1 rights as at a relay', () => {
	it('only the watched camera is told who watches, and only a camera sends parts', async () => {
		const crypto = new WebCrypto();
		const devices = ['aa', 'bb', 'cc'].map((two) => two.repeat(16) as DeviceId);
		const [host, viewer, other] = devices as [DeviceId, DeviceId, DeviceId];
		const roles = new Map<string, readonly Role[]>([
			[host, ['camera']],
			[viewer, ['viewer']],
			[other, ['viewer', 'live']],
		]);
		const sign = await crypto.makeSignKey(false);
		const homeRoster = {
			...{ entries: [], on: () => () => undefined },
			roster: { home: HOME } as unknown as Roster,
			member: (device: DeviceId) =>
				({ roles: roles.get(device), subject: { sign: sign.public } }) as unknown as RosterEntry,
			merge: () => Promise.resolve('known' as const),
		};
		const relay = new InPageRelay({ crypto, clock: new ManualClock(), homeRoster });
		const enter = async (device: DeviceId) => {
			const [said, parts]: [FromRelay[], number[]] = [[], []];
			const session = relay.open(ORIGIN, {
				frame: (frame) => void said.push(frame),
				part: (part) => void parts.push(part.length),
				ended: () => undefined,
			})!;
			const [challenge] = said;
			if (challenge?.t !== 'challenge') throw new Error('no challenge');
			const originHash = await crypto.sha256(ascii(ORIGIN));
			const about = { challenge: bytesOfBase64url(challenge.challenge), home: HOME, device };
			const covered = loginBytes({ originHash, ...about });
			const signature = base64urlOf(await crypto.sign(sign.key, covered));
			session.receive({ t: 'prove', version: 1, home: HOME, device, signature });
			await expect.poll(() => said.some(({ t }) => t === 'welcome')).toBe(true);
			return { session, said, parts };
		};
		const clients = [await enter(host), await enter(viewer), await enter(other)] as const;
		const camera = await cameraIdOf(crypto, host, 1);
		const own = await cameraIdOf(crypto, other, 1);
		for (const id of [camera, own])
			clients[1].session.receive({ t: 'watch', camera: id, on: true });
		const watched = (n: 0 | 1 | 2) => clients[n].said.filter(({ t }) => t === 'watched');
		await expect.poll(() => watched(0)).toEqual([{ t: 'watched', camera, devices: [viewer] }]);
		expect([watched(1), watched(2)]).toEqual([[], []]);
		const part = (id: CameraId) => concatBytes(Uint8Array.of(1), bytesOf(id), Uint8Array.of(1, 7));
		clients[2].session.receivePart(part(own));
		expect(clients[1].parts).toEqual([]);
		clients[0].session.receivePart(part(camera));
		expect(clients[1].parts).toEqual([19]);
	});
});

describe('NB9 limits of one session', () => {
	it('at more than 240 queued frames the session is closed', () => {
		const { session, ended } = entered();
		for (let n = 0; n < 240; n += 1) session.receive({ t: 'ping', n });
		expect(ended()).toBeNull();
		session.receive({ t: 'ping', n: 240 });
		expect(ended()).toBe(4429);
	});

	it('it watches at most 64 cameras', async () => {
		const { session, said } = entered();
		session.device = 'd'.repeat(32) as DeviceId;
		const watch = (n: number) =>
			({ t: 'watch', camera: n.toString(16).padStart(32, '0'), on: true }) as const;
		for (let n = 0; n < 70; n += 1) session.receive(watch(n));
		session.receive(watch(3));
		await expect.poll(() => said.filter(({ t }) => t === 'refused')).toHaveLength(6);
		expect(session.watching.size).toBe(64);
	});
});

it('NB7 RL13 a device of another version is refused', async () => {
	const { session, said } = entered();
	const proof = { home: '0'.repeat(32), device: '0'.repeat(32), signature: 'A'.repeat(86) };
	session.receive({ t: 'prove', version: 2, ...proof });
	await expect.poll(() => said.at(-1)).toEqual({ t: 'refused', why: 'version' });
	expect(session.device).toBeNull();
});
