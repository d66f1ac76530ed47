import { beforeEach, describe, expect, test } from 'vitest';
import { base64urlOf } from '#domain/base/base64url.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { fingerprintText } from '#domain/media/sdp.ts';
import { DirectViewer } from '#engine/live/host/direct-viewer.ts';
import { LensFrameMonitor, LiveClock } from '#engine/live/live-clock.ts';
import { DirectView } from '#engine/live/viewer/direct-view.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type { Message } from '#protocol/message.ts';
import { WebCrypto } from '#web/crypto.ts';
import { filled } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeMessengerRelay } from '../../fakes/messenger.ts';
import { FakePeerConnections, FakePeerNetwork, makePicture } from '../../fakes/peer-connections.ts';

const CAMERA = 'ca'.repeat(16) as CameraId;
const [HOST, GUEST] = ['aa'.repeat(16), 'bb'.repeat(16)] as [DeviceId, DeviceId];
const [OWN, THEIRS, FOREIGN] = [1, 2, 3].map((n) => ({
	...{ certificate: {}, fingerprint: filled(32, n) },
})) as unknown as [DtlsCertificate, DtlsCertificate, DtlsCertificate];

/** One call, from a viewer's device to a camera's, through a relay that may interfere. */
function world() {
	const crypto = new WebCrypto();
	const clock = new ManualClock();
	const relay = new FakeMessengerRelay(clock);
	const network = new FakePeerNetwork(clock);
	const peers = new FakePeerConnections(network);
	const live = new LiveClock(clock);
	let frames = 0;
	const pulse = new LensFrameMonitor(live, () => frames);
	pulse.setActive(clock, true);
	const host = relay.join(HOST, ['camera']);
	const guest = relay.join(GUEST, ['viewer']);
	const kind = () => 'recording' as const;
	const here = {
		...{ clock, relay, network, live, guest },
		hosted: null as DirectViewer | null,
		frame: () => (frames += 1),
		/** Messages of a kind so far. */
		sent: (t: Message['t']) => relay.letters.filter(({ message }) => message.t === t),
		call: () => {
			const tools = { clock, peers, crypto, messenger: guest };
			const dtls = () => Promise.resolve(THEIRS);
			const view = new DirectView({ ...tools, dtls }, CAMERA, HOST, 'full', () => undefined);
			guest.onMessage((message) => view.receive(message));
			return view;
		},
	};
	host.onMessage((message, { device }) => {
		const tools = { clock, live, pulse, peers, crypto, kind, messenger: host };
		if (message.t === 'call') {
			here.hosted = new DirectViewer(tools, OWN, device, message, makePicture(), () => undefined);
		} else if (message.t === 'answer' || message.t === 'candidate') here.hosted?.receive(message);
		else if (message.t === 'hang-up') here.hosted?.hangUp(null);
	});
	return here;
}

/** As of somebody who can sign: description and fingerprint agree. */
function withCertificate(message: Message, { fingerprint }: DtlsCertificate): Message {
	if (message.t !== 'offer' && message.t !== 'answer') return message;
	const line = `a=fingerprint:sha-256 ${fingerprintText(fingerprint)}`;
	const sdp = message.sdp.replace(/a=fingerprint:sha-256 \S+/, line);
	return { ...message, sdp, fingerprint: base64urlOf(fingerprint) };
}

let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world();
});

async function connected(): Promise<DirectView> {
	const view = here.call();
	await here.clock.pass(1000);
	expect(view.picture).not.toBe(null);
	return view;
}

describe('a call', () => {
	test('LV1 LV2 connects, and shows a picture once both have confirmed what they see', async () => {
		here.network.mute = true;
		const view = here.call();
		await here.clock.pass(1000);
		expect(here.network.connected).toBe(1);
		expect(view.connectedMs).not.toBe(null);
		// Nothing was heard of the other: nothing is shown, and nothing is told.
		expect([view.picture, view.heartbeat, here.hosted?.path]).toEqual([null, null, 'direct']);
		expect(here.network.ends[0]!.said.every((text) => text.includes('confirm'))).toBe(true);
	});

	test('LV10 LV32 tells the age of the picture and what the camera does', async () => {
		const view = await connected();
		here.frame();
		await here.clock.pass(500);
		expect(view.kind).toBe('recording');
		const { atMs, capturedMs } = view.heartbeat!;
		expect(atMs - capturedMs).toBeLessThanOrEqual(400);
		// One clock for both: the offset is that of the live clock, but for the way.
		expect(Math.abs(view.offset!.offsetMs - here.live.wallOffsetMs)).toBeLessThanOrEqual(10);
		await here.clock.pass(3000);
		expect(view.heartbeat!.atMs - view.heartbeat!.capturedMs).toBeGreaterThan(2500);
		here.network.mute = true;
		await here.clock.pass(6000);
		expect(view.kind).toBe(null);
	});

	test('LV2 ends at the side that is told of other certificates than it sees', async () => {
		for (const end of ['camera', 'viewer'] as const) {
			here = world();
			here.network.mute = true;
			const view = here.call();
			await here.clock.pass(500);
			const [camera, viewer] = here.network.ends;
			const seen = [OWN, FOREIGN].map(({ fingerprint }) => base64urlOf(fingerprint));
			const text = JSON.stringify({ t: 'confirm', mine: seen[1], theirs: seen[0] });
			(end === 'camera' ? camera : viewer)!.hearFake({ kind: 'said', text });
			await here.clock.pass(500);
			expect([end, view.end === null, here.hosted?.over]).toEqual([end, false, true]);
			expect(view.picture).toBe(null);
		}
	});

	test('LV2 what is asked before that is not answered', async () => {
		here.network.mute = true;
		here.call();
		await here.clock.pass(500);
		const [camera] = here.network.ends;
		camera!.hearFake({ kind: 'said', text: JSON.stringify({ t: 'ping', n: 1 }) });
		camera!.hearFake({ kind: 'said', text: JSON.stringify({ t: 'want', rate: 'none' }) });
		camera!.hearFake({ kind: 'said', text: 'nonsense' });
		expect(camera!.said.filter((text) => !text.includes('confirm'))).toEqual([]);
		expect(here.hosted?.over).toBe(false);
	});

	test('LV1 ends where a description is not that of its signed fingerprint', async () => {
		for (const t of ['offer', 'answer'] as const) {
			here = world();
			here.relay.change = (message) => {
				if (message.t !== t) return message;
				return { ...message, fingerprint: base64urlOf(FOREIGN.fingerprint) };
			};
			const view = here.call();
			await here.clock.pass(2000);
			expect([view.end === null, here.hosted?.over, here.network.connected]).toEqual([
				...[false, true, 0],
			]);
		}
	});

	test('LT4 is not disturbed by messages of another call', async () => {
		const view = await connected();
		const nonce = 'ee'.repeat(16);
		const call = here.sent('call')[0]!.message as Extract<Message, { t: 'call' }>;
		view.receive({ t: 'hang-up', sid: 'dd'.repeat(16), peer: call.nonce, why: 'closed' });
		view.receive({ t: 'hang-up', sid: call.sid, peer: nonce, why: 'closed' });
		const { message } = here.sent('answer')[0]!;
		here.hosted!.receive({ ...(message as Extract<Message, { t: 'answer' }>), peer: nonce });
		await here.clock.pass(500);
		expect([view.end, here.hosted!.over]).toEqual([null, false]);
	});

	test('to a device that is not there has failed', async () => {
		here.relay.posts.get(HOST)!.set(false);
		const view = here.call();
		await here.clock.pass(100);
		expect(view.end).toBe('failed');
	});
});

