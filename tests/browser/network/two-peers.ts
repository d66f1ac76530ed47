/**
 * Two peers in one page, connected by real WebRTC and by a relay that may change their messages.
 */
import { BrowserClock } from '#browser/device/clock.ts';
import { WebCrypto } from '#web/crypto.ts';
import { WebRtcPeerConnections } from '#browser/network/webrtc-peer-connections.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { DirectViewer } from '#engine/live/host/direct-viewer.ts';
import { LensFrameMonitor, LiveClock } from '#engine/live/live-clock.ts';
import { DirectView } from '#engine/live/viewer/direct-view.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type { Message } from '#protocol/message.ts';
import { FakeMessengerRelay } from '../../fakes/messenger.ts';
import { cleanUps, lens, shown } from '../live/live-fixture.ts';

const crypto = new WebCrypto();
const clock = new BrowserClock();
export const live = new LiveClock(clock);
/** Certificates such as devices have. */
export function certificates(count: number): Promise<DtlsCertificate[]> {
	return Promise.all(
		Array.from({ length: count }, async () => {
			const made = await crypto.makeDtlsCertificate();
			if (made === null) throw new Error('no WebRTC here');
			return made;
		}),
	);
}

export interface Certificates {
	readonly cameras: DtlsCertificate;
	readonly viewers: DtlsCertificate;
}

/** A camera and a viewer in this page, and a relay between them that may change messages. */
export function call(
	{ cameras, viewers }: Certificates,
	change: (message: Message) => Message = (message) => message,
) {
	const relay = new FakeMessengerRelay(clock);
	relay.change = change;
	const [host, guest] = [hexOf(crypto.random(16)), hexOf(crypto.random(16))] as [
		DeviceId,
		DeviceId,
	];
	const posts = { host: relay.join(host, ['camera']), guest: relay.join(guest, ['viewer']) };
	const { picture, frames } = lens();
	const pulse = new LensFrameMonitor(live, frames);
	pulse.setActive(clock, true);
	const peers = new WebRtcPeerConnections();
	let hosted: DirectViewer | null = null;
	posts.host.onMessage((message) => {
		const kind = () => 'preview' as const;
		const tools = { ...{ clock, live, pulse, peers, crypto, kind }, messenger: posts.host };
		if (message.t === 'call') {
			hosted = new DirectViewer(tools, cameras, guest, message, picture, () => undefined);
		} else if (message.t === 'answer' || message.t === 'candidate') hosted?.receive(message);
		else if (message.t === 'hang-up') hosted?.hangUp(null);
	});
	const seen = shown();
	let frameCount = 0;
	seen.screen.on(({ kind }) => {
		if (kind === 'frame') frameCount += 1;
	});
	const direct = new DirectView(
		{ ...{ clock, peers, crypto }, messenger: posts.guest, dtls: () => Promise.resolve(viewers) },
		...([hexOf(crypto.random(16)), host, 'full'] as [never, DeviceId, 'full']),
		() => {
			if (direct.picture !== null) seen.screen.play(direct.picture);
		},
	);
	posts.guest.onMessage((message) => {
		direct.receive(message);
		if (direct.picture !== null) seen.screen.play(direct.picture);
	});
	cleanUps.push(() => {
		direct.hangUp();
		hosted?.hangUp(null);
		pulse.setActive(clock, false);
	});
	return { direct, seen, frames: () => frameCount, hosted: () => hosted };
}
