/** Two processes and their supervisor (RL1 to RL3). Linux only: uses /proc. */
import { cpSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { childrenOf, startRelay, temporaryFolder, type Relay } from '../../e2e/support/launch.ts';
import { arrive, base64url, TestDevice, TestHome } from '../../relay-core/test-device.ts';
import { builtSite } from './site.ts';

const relays: Relay[] = [];
afterEach(async () => {
	for (const relay of relays.splice(0)) await relay.kill();
});

async function start(wish: Parameters<typeof startRelay>[0] = {}): Promise<Relay> {
	const relay = await startRelay({ env: { SPYCAM_APP: builtSite(), SPYCAM_LOG: 'info' }, ...wish });
	relays.push(relay);
	return relay;
}

async function opened(relay: Relay): Promise<TestHome> {
	const home = await TestHome.found();
	const device = new TestDevice(relay.address);
	await device.open(home, relay.invitation ?? '');
	device.close();
	return home;
}

function pidOf(relay: Relay, name: 'live' | 'store'): number {
	const pid = childrenOf(relay.pid).find((child) =>
		readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(`${name}.ts`),
	);
	if (pid === undefined) throw new Error(`no ${name} process found`);
	return pid;
}

/** Polls until the result is not `null`; throws after a deadline. */
async function eventually<T>(look: () => Promise<T | null> | T | null): Promise<T> {
	const deadline = performance.now() + 20_000;
	for (;;) {
		const found = await Promise.resolve()
			.then(look)
			.catch(() => null);
		if (found !== null) return found;
		if (performance.now() > deadline) throw new Error('condition not met before the deadline');
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

const ask = async (address: string): Promise<Response> =>
	fetch(address, { signal: AbortSignal.timeout(5_000) });

test('RL1 live holds no file open and needs none: app and sockets work with every folder gone', async () => {
	const app = temporaryFolder();
	cpSync(builtSite(), app, { recursive: true });
	const relay = await start({ env: { SPYCAM_APP: app } });
	const home = await opened(relay);
	const live = pidOf(relay, 'live');
	const open = readdirSync(`/proc/${live}/fd`).map((fd) => readlinkSync(`/proc/${live}/fd/${fd}`));
	expect(open.filter((path) => path.startsWith('/') && !path.startsWith('/dev/'))).toEqual([]);
	rmSync(app, { recursive: true });
	rmSync(relay.data, { recursive: true });
	expect(await (await ask(relay.address)).text()).toContain('<title>Spy-cam</title>');
	expect(await (await ask(`${relay.address}/api/health`)).json()).toMatchObject({ live: 'ok' });
	const device = await arrive(relay.address, home);
	device.say({ t: 'ping', n: 1 });
	await device.next('pong');
	device.close();
});

test('RL1 RL2 a killed live comes back at the same address, with all changes', async () => {
	const relay = await start();
	const home = await opened(relay);
	const before = await arrive(relay.address, home);
	const viewer = await home.add(['viewer']);
	before.say({ t: 'append', entries: [base64url(home.entries[1]!)] });
	await before.next('appended');
	before.say({ t: 'letter', n: 1, to: viewer.device, box: 'waits', keep: 60 });
	await before.next('taken');
	process.kill(pidOf(relay, 'live'), 'SIGKILL');
	expect(await before.ended()).toBe(1006);
	await eventually(() => ask(`${relay.address}/api/relay`));
	const after = await arrive(relay.address, home, viewer);
	expect((await after.next('letter')).box).toBe('waits');
	after.close();
});

test('RL2 while store is down an entry counts at once, and survives a restart', async () => {
	const data = temporaryFolder();
	const first = await start({ data });
	const home = await opened(first);
	const owner = await arrive(first.address, home);
	process.kill(pidOf(first, 'store'), 'SIGSTOP');
	const viewer = await home.add(['viewer']);
	owner.say({ t: 'append', entries: [base64url(home.entries[1]!)] });
	await owner.next('appended');
	(await arrive(first.address, home, viewer)).close();
	process.kill(pidOf(first, 'store'), 'SIGKILL');
	await eventually(() => (first.said().split('store is listening').length > 2 ? true : null));
	expect(await first.stop()).toBe(0);
	const second = await start({ data });
	expect(second.invitation).toBeNull();
	const other = await arrive(second.address, home, viewer);
	other.close();
	rmSync(data, { recursive: true });
});

test('RL3 on shutdown it sends bye and stops live first', async () => {
	const relay = await start();
	const home = await opened(relay);
	const device = await arrive(relay.address, home);
	const exit = relay.stop();
	await device.next('bye');
	expect(await device.ended()).toBe(4503);
	expect(await exit).toBe(0);
});
