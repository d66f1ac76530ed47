/**
 * Whole devices, as in the browser, over the real relay: two processes, real sockets, real keys.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocketRelays } from '#browser/network/websocket-relays.ts';
import { ascii } from '#domain/base/bytes.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { Message } from '#protocol/message.ts';
import { relaysContract } from '../../contracts/relays.ts';
import { startRelay, type Relay } from '../../e2e/support/launch.ts';
import { joinedTo } from '../../engine/members/joined.ts';
import { until } from '../../support/until.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { TestDevice } from '../../relay-core/test-device.ts';
import { PageSocket, realClock } from './page.ts';
import { builtSite } from '../process/site.ts';

let relay: Relay;
beforeAll(async () => {
	vi.stubGlobal('WebSocket', PageSocket);
	relay = await startRelay({ env: { SPYCAM_APP: builtSite() } });
});
afterAll(async () => {
	vi.unstubAllGlobals();
	await relay.stop();
});

relaysContract('WebSocket', () =>
	Promise.resolve({
		relays: new WebSocketRelays(),
		origin: relay.address,
		nowhere: 'http://localhost:1',
		other: null,
	}),
);

function deviceOf({ localDevice }: FakeDevice) {
	const device = localDevice.unlocked?.identity.device;
	if (device === undefined) throw new Error('the device has no keys');
	return device;
}

test('LK1 RL14 RL15 RL19 two devices of a home connect, exchange messages and parts, and one is revoked', async () => {
	const [camera, viewer] = [fakeDevice(realClock), fakeDevice(realClock)];
	await camera.localDevice.createCamera();
	await camera.homeRoster.setRelay(relay.address);
	const opening = new TestDevice(relay.address);
	const entries = camera.homeRoster.entries.map((entry) =>
		Buffer.from(entry).toString('base64url'),
	);
	await opening.next('challenge');
	opening.say({ t: 'open', version: 1, invitation: relay.invitation ?? '', roster: entries });
	await opening.next('opened');
	opening.close();

	const relays = new WebSocketRelays();
	const cameraLink = camera.linkTo(relays);
	cameraLink.begin();
	await until(() => cameraLink.state.kind === 'connected', 30_000);
	const given = await joinedTo(camera, viewer, ['viewer']);
	await viewer.homeRoster.enter(given.roster, given.homeKey, relay.address);
	await until(() => cameraLink.relaySeq === 2, 30_000);
	const viewerLink: RelayClient = viewer.linkTo(relays);
	viewerLink.begin();
	await until(() => viewerLink.state.kind === 'connected' && viewerLink.online.size === 2, 30_000);

	const ask: Message = { t: 'ask', nonce: 'ab'.repeat(16) };
	const got: [Message, string][] = [];
	cameraLink.onMessage((message, { device }) => got.push([message, device]));
	expect(await viewerLink.send(deviceOf(camera), ask)).toBe('taken');
	await until(() => got.length === 1, 30_000);
	expect(got).toEqual([[ask, deviceOf(viewer)]]);

	const { state } = camera.localDevice;
	const id = state.kind === 'ready' ? (state.cameras[0]?.id ?? '') : '';
	let viewers: readonly string[] = [];
	cameraLink.onWatched((_, devices) => (viewers = devices));
	const parts: string[] = [];
	viewerLink.watchParts(id, (sealed) => parts.push(String.fromCharCode(...sealed)));
	await until(() => viewers.join() === deviceOf(viewer), 30_000);
	cameraLink.sendPart(id, true, ascii('sealed'));
	await until(() => parts.length === 1, 30_000);
	expect(parts).toEqual(['sealed']);

	await camera.homeRoster.revoke(deviceOf(viewer));
	await until(() => viewerLink.state.kind === 'refused', 30_000);
	expect(viewerLink.state).toMatchObject({ why: 'not-a-member' });
	await until(() => cameraLink.relaySeq === 3 && cameraLink.online.size === 1, 30_000);
	expect(cameraLink.forked).toBe(false);
});
