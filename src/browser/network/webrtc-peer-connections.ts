import { Fault } from '#domain/base/fault.ts';
import type { IceServer } from '#protocol/wire.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type {
	CameraPeer,
	PeerEvent,
	PeerConnections,
	ViewerPeer,
} from '#ports/network/peer-connection.ts';
import { WebRtcCameraPeer } from './webrtc-camera-peer.ts';
import { WebRtcViewerPeer } from './webrtc-viewer-peer.ts';

export class WebRtcPeerConnections implements PeerConnections {
	camera(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		picture: Picture,
		onEvent: (event: PeerEvent) => void,
	): CameraPeer {
		return new WebRtcCameraPeer(connectionOf(dtls, ice), picture, onEvent);
	}

	viewer(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		onEvent: (event: PeerEvent) => void,
	): ViewerPeer {
		return new WebRtcViewerPeer(connectionOf(dtls, ice), onEvent);
	}
}

function connectionOf(
	{ certificate }: DtlsCertificate,
	ice: readonly IceServer[],
): RTCPeerConnection {
	if (typeof RTCPeerConnection === 'undefined') {
		throw new Fault('unsupported', 'this browser has no WebRTC');
	}
	try {
		return new RTCPeerConnection({
			certificates: [certificate as unknown as RTCCertificate],
			iceServers: ice.map(({ urls, username, credential }) => ({
				urls: [...urls],
				...(username === undefined ? {} : { username }),
				...(credential === undefined ? {} : { credential }),
			})),
			bundlePolicy: 'max-bundle',
		});
	} catch (error) {
		throw new Fault(
			'unsupported',
			'RTCPeerConnection rejected the certificate or the ICE servers',
			error,
		);
	}
}
