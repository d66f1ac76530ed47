import { beforeEach, describe, expect, test } from 'vitest';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Role } from '#domain/home/roster.ts';
import type { LiveViewControls } from '#engine/live/controls.ts';
import { makeHome, settle, type Home } from './live-fixture.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

type Guest = Awaited<ReturnType<Home['guest']>>;
type SendArgs = Parameters<Guest['watching']['sendCommand']>;

const live = (view: LiveViewControls, path?: string) => (): boolean =>
	view.state.kind === 'live' && (path === undefined || view.state.path === path);

/** The outcome as its sender sees it. */
async function outcomeOf(work: Promise<void>): Promise<string> {
	return work.then(
		() => 'done',
		(error: unknown) => (error as { kind: string }).kind,
	);
}
const command = (from: Guest, name: SendArgs[1], value: SendArgs[2] = null): Promise<string> =>
	outcomeOf(from.watching.sendCommand(home.camera, name, value));

/** Keeps the camera busy with a long command until the returned function is called. */
function hold(): () => void {
	let release: () => void = () => undefined;
	home.starting.until = new Promise((resolve) => (release = resolve));
	return release;
}

describe('a command that waits in the queue', () => {
	test('LT8 LT12 is not begun once its sender has given up, and the sender learns it', async () => {
		const { guest, clock, commands } = home;
		const [anna, olga] = [await guest('Anna'), await guest('Olga', ['viewer', 'owner'])];
		const release = hold();
		const first = command(anna, 'start');
		await clock.pass(200, 50);
		const second = command(olga, 'stop');
		await clock.pass(12_000, 50);
		release();
		await clock.pass(500, 50);
		expect([await first, await second]).toEqual(['unconfirmed', 'timeout']);
		expect(commands).toEqual(['start']);
	});

	test('LT8 is not begun late, even if the relay withholds the outcome request', async () => {
		const { guest, clock, commands, relay } = home;
		const [anna, olga] = [await guest('Anna'), await guest('Olga', ['viewer', 'owner'])];
		const release = hold();
		void command(anna, 'start');
		await clock.pass(200, 50);
		relay.lose = ({ t }) => t === 'what-became';
		const second = command(olga, 'stop');
		await clock.pass(12_000, 50);
		release();
		await clock.pass(500, 50);
		expect(await second).toBe('unconfirmed');
		expect(commands).toEqual(['start']);
	});

	test('RG2 is checked against the roster when its turn comes', async () => {
		const { guest, clock, commands, members } = home;
		const [anna, olga] = [await guest('Anna'), await guest('Olga', ['viewer', 'owner'])];
		const release = hold();
		void command(anna, 'start');
		await clock.pass(200, 50);
		void command(olga, 'stop');
		await clock.pass(200, 50);
		members.set(members.value.filter(({ device }) => device !== olga.id));
		release();
		await clock.pass(500, 50);
		expect(commands).toEqual(['start']);
	});

	test('LV13 waits for earlier commands, but not for delivery of their answers', async () => {
		const { guest, clock, commands, messenger } = home;
		const [anna, olga] = [await guest('Anna'), await guest('Olga', ['viewer', 'owner'])];
		const send = messenger.send.bind(messenger);
		messenger.send = async (to, message) => {
			const sent = await send(to, message);
			if (message.t === 'done') await new Promise(() => undefined);
			return sent;
		};
		void command(anna, 'start');
		await clock.pass(200, 50);
		expect(await settle(home, command(olga, 'stop'))).toBe('done');
		expect(commands).toEqual(['start', 'stop']);
	});

	test('LT12 T6 no other member can make the camera forget an outcome', async () => {
		const { guest, clock, commands, relay, host } = home;
		const olga = await guest('Olga', ['viewer', 'owner']);
		const bert = await guest('Bert', ['viewer', 'view-only']);
		const cara = await guest('Cara', ['viewer', 'live']);
		await settle(home, command(bert, 'torch', true));
		const { message } = relay.letters.findLast((one) => one.message.t === 'command')!;
		if (message.t !== 'command') throw new Error('expected a command');
		relay.lose = ({ t }) => t === 'done' || t === 'what-became';
		const stopped = command(olga, 'stop');
		await clock.pass(200, 50);
		for (let n = 0; n < 1020; n += 1) {
			void bert.messenger.sendAction(host, { ...message, id: n.toString(16).padStart(32, '0') });
			if (n % 100 === 0) await clock.pass(10, 10);
		}
		for (let n = 2000; n < 2010; n += 1) {
			void cara.messenger.sendAction(host, { ...message, id: n.toString(16).padStart(32, '0') });
		}
		await clock.pass(1000, 50);
		relay.lose = () => false;
		expect(await settle(home, stopped)).toBe('done');
		expect(commands).toEqual(['stop']);
	});
});

