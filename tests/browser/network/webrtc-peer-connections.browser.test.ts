import { describe } from 'vitest';
import { pictureOf, streamOf } from '#browser/capture/picture.ts';
import { WebRtcPeerConnections } from '#browser/network/webrtc-peer-connections.ts';
import { WebCrypto } from '#web/crypto.ts';
import type { Picture } from '#ports/media/capture.ts';
import { peerConnectionsContract, type PeerWorld } from '../../contracts/peer-connection.ts';

/** A page with canvases for lenses; each is told by the brightness of its frames. */
function pageWorld(): PeerWorld {
	const crypto = new WebCrypto();
	const lenses: Picture[] = [];
	const cleanUps: (() => void)[] = [];
	return {
		peers: new WebRtcPeerConnections(),
		async certificate() {
			const made = await crypto.makeDtlsCertificate();
			if (made === null) throw new Error('no WebRTC here');
			return made;
		},
		lens() {
			const canvas = document.createElement('canvas');
			const pen = canvas.getContext('2d')!;
			const grey = `${40 + lenses.length * 90}`;
			let frames = 0;
			const timer = setInterval(() => {
				frames += 1;
				pen.fillStyle = `rgb(${grey} ${grey} ${grey})`;
				pen.fillRect(0, 0, canvas.width, canvas.height);
				// Small, beside what is measured: without a change there is no frame.
				pen.fillStyle = 'red';
				pen.fillRect((frames * 7) % canvas.width, 0, 9, 9);
			}, 40);
			const stream = canvas.captureStream(25);
			cleanUps.push(() => {
				clearInterval(timer);
				for (const track of stream.getTracks()) track.stop();
			});
			const picture = pictureOf(stream);
			lenses.push(picture);
			return picture;
		},
		screen(picture) {
			const video = document.createElement('video');
			Object.assign(video, { srcObject: streamOf(picture), muted: true, autoplay: true });
			document.body.append(video);
			const pen = new OffscreenCanvas(1, 1).getContext('2d')!;
			const seen = { count: 0, lens: null as Picture | null };
			const frame = (): void => {
				seen.count += 1;
				pen.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
				const [grey = 0] = pen.getImageData(0, 0, 1, 1).data;
				seen.lens = lenses[Math.round((grey - 40) / 90)] ?? null;
				video.requestVideoFrameCallback(frame);
			};
			video.requestVideoFrameCallback(frame);
			void video.play().catch(() => undefined);
			cleanUps.push(() => video.remove());
			return seen;
		},
		pass: (ms) => new Promise((done) => setTimeout(done, ms)),
		dispose() {
			for (const cleanUp of cleanUps) cleanUp();
		},
	};
}

describe('WebRTC', () => peerConnectionsContract(pageWorld));
