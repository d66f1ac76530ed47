import { describe, expect, test } from 'vitest';
import type { Picture } from '#ports/media/capture.ts';
import { dataConnectionsContract } from '../contracts/data-connections.ts';
import { encoderContract } from '../contracts/encoder.ts';
import { networkContract } from '../contracts/network.ts';
import { peerConnectionsContract, type PeerWorld } from '../contracts/peer-connection.ts';
import { ManualClock } from './clock.ts';
import { filled } from '../contracts/segment-store.ts';
import { FakeDataNetwork } from './data-connections.ts';
import { FakeEncoder } from './encoder.ts';
import { FakeNetwork } from './network.ts';
import { FakePeerConnections, FakePeerNetwork, makePicture } from './peer-connections.ts';

describe('FakeNetwork', () =>
	networkContract(() => {
		const network = new FakeNetwork();
		return { network, back: () => network.back() };
	}));

describe('FakeEncoder', () =>
	encoderContract(() => {
		const encoder = new FakeEncoder(() => 0);
		const second = () => encoder.current.fragment();
		return Promise.resolve({ encoder, captured: {} as never, second });
	}));

describe('FakeDataNetwork', () =>
	dataConnectionsContract(() => {
		const network = new FakeDataNetwork();
		return [network.cables(), network.cables()];
	}));

/** Every lens gives ten frames a second of the clock. */
function peerWorld(): PeerWorld {
	const clock = new ManualClock();
	const lenses: ReturnType<typeof makePicture>[] = [];
	let now: Picture | null = null;
	let certificates = 0;
	return {
		peers: new FakePeerConnections(new FakePeerNetwork(clock)),
		certificate() {
			certificates += 1;
			return Promise.resolve({ certificate: {}, fingerprint: filled(32, certificates) } as never);
		},
		lens() {
			const lens = makePicture();
			lenses.push(lens);
			return lens;
		},
		screen(picture) {
			const seen = { count: 0, lens: null as Picture | null };
			(picture as ReturnType<typeof makePicture>).onFrame.add(() => {
				seen.count += 1;
				seen.lens = now;
			});
			return seen;
		},
		async pass(ms) {
			for (let passedMs = 0; passedMs < ms; passedMs += 100) {
				await clock.pass(100);
				for (const lens of lenses) {
					now = lens;
					for (const frame of lens.onFrame) frame();
				}
			}
		},
		dispose: () => undefined,
	};
}

describe('FakePeerConnections', () => {
	peerConnectionsContract(peerWorld);

	test('LV3 a network that was cut connects again by a restart, on the same channel', async () => {
		const clock = new ManualClock();
		const network = new FakePeerNetwork(clock);
		const [peers, heard] = [new FakePeerConnections(network), [] as string[]];
		const dtls = { certificate: {}, fingerprint: filled(32, 1) } as never;
		const camera = peers.camera(dtls, [], makePicture(), () => undefined);
		const viewer = peers.viewer(dtls, [], ({ kind }) => heard.push(kind));
		const negotiate = async (restart: boolean) => {
			await camera.accept(await viewer.answer(await camera.offer(restart)));
			await clock.pass(200);
		};
		await negotiate(false);
		network.cut();
		expect(await camera.path()).toBe(null);
		await negotiate(true);
		const reported = heard.filter((kind) => kind !== 'candidate');
		expect(reported).toEqual(['connected', 'open', 'cut', 'connected']);
	});
});