test('RG2 starting another’s siren again gives no right to stop it', async () => {
	const { guest, siren, hosting } = home;
	const [anna, bert] = [await guest('Anna'), await guest('Bert')];
	await settle(home, command(anna, 'siren', true));
	await settle(home, command(bert, 'siren', true));
	await settle(home, command(bert, 'siren', false));
	expect([siren.sounds, hosting.siren]).toEqual([true, anna.id]);
});

describe('devices named by the relay', () => {
	const name = (devices: readonly string[]): void => {
		const { relay, camera } = home;
		const named = devices.map((device) => [() => undefined, device as DeviceId] as const);
		relay.watching.set(camera, new Map(named));
		relay.tellWatched(camera);
	};

	test('LV25 non-members are one “someone”, however many the relay invents', async () => {
		const { clock, hosting, events } = home;
		for (let round = 0; round < 10; round += 1) {
			name(
				Array.from({ length: 200 }, (_, n) => (round * 1000 + n).toString(16).padStart(32, 'f')),
			);
			await clock.pass(11_000, 500);
		}
		expect(hosting.watchers).toHaveLength(1);
		expect(hosting.newcomers.length).toBe(1);
		expect(events.all).toHaveLength(1);
	});

	test('LV25 a caller that never answers is not a watcher and stays listed as sealed', async () => {
		const { guest, clock, hosting, host, camera } = home;
		const bert = await guest('Bert', ['viewer', 'live']);
		bert.messenger.watchParts(camera, () => undefined);
		for (let n = 0; n < 10; n += 1) {
			const sid = n.toString(16).padStart(32, 'a');
			void bert.messenger.sendAction(host, {
				t: 'call',
				sid,
				nonce: sid,
				camera,
				ways: ['direct'],
			});
			await clock.pass(3000, 100);
		}
		expect(hosting.watchers).toMatchObject([{ device: bert.id, path: 'sealed' }]);
	});

	test('LV25 leaving briefly before every five seconds hides nothing', async () => {
		const { guest, clock, hosting, camera } = home;
		const bert = await guest('Bert', ['viewer', 'live']);
		const seen: string[] = [];
		hosting.on(() => seen.push(...hosting.watchers.map(({ path }) => path)));
		for (let n = 0; n < 6; n += 1) {
			const stop = bert.messenger.watchParts(camera, () => undefined);
			await clock.pass(4500, 100);
			stop();
			await clock.pass(100, 100);
		}
		expect(seen).toContain('sealed');
	});

	test('EV11 a relay that names members in turn cannot flood the events', async () => {
		const { guest, clock, events } = home;
		const bert = await guest('Bert', ['viewer', 'live']);
		for (let n = 0; n < 20; n += 1) {
			name([bert.id]);
			await clock.pass(10_000, 500);
			name([]);
			await clock.pass(65_000, 500);
		}
		expect(events.all.filter(({ kind }) => kind === 'sealed')).toHaveLength(1);
	});
});

test('EV12 refused commands cannot flood the events', async () => {
	const { guest, clock, events } = home;
	const bert = await guest('Bert', ['viewer', 'view-only']);
	for (let n = 0; n < 20; n += 1) {
		await settle(home, command(bert, 'torch', true));
		await clock.pass(61_000, 500);
	}
	expect(events.all.filter(({ kind }) => kind === 'ordered')).toHaveLength(1);
});

