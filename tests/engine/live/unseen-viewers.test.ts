import { beforeEach, describe, expect, test } from 'vitest';
import type { RunId } from '#domain/base/ids.ts';
import type { LiveViewControls } from '#engine/live/controls.ts';
import { makeHome, settle, type Home } from './live-fixture.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

const live = (view: LiveViewControls, path?: string) => (): boolean =>
	view.state.kind === 'live' && (path === undefined || view.state.path === path);
const runIn = (sealed: Uint8Array) =>
	(JSON.parse(new TextDecoder().decode(sealed)) as { run: RunId }).run;

/** Runs whose key the camera ever sent to that device. */
function keysOf(device: string): readonly string[] {
	return home.relay.letters.flatMap(({ to, message }) =>
		to === device && message.t === 'relayed' && message.key !== null ? [message.key.run] : [],
	);
}

async function relayed(guest: Awaited<ReturnType<Home['guest']>>): Promise<LiveViewControls> {
	const { view } = guest.open();
	view.setPath('relayed');
	await home.until(live(view, 'relayed'));
	return view;
}

describe('nobody watches unseen', () => {
	test('LV24 LV25 T6 who only takes parts has no key, is shown and recorded', async () => {
		const { guest, until, clock, hosting, camera, events } = home;
		await relayed(await guest('Anna'));
		const bert = await guest('Bert', ['viewer', 'live']);
		const parts: Uint8Array[] = [];
		bert.messenger.watchParts(camera, (sealed) => parts.push(sealed));
		await clock.pass(2000, 50);
		expect(parts.length).toBeGreaterThan(5);
		// No key ever sent to Bert opens any of them.
		expect(keysOf(bert.id)).toEqual([]);
		await until(() => hosting.watchers.length === 2, 10_000);
		expect(hosting.watchers.map(({ name, path }) => [name, path])).toEqual([
			['Anna', 'relayed'],
			['Bert', 'sealed'],
		]);
		expect(hosting.newcomers).toContain(bert.id);
		const seen = events.all.map(({ kind, by }) => [kind, by?.name]);
		expect(seen).toContainEqual(['sealed', 'Bert']);
	});

	test('LV25 an unknown device named by the relay is “someone”', async () => {
		const { until, clock, relay, hosting, camera, events } = home;
		const ghost = 'fe'.repeat(16) as Home['host'];
		relay.watching.set(camera, new Map([[() => undefined, ghost]]));
		relay.tellWatched(camera);
		await clock.pass(5000, 100);
		await until(() => hosting.watchers.length === 1, 6000);
		expect(hosting.watchers[0]).toMatchObject({ name: null, path: 'sealed' });
		relay.watching.delete(camera);
		relay.tellWatched(camera);
		expect(hosting.watchers).toEqual([]);
		expect(events.all).toHaveLength(1);
	});

	test('LV24 a late viewer opens nothing earlier, one that left nothing later', async () => {
		const { guest, clock, keys } = home;
		const anna = await guest('Anna');
		const first = await relayed(anna);
		const before = keys.at(-1)!;
		await clock.pass(5000, 50);
		const bert = await guest('Bert');
		const second = await relayed(bert);
		expect(keys.at(-1)).not.toBe(before);
		expect(keysOf(bert.id)).not.toContain(before);
		expect(live(first)()).toBe(true);
		const both = keys.at(-1)!;
		await clock.pass(5000, 50);
		first.close();
		await clock.pass(2000, 50);
		expect(keys.at(-1)).not.toBe(both);
		expect(keysOf(anna.id)).not.toContain(keys.at(-1));
		expect(live(second, 'relayed')()).toBe(true);
	});

	test('LV24 after all left, their key opens nothing for the next viewer', async () => {
		const { guest, clock, keys } = home;
		const view = await relayed(await guest('Anna'));
		const old = [...keys];
		view.close();
		await clock.pass(3000, 50);
		const bert = await guest('Bert');
		await relayed(bert);
		for (const run of keysOf(bert.id)) expect(old).not.toContain(run);
	});

	test('LV24 frequent joining and leaving costs at most one key a second', async () => {
		const { guest, clock, keys } = home;
		await relayed(await guest('Anna'));
		const bert = await guest('Bert');
		await clock.pass(2000, 50);
		const before = keys.length;
		for (let n = 0; n < 40; n += 1) {
			const { view } = bert.open();
			view.setPath('relayed');
			await clock.pass(60, 20);
			view.close();
			await clock.pass(60, 20);
		}
		expect(keys.length - before).toBeLessThan(8);
	});

	test('LV24 T2 a replayed key, or one of another view, is not accepted', async () => {
		const { guest, clock, relay, keys } = home;
		const anna = await guest('Anna');
		const view = await relayed(anna);
		const letters = relay.letters.filter(
			({ to, message }) => to === anna.id && message.t === 'relayed' && message.key !== null,
		);
		const bert = await guest('Bert');
		await clock.pass(3000, 50);
		await relayed(bert);
		const now = keys.at(-1);
		await clock.pass(20_000, 100);
		for (const { message, from } of letters) {
			const other = { ...message, sid: 'aa'.repeat(16) } as typeof message;
			for (const said of [message, other]) {
				anna.messenger.read({ message: said, beside: {} }, { device: from, roles: ['camera'] });
			}
		}
		await clock.pass(1000, 50);
		expect(keys.at(-1)).toBe(now);
		expect(live(view, 'relayed')()).toBe(true);
	});

	test('LV24 parts name only runs whose key was given', async () => {
		const { guest, clock, camera, keys } = home;
		const anna = await guest('Anna');
		await relayed(anna);
		const parts: Uint8Array[] = [];
		anna.messenger.watchParts(camera, (sealed) => parts.push(sealed));
		await clock.pass(1000, 50);
		expect(new Set(parts.map(runIn))).toEqual(new Set(keysOf(anna.id)));
		expect(keysOf(anna.id)).toContain(keys.at(-1));
	});
});

