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

/** Runs whose key the camera ever wrote to that device. */
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
	test('LV24 LV25 T6 who takes parts at the relay and never asks has no key for them, and is shown and written down', async () => {
		const { guest, until, clock, hosting, camera, events } = home;
		await relayed(await guest('Anna'));
		const bert = await guest('Bert', ['viewer', 'live']);
		const parts: Uint8Array[] = [];
		bert.messenger.watchParts(camera, (sealed) => parts.push(sealed));
		await clock.pass(2000, 50);
		expect(parts.length).toBeGreaterThan(5);
		// Nothing that was ever written to Bert opens any of them.
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

	test('LV25 a device that the relay names and nobody knows is someone', async () => {
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

	test('LV24 whoever came later opens nothing of before, and whoever left nothing of after', async () => {
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

	test('LV24 everyone left: the key of then opens nothing for who comes next', async () => {
		const { guest, clock, keys } = home;
		const view = await relayed(await guest('Anna'));
		const old = [...keys];
		view.close();
		await clock.pass(3000, 50);
		const bert = await guest('Bert');
		await relayed(bert);
		for (const run of keysOf(bert.id)) expect(old).not.toContain(run);
	});

	test('LV24 many who come and go cost a key a second at most', async () => {
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

	test('LV24 T2 a key that a relay says again, or of another watch, is not taken', async () => {
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

	test('LV24 parts name the run whose key was given, and no other', async () => {
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
	test('begun and ended, with the name; a pause of a minute is none', async () => {
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

	test('one device is one event, whichever way its picture comes', async () => {
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

describe('RG2 EV12 orders', () => {
	const order = async (
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

	test('T6 a viewer with control starts and does not stop; one without orders nothing; each is written with who it was', async () => {
		const { guest, orders, events, guarding } = home;
		guarding.serve((on) => guarding.report(on));
		const owner = await guest('Olga', ['viewer', 'owner']);
		const anna = await guest('Anna');
		const bert = await guest('Bert', ['viewer', 'view-only']);
		expect(await order(anna, 'start', null)).toBe('done');
		expect(await order(anna, 'guard', true)).toBe('done');
		for (const [name, value] of [
			['stop', null],
			['guard', false],
			['restart', null],
		] as const) {
			expect(await order(anna, name, value)).toBe('denied');
		}
		expect(guarding.on).toBe(true);
		for (const name of ['start', 'torch', 'siren', 'talk', 'quality', 'lens', 'guard'] as const) {
			expect(await order(bert, name, true)).toBe('denied');
		}
		expect(await order(owner, 'stop', null)).toBe('done');
		expect(orders).toEqual(['start', 'stop']);
		const said = events.all.map(
			({ by, order: told }) => `${by?.name ?? ''} ${told?.name ?? ''} ${told?.fault ?? 'done'}`,
		);
		expect(said.slice(0, 5)).toEqual([
			...['Anna start done', 'Anna guard done', 'Anna stop denied'],
			...['Anna guard denied', 'Anna restart denied'],
		]);
		expect(said).toContain('Bert siren denied');
		expect(said.at(-1)).toBe('Olga stop done');
	});

	test('the siren of another is silenced by an owner, and by who sounded it', async () => {
		const { guest, siren } = home;
		const [anna, bert] = [await guest('Anna'), await guest('Bert')];
		const owner = await guest('Olga', ['viewer', 'owner']);
		await order(anna, 'siren', true);
		expect([await order(bert, 'siren', false), siren.sounds]).toEqual(['denied', true]);
		expect([await order(anna, 'siren', false), siren.sounds]).toEqual(['done', false]);
		await order(anna, 'siren', true);
		expect([await order(owner, 'siren', false), siren.sounds]).toEqual(['done', false]);
	});

	test('a lens that is not there is refused: the one that is open stays open', async () => {
		const { guest, lens } = home;
		const anna = await guest('Anna');
		expect(await order(anna, 'lens', 'no-such-lens')).toBe('not-found');
		expect(lens.choices).toEqual([]);
	});

	test('the same order again and again is one event, so nobody drives the others out', async () => {
		const { guest, events, clock } = home;
		const anna = await guest('Anna');
		for (let n = 0; n < 30; n += 1) await order(anna, 'torch', true);
		const ordered = () => events.all.filter(({ kind }) => kind === 'ordered');
		expect(ordered()).toHaveLength(1);
		await clock.pass(61_000, 500);
		await order(anna, 'torch', true);
		expect(ordered()).toHaveLength(2);
	});

	test('talking is one event from its beginning to its end', async () => {
		const { guest, until, clock, events } = home;
		const anna = await guest('Anna');
		const { view } = anna.open();
		await until(live(view, 'direct'));
		await settle(home, view.talk(true));
		const talk = () => events.all.filter(({ order: told }) => told?.name === 'talk');
		const begunMs = clock.wallMs();
		expect(talk()).toMatchObject([{ endMs: null, by: { name: 'Anna' } }]);
		await clock.pass(7000, 100);
		await settle(home, view.talk(false));
		expect(talk()).toHaveLength(1);
		expect(talk()[0]?.endMs).toBeGreaterThan(begunMs + 6900);
	});

	test('whoever loses control while it talks is not heard any more', async () => {
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
