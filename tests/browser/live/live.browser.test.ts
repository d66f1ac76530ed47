import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BrowserClock } from '#browser/device/clock.ts';
import { WebCrypto } from '#web/crypto.ts';
import { WebCodecsLiveEncoder } from '#browser/live/live-encoder.ts';
import { WebRtcPeerConnections } from '#browser/network/webrtc-peer-connections.ts';
import { WebRtcViewerPeer } from '#browser/network/webrtc-viewer-peer.ts';
import { ageMs, type ClockOffset } from '#domain/live/age.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { RunId } from '#domain/base/ids.ts';
import { beginsWithKey, type FramesPart } from '#domain/live/live-part.ts';
import { ReplayWindow } from '#engine/live/replay-window.ts';
import { LivePartSealer } from '#engine/sealing/live-part-sealer.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import { makeSealingFixture } from '../../engine/sealing/sealing-fixture.ts';
import { leastOf, median } from '../../support/measures.ts';
import { cleanUp, cleanUps, framesIn, lens, shown, until } from './live-fixture.ts';
import { call, certificates, live, type Certificates } from '../network/two-peers.ts';

const crypto = new WebCrypto();
const clock = new BrowserClock();
let dtls: DtlsCertificate[] = [];
let both: Certificates;

beforeAll(async () => {
	dtls = await certificates(3);
	both = { cameras: dtls[0]!, viewers: dtls[1]! };
});
afterEach(cleanUp);

describe('two peers', () => {
	it('LV1 LV2 LV10 connect, confirm fingerprints, and show a frame of known age', async () => {
		const { direct, frames, seen, hosted } = call(both);
		await until(() => frames() > 0, 30_000);
		expect(direct.connectedMs).not.toBe(null);
		// One page has one clock. The best of several round trips counts, as a busy machine may stall.
		const wrongMs = () => Math.abs((direct.offset?.offsetMs ?? Infinity) - live.wallOffsetMs);
		await until(() => wrongMs() < 25, 30_000);
		await until(
			() => (direct.heartbeat?.atMs ?? Infinity) - (direct.heartbeat?.capturedMs ?? 0) < 700,
			30_000,
		);
		expect(direct.path).toBe('direct');
		await until(() => hosted()?.path === 'direct', 30_000);
		// Starts sharp: no smaller frame first.
		expect([seen.video.videoWidth, seen.video.videoHeight]).toEqual([640, 360]);
		direct.hangUp();
		await until(() => hosted()?.over === true, 30_000);
	});

	it('T3 a swapped fingerprint shows no frame, in either direction', async () => {
		const pairs = (bytes: Uint8Array) =>
			Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
		const fake = pairs(dtls[2]!.fingerprint);
		const { base64urlOf } = await import('#domain/base/base64url.ts');
		for (const t of ['offer', 'answer'] as const) {
			// Rewrites every message, as an attacker who can read and sign them would: DTLS itself must
			// refuse.
			const { direct, frames } = call(both, (message) => {
				if (message.t !== t) return message;
				const sdp = message.sdp.replaceAll(
					/a=fingerprint:sha-256 \S+/g,
					`a=fingerprint:sha-256 ${fake}`,
				);
				return { ...message, sdp, fingerprint: base64urlOf(dtls[2]!.fingerprint) };
			});
			await new Promise((done) => setTimeout(done, 2500));
			expect(frames(), t).toBe(0);
			expect(direct.picture, t).toBe(null);
		}
	});

	it('stops only its clones of the recorder’s track', async () => {
		const { picture } = lens();
		const peer = new WebRtcPeerConnections().camera(dtls[0]!, [], picture, () => undefined);
		expect(await peer.offer(false)).toContain('webrtc-datachannel');
		peer.close();
		const encoding = new WebCodecsLiveEncoder().start(
			picture,
			{ bitsPerSecond: 500_000, frameRate: 20, wallOffsetMs: 0 },
			{ part: () => undefined, ended: () => undefined },
		);
		encoding.stop();
		const [track] = (picture as unknown as MediaStream).getVideoTracks();
		expect(track?.readyState).toBe('live');
	});
});

describe('talk', () => {
	it('LV13 sends no microphone that opens after the button was released', async () => {
		const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		const asked: ((stream: MediaStream) => void)[] = [];
		navigator.mediaDevices.getUserMedia = () => new Promise((come) => asked.push(come));
		cleanUps.push(() => {
			navigator.mediaDevices.getUserMedia = own;
		});
		const pc = new RTCPeerConnection();
		const { sender } = pc.addTransceiver('audio');
		const end = new WebRtcViewerPeer(pc, () => undefined);
		const streams = [await own({ audio: true }), await own({ audio: true })] as const;
		const [late, kept] = streams.map((stream) => stream.getAudioTracks()[0]!);
		const first = expect(end.sendVoice(true)).rejects.toMatchObject({ kind: 'aborted' });
		await end.sendVoice(false);
		const second = end.sendVoice(true);
		asked[0]!(streams[0]);
		await first;
		expect(late!.readyState).toBe('ended');
		asked[1]!(streams[1]);
		await second;
		expect(sender.track).toBe(kept);
		end.close();
		expect(kept!.readyState).toBe('ended');
	});
});

