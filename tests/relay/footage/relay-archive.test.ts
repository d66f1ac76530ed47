/** The browser's adapter against the relay's own code, over HTTP on this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterEach } from 'vitest';
import { RelayArchive } from '#browser/network/relay-archive.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { createFootageApi } from '#relay/footage/footage-api.ts';
import { PackArchive } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { makeToken, readToken } from '#relay/http/token.ts';
import { footageMemberOf } from '#relay-core/footage-member.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { WebCrypto } from '#web/crypto.ts';
import { footageArchiveContract } from '../../contracts/footage-archive.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { signedRun } from './signed-run.ts';

const tokenKey = new Uint8Array(32).fill(5);
const ends: (() => void)[] = [];
afterEach(() => {
	for (const end of ends.splice(0).reverse()) end();
});

footageArchiveContract(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'spy-cam-relay-archive-'));
	ends.push(() => rmSync(folder, { recursive: true }));
	const clock = new ManualClock();
	const crypto = new WebCrypto();
	const owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	const identity = owner.localDevice.unlocked?.identity;
	const camera = identity?.cameras[0]?.id;
	if (!identity || !camera) throw new Error('the device is no camera');
	const homes = new HomeRegistry(crypto, []);
	await homes.open(owner.homeRoster.entries);
	const index = new FootageIndex(join(folder, 'footage.sqlite'));
	ends.push(() => index.close());
	const packs = new PackFolder(join(folder, 'footage'));
	const api = createFootageApi({
		...{ archive: new PackArchive({ packs, index, crypto }), index },
		claimsOf: (token) => readToken(tokenKey, token, clock.wallMs()),
		memberOf: async (id, device) => {
			const home = await homes.find(id);
			return home && footageMemberOf(crypto, home, device, clock.wallMs());
		},
	});
	const server = createAdaptorServer({
		fetch: (request) => api.fetch(request, {}),
		createServer,
	}) as Server;
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	ends.push(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const { home, device, sign } = identity;
	const token = makeToken(tokenKey, { home, device, untilMs: clock.wallMs() + 60_000 });
	const archive = new RelayArchive(() => ({ origin: `http://127.0.0.1:${String(port)}`, token }));
	return {
		...{ archive, camera },
		run: (count, anchorUs, runNo) => signedRun({ home, camera, sign }, count, anchorUs, runNo),
		away: () => {
			server.closeAllConnections();
			server.close();
		},
	};
});
