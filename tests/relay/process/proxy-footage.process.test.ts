/** The guide's nginx example for footage, verbatim: the proxy asks `store` itself. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RelayArchive } from '#browser/network/relay-archive.ts';
import { concatBytes } from '#domain/base/bytes.ts';
import { startNginx } from '../../bench/support/footage-load.ts';
import { temporaryFolder } from '../../e2e/support/launch.ts';
import { TestHome } from '../../relay-core/test-device.ts';
import { pathOf } from '../../support/programs.ts';
import { relayWith } from '../config/settings-file.ts';
import { openHome, uploadingCamera } from '../footage/uploading.ts';

const guide = readFileSync('docs/guide/relay.md', 'utf8');
const example = /^location \/api\/footage\/ {.*?^}/ms.exec(guide)?.[0] ?? 'none';
const anchorUs = 1_795_000_020_000_000;

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

test('SY15 nginx in front of the socket: uploads and reads, by the rights of the token', async ({
	skip,
}) => {
	if (!pathOf('nginx')) skip('nginx is not installed');
	const [data, folder] = [temporaryFolder(), temporaryFolder()];
	mkdirSync(data, { recursive: true });
	const footageSocket = join(folder, 'footage.sock');
	const relay = await relayWith({ footageSocket }, data);
	onTestFinished(async () => {
		await relay.stop();
		for (const one of [data, folder]) rmSync(one, { recursive: true, force: true });
	});
	const port = await freePort();
	const direct = example.replace('/run/spy-cam/footage.sock', footageSocket);
	const nginx = await startNginx(folder, folder, `listen 127.0.0.1:${String(port)}; ${direct}`);
	onTestFinished(() => nginx.stop());
	const origin = `http://127.0.0.1:${String(port)}`;
	const home = await TestHome.found();
	await openHome(relay, home);
	const uploading = await uploadingCamera(relay.address, home);
	const { token, camera, device } = uploading;
	const archive = new RelayArchive(() => ({ origin, token }));
	await expect.poll(() => archive.have(camera, 0).catch(() => null)).not.toBeNull();
	// More than nginx takes by default, and than it would keep in memory.
	const { runRecord, records } = await uploading.run(12, anchorUs, 1, 250_000);
	const sent = concatBytes(...records);
	const { kept } = await archive.put(camera, 1, runRecord, sent);
	expect(kept).toHaveLength(13);
	const path = `${origin}/api/footage/${camera}/1/0-63`;
	const read = await fetch(path, { headers: { Authorization: `Bearer ${token}` } });
	expect(new Uint8Array(await read.arrayBuffer())).toEqual(sent);
	expect((await fetch(path)).status).toBe(401);
	// Nothing else is there.
	expect((await fetch(`${origin}/api/relay`)).status).toBe(404);
	device.close();
});