describe('the end', () => {
	test('LV3 a camera whose viewer never answers waits for 12 s, says so, and lets it go', async () => {
		here.relay.lose = ({ t }) => t === 'answer';
		const view = here.call();
		await here.clock.pass(11_900);
		expect([here.hosted?.over, view.end]).toEqual([false, null]);
		await here.clock.pass(200);
		expect([here.hosted?.over, view.end]).toEqual([true, 'closed']);
		expect(here.sent('hang-up')).toHaveLength(1);
	});

	test('a viewer that hangs up is let go at once, and is not called back', async () => {
		const view = await connected();
		view.hangUp();
		view.hangUp();
		await here.clock.pass(300);
		expect([here.hosted?.over, view.end, view.picture === null]).toEqual([true, 'done', false]);
		expect(here.sent('hang-up')).toHaveLength(1);
		expect(here.network.ends.every(({ closed }) => closed)).toBe(true);
		expect(here.sent('offer')).toHaveLength(1);
	});

	test('LV3 a connection that was lost is restarted once, after a second, and goes on', async () => {
		const view = await connected();
		const [camera, viewer] = here.network.ends;
		here.network.cut();
		expect(view.connectedMs).toBe(null);
		await here.clock.pass(900);
		expect(here.sent('offer')).toHaveLength(1);
		await here.clock.pass(600);
		expect(here.sent('offer')).toHaveLength(2);
		expect(here.sent('offer')[1]!.message).toMatchObject({ restart: true });
		expect([view.connectedMs === null, here.network.connected, here.hosted?.over]).toEqual([
			...[false, 1, false],
		]);
		// The same connection, confirmed as before.
		expect(here.network.ends).toEqual([camera, viewer]);
		await here.clock.pass(500);
		expect(here.live.nowMs() - view.heartbeat!.atMs).toBeLessThan(400);
	});

	test('LV3 one that stays lost is restarted only once, and given up after 12 s', async () => {
		const view = await connected();
		here.network.blocked = true;
		here.network.cut();
		await here.clock.pass(5000);
		// Checks take some seconds to give up, too.
		here.network.ends[0]!.hearFake({ kind: 'failed' });
		await here.clock.pass(7500);
		expect([here.hosted?.over, here.sent('offer').length]).toEqual([false, 2]);
		await here.clock.pass(1000);
		expect([here.hosted?.over, here.sent('offer').length]).toEqual([true, 2]);
		expect(view.end).toBe('closed');
	});

	test('LV1 a restart keeps the certificates of the call, or the call ends', async () => {
		for (const t of ['offer', 'answer'] as const) {
			here = world();
			const view = await connected();
			here.relay.change = (message) =>
				message.t === t ? withCertificate(message, FOREIGN) : message;
			here.network.cut();
			await here.clock.pass(2000);
			expect([view.end === null, here.hosted?.over, here.network.connected]).toEqual([
				...[false, true, 0],
			]);
		}
	});
});

test('a viewer’s wish reaches the camera’s encoder, also one from before it was connected', async () => {
	const view = here.call();
	view.setRate('slow');
	await here.clock.pass(1000);
	const camera = here.network.ends.find((end) => 'rates' in end) as { rates: string[] } | undefined;
	expect(camera?.rates).toEqual(['slow']);
	view.setRate('none');
	await here.clock.pass(100);
	expect(camera?.rates).toEqual(['slow', 'none']);
});

test('LV13 nobody talks through a connection that is not confirmed', async () => {
	const view = here.call();
	await expect(view.talk(true)).rejects.toMatchObject({ kind: 'unavailable' });
	await here.clock.pass(1000);
	await view.talk(true);
	await view.talk(false);
});
