import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, bytesOf, concatBytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import { IN_PAGE_RELAY_ORIGIN } from '#domain/pairing/direct-code.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import type { ServedClient, ServedSocket } from '#ports/network/relay-server.ts';
import type { SocketEnd } from '#ports/network/relay.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';
import { InPageRelay } from '#relay-core/in-page-relay.ts';
import { joinedTo } from '../engine/members/joined.ts';
import { ManualClock } from '../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../fakes/device.ts';

const GUEST_ORIGIN = `https://${'ab'.repeat(16)}.nearby.invalid`;
const clock = new ManualClock();
let [host, viewer, other]: FakeDevice[] = [];
let relay: InPageRelay;

beforeAll(async () => {
	[host, viewer, other] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	await host.localDevice.createCamera();
	await joinedTo(host, viewer, ['viewer']);
	await joinedTo(host, other, ['viewer', 'live']);
});
beforeEach(() => {
	if (host) relay = new InPageRelay(host);
});

/** One client of the in-page relay, and what it received. */
class Client implements ServedClient {
	readonly origin: string;
	readonly said: FromRelay[] = [];
	readonly parts: number[] = [];
	closed: number | null = null;
	waiting = 0;
	readonly socket: ServedSocket;

	constructor(origin = GUEST_ORIGIN) {
		this.origin = origin;
		const socket = relay.open(this);
		if (socket === null) throw new Error('no free session');
		this.socket = socket;
	}

	frame(frame: FromRelay): void {
		this.said.push(frame);
	}

	part({ length }: Uint8Array): void {
		this.parts.push(length);
	}

	ended({ code }: SocketEnd): void {
		this.closed = code;
	}

	send(frame: FromDevice): void {
		this.socket.receiveText(JSON.stringify(frame));
	}

	of<T extends FromRelay['t']>(t: T): Extract<FromRelay, { t: T }>[] {
		return this.said.filter((frame): frame is Extract<FromRelay, { t: T }> => frame.t === t);
	}

	get refusals(): string[] {
		return this.of('refused').map(({ why }) => why);
	}
}

async function entered(device: FakeDevice, origin = GUEST_ORIGIN): Promise<Client> {
	const client = new Client(origin);
	const { crypto, homeRoster } = device;
	const { device: id, sign } = await homeRoster.self();
	const { challenge } = client.of('challenge')[0]!;
	const covered = loginBytes({
		originHash: await crypto.sha256(ascii(origin)),
		...{ challenge: bytesOfBase64url(challenge), home: homeRoster.roster!.home, device: id },
	});
	const signature = base64urlOf(await crypto.sign(sign.key, covered));
	client.send({ t: 'prove', version: 1, home: homeRoster.roster!.home, device: id, signature });
	await expect.poll(() => client.of('welcome')).toHaveLength(1);
	return client;
}

const idOf = async (device: FakeDevice) => (await device.homeRoster.self()).device;
const partOf = (camera: CameraId, key: boolean) =>
	concatBytes(Uint8Array.of(1), bytesOf(camera), Uint8Array.of(key ? 1 : 0, 7));

describe('RG1 rights as at a relay', () => {
	it('only the watched camera is told who watches, and only a camera sends parts', async () => {
		const clients = [await entered(host!), await entered(viewer!), await entered(other!)] as const;
		const camera = await cameraIdOf(host!.crypto, await idOf(host!), 1);
		const own = await cameraIdOf(host!.crypto, await idOf(other!), 1);
		for (const id of [camera, own]) clients[1].send({ t: 'watch', camera: id, on: true });
		const devices = [await idOf(viewer!)];
		expect(clients[0].of('watched')).toEqual([{ t: 'watched', camera, devices }]);
		expect([clients[1].of('watched'), clients[2].of('watched')]).toEqual([[], []]);
		clients[2].socket.receivePart(partOf(own, true));
		expect(clients[1].parts).toEqual([]);
		clients[0].socket.receivePart(partOf(camera, true));
		expect(clients[1].parts).toEqual([19]);
	});
});

describe('NB9 what it leaves out', () => {
	it('it keeps no message for a device that is away, and no part for a viewer to come', async () => {
		const [owner, to] = [await entered(host!), await idOf(viewer!)];
		owner.send({ t: 'letter', n: 1, to, box: 'AAAA', keep: 60 });
		const camera = await cameraIdOf(host!.crypto, await idOf(host!), 1);
		owner.socket.receivePart(partOf(camera, true));
		const later = await entered(viewer!);
		later.send({ t: 'watch', camera, on: true });
		owner.send({ t: 'letter', n: 2, to, box: 'BBBB', keep: 60 });
		expect([...owner.of('away'), ...owner.of('taken')].map(({ n }) => n)).toEqual([1, 2]);
		expect(later.of('letter')).toMatchObject([{ box: 'BBBB', kept: false }]);
		expect(later.parts).toEqual([]);
	});

	it('a guest opens no rendezvous and no home', () => {
		const guest = new Client();
		guest.send({ t: 'wait', rid: 'ab'.repeat(16), version: 1 });
		expect([guest.refusals, guest.closed]).toEqual([['not-allowed'], 4401]);
	});

	it('who leaves a rendezvous ends it for the other, with a word', () => {
		const [owner, guest] = [new Client(IN_PAGE_RELAY_ORIGIN), new Client()];
		const rid = 'ab'.repeat(16);
		owner.send({ t: 'wait', rid, version: 1 });
		guest.send({ t: 'meet', version: 1, rid });
		expect([owner.of('met'), guest.of('met')]).toEqual([[{ t: 'met', rid }], [{ t: 'met', rid }]]);
		guest.socket.gone();
		expect([owner.of('post').length, owner.of('burnt')]).toEqual([1, [{ t: 'burnt', rid }]]);
	});
});

describe('NB9 limits of one session', () => {
	it('RL30 a guest sends at most 64 frames at once', () => {
		const guest = new Client();
		for (let n = 0; n < 64; n += 1) guest.send({ t: 'ping', n });
		expect([guest.of('pong').length, guest.closed]).toEqual([64, null]);
		guest.send({ t: 'ping', n: 64 });
		expect(guest.closed).toBe(4429);
	});

	it('it watches at most 64 cameras', async () => {
		const client = await entered(viewer!);
		for (let n = 0; n < 70; n += 1)
			client.send({ t: 'watch', camera: n.toString(16).padStart(32, '0'), on: true });
		expect(client.refusals).toEqual(Array.from({ length: 6 }, () => 'too-many'));
	});

	it('RL9 who reads too slowly misses parts up to the next key part', async () => {
		const [owner, client] = [await entered(host!), await entered(viewer!)];
		const camera = await cameraIdOf(host!.crypto, await idOf(host!), 1);
		client.send({ t: 'watch', camera, on: true });
		for (const [waiting, key] of [
			[2 ** 21, true],
			[0, false],
			[0, true],
		] as const) {
			client.waiting = waiting;
			owner.socket.receivePart(partOf(camera, key));
		}
		expect(client.parts).toEqual([19]);
	});
});

it('NB7 RL13 a device of another version is refused', () => {
	const guest = new Client();
	const proof = { home: '0'.repeat(32), device: '0'.repeat(32), signature: 'A'.repeat(86) };
	guest.send({ t: 'prove', version: 2, ...proof });
	expect([guest.refusals, guest.of('welcome')]).toEqual([['version'], []]);
});