describe('the relayed picture', () => {
	it('LV6 LV7 LV8 is encoded, sealed, opened and painted at a low age', async () => {
		const { home, camera, secret, opener, pair } = await makeSealingFixture(crypto);
		const sign = pair.key;
		const runId = hexOf(crypto.random(16)) as RunId;
		const sealer = new LivePartSealer(crypto, {
			...{ home, camera, epoch: 1, secret, runId, sign },
		});
		const window = new ReplayWindow(
			(of, sealed) => opener.openLive(of, sealed, { run: runId, secret }),
			camera,
		);
		window.switchRun(runId);
		const { screen, canvas } = shown();
		const offset: ClockOffset = {
			...{ offsetMs: live.wallOffsetMs, roundTripMs: 0, measuredMs: 0 },
		};
		const ages: number[] = [];
		screen.on((event) => {
			if (event.kind === 'frame' && event.capturedUs !== null) {
				ages.push(ageMs(clock.monotonicMs(), offset, event.capturedUs / 1000));
			}
		});
		const parts: FramesPart[] = [];
		const gone: unknown[] = [];
		const encoding = new WebCodecsLiveEncoder().start(
			lens().picture,
			{ bitsPerSecond: 800_000, frameRate: 20, wallOffsetMs: live.wallOffsetMs },
			{
				part: (part) => {
					parts.push(framesIn(part));
					void (async () => {
						const opened = await window.open(await sealer.seal(part));
						if (opened !== null) screen.decode(opened);
					})();
				},
				ended: (fault) => gone.push(fault),
			},
		);
		cleanUps.push(() => {
			encoding.stop();
		});
		await until(() => ages.length > 45 && median(ages.slice(-45)) < 400, 60_000);
		expect(gone).toEqual([]);
		expect([canvas.width, canvas.height]).toEqual([640, 360]);
		const pixel = canvas.getContext('2d')!.getImageData(5, 350, 1, 1).data;
		expect(pixel[2]!).toBeGreaterThan(pixel[0]!);
		// Key frames come first in a part, once a second and on request.
		const keys = () => parts.filter(beginsWithKey).length;
		expect(parts.every(({ frames }) => frames.slice(1).every(({ key }) => !key))).toBe(true);
		expect(keys()).toBeGreaterThanOrEqual(2);
		// By the frames’ timestamps: the next regular key frame is due after 1 s.
		const lastKeyUs = () => parts.findLast(beginsWithKey)!.frames[0]!.capturedUs;
		const apartUs = await leastOf(5, 700_000, async () => {
			const before = lastKeyUs();
			encoding.requestKeyFrame();
			await until(() => lastKeyUs() > before, 30_000);
			return lastKeyUs() - before;
		});
		expect(apartUs).toBeLessThan(700_000);
	});

	it('LV8 delta, damaged or missing frames show nothing and do not end the view', async () => {
		const parts: FramesPart[] = [];
		const encoding = new WebCodecsLiveEncoder().start(
			lens(320, 180).picture,
			{ bitsPerSecond: 400_000, frameRate: 20, wallOffsetMs: 0 },
			{ part: (part) => parts.push(framesIn(part)), ended: () => undefined },
		);
		await until(() => parts.filter(beginsWithKey).length >= 3, 30_000);
		encoding.stop();
		const { screen } = shown();
		const times: number[] = [];
		screen.on((event) => {
			if (event.kind === 'frame') times.push(event.capturedUs ?? 0);
		});
		const keyAt = parts.map((part, at) => (beginsWithKey(part) ? at : -1)).filter((at) => at >= 0);
		for (const part of parts.slice(keyAt[0]! + 1, keyAt[1])) screen.decode(part);
		await new Promise((done) => setTimeout(done, 200));
		expect(times).toEqual([]);
		const [first] = parts.slice(keyAt[1], keyAt[1]! + 1);
		const noise = first!.frames.map((frame) => ({ ...frame, bytes: crypto.random(400) }));
		screen.decode({ ...first!, frames: noise });
		for (const part of parts.slice(keyAt[2])) screen.decode(part);
		for (const part of parts.slice(keyAt[1], keyAt[2])) screen.decode(part);
		await until(() => times.length > 0, 30_000);
		await new Promise((done) => setTimeout(done, 300));
		expect(times).toEqual(times.toSorted((a, b) => a - b));
		expect(times[0]).toBeGreaterThanOrEqual(parts[keyAt[2]!]!.frames[0]!.capturedUs);
	});
});