describe('EV11 watching is an event', () => {
	test('begun and ended, with the name; a minute’s pause does not end it', async () => {
		const { guest, until, clock, hosting, events } = home;
		const anna = await guest('Anna');
		const startMs = clock.wallMs();
		const first = anna.open();
		await until(live(first.view, 'direct'));
		const watched = () => events.all.filter(({ kind }) => kind === 'watched');
		expect(watched()).toMatchObject([{ by: { device: anna.id, name: 'Anna' }, endMs: null }]);
		await clock.pass(10_000, 100);
		first.view.close();
		await until(() => hosting.watchers.length === 0);
		expect(watched()[0]?.endMs).toBeGreaterThan(startMs + 9000);
		await clock.pass(30_000, 500);
		const second = anna.open();
		await until(live(second.view));
		await clock.pass(10_000, 100);
		second.view.close();
		await until(() => hosting.watchers.length === 0);
		expect(watched()).toHaveLength(1);
		expect(watched()[0]?.endMs).toBeGreaterThan(startMs + 49_000);
		await clock.pass(61_000, 500);
		await until(live(anna.open().view));
		expect(watched()).toHaveLength(2);
	});

	test('one device is one event, whatever the path', async () => {
		const { guest, until, network, clock, events } = home;
		const anna = await guest('Anna');
		const { view } = anna.open();
		await until(live(view, 'direct'));
		network.blocked = true;
		network.cut();
		await until(live(view, 'relayed'));
		await clock.pass(9000, 100);
		expect(events.all.map(({ kind }) => kind)).toEqual(['watched']);
	});
});