test('LV4 one device cannot hold all direct places', async () => {
	const { guest, until, clock } = home;
	const [anna, bert] = [await guest('Anna'), await guest('Bert', ['viewer', 'live'])];
	const views = [bert.open().view, bert.open().view];
	await until(() => views.every((view) => live(view, 'direct')()));
	const { view } = anna.open();
	await clock.pass(5000, 50);
	expect(live(view, 'direct')()).toBe(true);
});

test('LV6 constant joining causes at most two key frames a second', async () => {
	const { guest, until, clock, relay, camera } = home;
	const [anna, bert] = [await guest('Anna'), await guest('Bert', ['viewer', 'live'])];
	const { view } = anna.open();
	view.setPath('relayed');
	await until(live(view, 'relayed'));
	await clock.pass(2000, 50);
	let keys = 0;
	anna.messenger.watchParts(camera, (_, key) => (keys += key ? 1 : 0));
	keys = 0;
	for (let n = 0; n < 50; n += 1) {
		bert.messenger.watchParts(camera, () => undefined)();
		await clock.pass(100, 50);
	}
	expect(keys).toBeLessThanOrEqual(11);
	expect(relay.watching.get(camera)?.size).toBeGreaterThan(0);
});

test('LV24 runs are named in order, even if a viewer is removed meanwhile', async () => {
	const { guest, until, clock, members, keys } = home;
	const [anna, bert] = [await guest('Anna'), await guest('Bert')];
	const views = [anna.open().view, bert.open().view];
	for (const view of views) view.setPath('relayed');
	await until(() => views.every((view) => live(view, 'relayed')()));
	await clock.pass(3000, 50);
	const cara = await guest('Cara');
	const third = cara.open().view;
	third.setPath('relayed');
	await until(() => keys.length > 2);
	members.set(members.value.filter(({ device }) => device !== bert.id));
	await clock.pass(4000, 50);
	expect([live(views[0]!, 'relayed')(), live(third, 'relayed')()]).toEqual([true, true]);
});

test('RG1 a viewer that was an owner for a while has lost the owner’s rights', async () => {
	const { guest, members, commands } = home;
	const anna = await guest('Anna');
	const become = (...roles: readonly Role[]): void =>
		members.set(members.value.map((one) => (one.device === anna.id ? { ...one, roles } : one)));
	become('viewer', 'owner');
	await settle(home, command(anna, 'stop'));
	become('viewer');
	await settle(home, command(anna, 'stop'));
	expect(commands).toEqual(['stop']);
});

describe('a flooding member', () => {
	/** Messages per second that the camera sends. */
	async function messageRate(seconds: number, act: () => void): Promise<number> {
		const { relay, clock, host } = home;
		const before = relay.letters.filter(({ from }) => from === host).length;
		for (let n = 0; n < seconds * 20; n += 1) {
			act();
			await clock.pass(50, 50);
		}
		return (relay.letters.filter(({ from }) => from === host).length - before) / seconds;
	}
	let n = 0;
	const id = (): string => (n += 1).toString(16).padStart(32, '0');

	test('LT14 T6 cannot by calls make the camera exceed the relay’s message limit', async () => {
		const { guest, host, camera } = home;
		const bert = await guest('Bert', ['viewer', 'live']);
		const call = () =>
			void bert.messenger.sendAction(host, {
				t: 'call',
				sid: id(),
				nonce: id(),
				camera,
				ways: ['direct'],
			});
		expect(await messageRate(30, call)).toBeLessThan(25);
	});

	test('LT14 T6 nor by requests, or commands without the right to them', async () => {
		const { guest, host } = home;
		const bert = await guest('Bert', ['viewer', 'live']);
		const ask = () => {
			for (let times = 0; times < 3; times += 1)
				void bert.messenger.send(host, { t: 'ask', nonce: id() });
		};
		expect(await messageRate(30, ask)).toBeLessThan(25);
	});
});
