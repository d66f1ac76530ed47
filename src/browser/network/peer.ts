import { Fault } from '#domain/base/fault.ts';
import type { IceServer } from '#protocol/wire.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type { CameraPeer, PeerEvent, Peers, ViewerPeer } from '#ports/network/peer.ts';
import { CameraEnd } from './peer-camera.ts';
import { ViewerEnd } from './peer-viewer.ts';

/** WebRTC of this browser. */
export class BrowserPeers implements Peers {
	camera(
		dtls: DtlsCertificate,
		ice: readonly IceServer[],
		picture: Picture,
		heard: (event: PeerEvent) => void,
	): CameraPeer {
		return new CameraEnd(connectionOf(dtls, ice), picture, heard);
	}

	viewer(dtls: DtlsCertificate, ice: readonly IceServer[], heard: (event: PeerEvent) => void): ViewerPeer {
		return new ViewerEnd(connectionOf(dtls, ice), heard);
	}
}

function connectionOf({ certificate }: DtlsCertificate, ice: readonly IceServer[]): RTCPeerConnection {
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
		throw new Fault('unsupported', 'no connection with this certificate', error);
	}
}