describe('RG2 EV12 commands', () => {
	const command = async (
		from: Awaited<ReturnType<Home['guest']>>,
		...[name, value]: [Parameters<typeof from.watching.sendCommand>[1], boolean | string | null]
	): Promise<string> => {
		try {
			await settle(home, from.watching.sendCommand(home.camera, name, value));
			return 'done';
		} catch (error) {
			return (error as { kind: string }).kind;
		}
	};

	test('T6 control may start but not stop; each command is recorded with its author', async () => {
		const { guest, commands, events, guarding } = home;
		guarding.serve((on) => guarding.report(on));
		const owner = await guest('Olga', ['viewer', 'owner']);
		const anna = await guest('Anna');
		const bert = await guest('Bert', ['viewer', 'view-only']);
		expect(await command(anna, 'start', null)).toBe('done');
		expect(await command(anna, 'guard', true)).toBe('done');
		for (const [name, value] of [
			['stop', null],
			['guard', false],
			['restart', null],
		] as const) {
			expect(await command(anna, name, value)).toBe('denied');
		}
		expect(guarding.on).toBe(true);
		for (const name of ['start', 'torch', 'siren', 'talk', 'quality', 'lens', 'guard'] as const) {
			expect(await command(bert, name, true)).toBe('denied');
		}
		expect(await command(owner, 'stop', null)).toBe('done');
		expect(commands).toEqual(['start', 'stop']);
		const said = events.all.map(
			({ by, order }) => `${by?.name ?? ''} ${order?.name ?? ''} ${order?.fault ?? 'done'}`,
		);
		expect(said.slice(0, 5)).toEqual([
			...['Anna start done', 'Anna guard done', 'Anna stop denied'],
			...['Anna guard denied', 'Anna restart denied'],
		]);
		expect(said).toContain('Bert siren denied');
		expect(said.at(-1)).toBe('Olga stop done');
	});

	test('a siren is stopped by its author or an owner', async () => {
		const { guest, siren } = home;
		const [anna, bert] = [await guest('Anna'), await guest('Bert')];
		const owner = await guest('Olga', ['viewer', 'owner']);
		await command(anna, 'siren', true);
		expect([await command(bert, 'siren', false), siren.sounds]).toEqual(['denied', true]);
		expect([await command(anna, 'siren', false), siren.sounds]).toEqual(['done', false]);
		await command(anna, 'siren', true);
		expect([await command(owner, 'siren', false), siren.sounds]).toEqual(['done', false]);
	});

	test('an unknown lens is refused and the open one stays open', async () => {
		const { guest, lens } = home;
		const anna = await guest('Anna');
		expect(await command(anna, 'lens', 'no-such-lens')).toBe('not-found');
		expect(lens.choices).toEqual([]);
	});

	test('a repeated command is one event, so it cannot flood the others', async () => {
		const { guest, events, clock } = home;
		const anna = await guest('Anna');
		for (let n = 0; n < 30; n += 1) await command(anna, 'torch', true);
		const ordered = () => events.all.filter(({ kind }) => kind === 'ordered');
		expect(ordered()).toHaveLength(1);
		await clock.pass(61_000, 500);
		await command(anna, 'torch', true);
		expect(ordered()).toHaveLength(2);
	});

	test('talk is one event from begin to end', async () => {
		const { guest, until, clock, events } = home;
		const anna = await guest('Anna');
		const { view } = anna.open();
		await until(live(view, 'direct'));
		await settle(home, view.talk(true));
		const talk = () => events.all.filter(({ order }) => order?.name === 'talk');
		const begunMs = clock.wallMs();
		expect(talk()).toMatchObject([{ endMs: null, by: { name: 'Anna' } }]);
		await clock.pass(7000, 100);
		await settle(home, view.talk(false));
		expect(talk()).toHaveLength(1);
		expect(talk()[0]?.endMs).toBeGreaterThan(begunMs + 6900);
	});

	test('a device that loses control while talking is silenced', async () => {
		const { guest, until, members, hosting } = home;
		const anna = await guest('Anna');
		const { view } = anna.open();
		await until(live(view, 'direct'));
		await settle(home, view.talk(true));
		expect(hosting.talking).toBe(anna.id);
		members.set(
			members.value.map((one) =>
				one.device === anna.id ? { ...one, roles: ['viewer', 'view-only'] } : one,
			),
		);
		expect(hosting.talking).toBe(null);
		expect(live(view, 'direct')()).toBe(true);
	});
});
