import { beforeEach, describe, expect, test } from 'vitest';
import type { LiveViewControls, ViewState } from '#engine/live/controls.ts';
import { makeHome, type Home } from './live-fixture.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

const live = (view: LiveViewControls, path?: string) => (): boolean =>
	view.state.kind === 'live' && (path === undefined || view.state.path === path);
const kind = (view: LiveViewControls, wanted: ViewState['kind']) => () =>
	view.state.kind === wanted;

describe('rights', () => {
	test('LV5 T6 a revocation hangs up at once and stops the parts', async () => {
		const { guest, until, members, hosting, clock, relay, encoder } = home;
		const [direct, relayed] = [await guest('Ex'), await guest('Other')];
		const one = direct.open();
		const two = relayed.open();
		two.view.setPath('relayed');
		await until(() => live(one.view)() && live(two.view)());
		const epochs = (): number => encoder.started;
		const started = epochs();
		members.set(members.value.slice(0, 1));
		await clock.pass(400, 50);
		expect(one.view.state).toMatchObject({ kind: 'ended', why: 'revoked' });
		expect(two.view.state).toMatchObject({ kind: 'ended', why: 'revoked' });
		expect(hosting.watchers).toEqual([]);
		const { video } = one.screen.frames;
		const revokedUs = clock.wallMs() * 1000;
		one.view.retry();
		two.view.retry();
		await clock.pass(20_000, 100);
		expect(one.screen.frames.video).toBe(video);
		// A hostile relay may replay parts to a device that had their key, but nothing later.
		expect(two.screen.capturedUs).toBeLessThan(revokedUs);
		expect(encoder.running).toBe(0);
		expect(epochs()).toBe(started);
		expect(
			relay.letters.filter(({ message, to }) => message.t === 'offer' && to === direct.id),
		).toHaveLength(1);
	});

	test('LV14 T6 a device refused as no member loses its direct picture at once', async () => {
		const { guest, until, clock, network } = home;
		const kitchen = await guest('Ex');
		const { view, screen } = kitchen.open();
		await until(live(view, 'direct'));
		// The camera does not know yet and goes on sending.
		kitchen.messenger.refuse('not-a-member');
		expect(await until(kind(view, 'ended'))).toBeLessThan(1000);
		expect(view.state).toMatchObject({ why: 'revoked' });
		expect(screen.pane).toBe(null);
		const { video } = screen.frames;
		await clock.pass(5000, 50);
		expect(screen.frames.video).toBe(video);
		expect(network.connected).toBe(0);
	});

	test('LV14 any other refusal keeps the direct picture', async () => {
		const { guest, until, clock } = home;
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(live(view, 'direct'));
		kitchen.messenger.refuse('unknown-home');
		await clock.pass(5000, 50);
		expect(live(view, 'direct')()).toBe(true);
	});

	test('LV14 T6 replayed messages of a removed device are not answered', async () => {
		const { guest, until, clock, relay, members, messenger, host, network, hosting, encoder } =
			home;
		const ex = await guest('Ex');
		const [direct, relayed] = [ex.open(), ex.open()];
		relayed.view.setPath('relayed');
		await until(() => live(direct.view, 'direct')() && live(relayed.view, 'relayed')());
		members.set(members.value.slice(0, 1));
		await until(() => hosting.watchers.length === 0);
		const before = relay.letters.filter(({ from }) => from === ex.id);
		expect(before.map(({ message }) => message.t)).toEqual(
			expect.arrayContaining(['call', 'answer', 'candidate']),
		);
		relay.letters.length = 0;
		for (const { body } of before) messenger.read(body, { device: ex.id, roles: ['viewer'] });
		await clock.pass(5000, 50);
		expect(relay.letters.filter(({ from, to }) => from === host && to === ex.id)).toEqual([]);
		expect(hosting.watchers).toEqual([]);
		expect([network.connected, encoder.running]).toEqual([0, 0]);
	});

	test('LV5 a device without the right to watch is not answered', async () => {
		const { viewer, until, relay, hosting } = home;
		const stranger = viewer('Other camera', ['camera']);
		const { view } = stranger.open();
		await until(() => hosting.watchers.length > 0);
		expect(view.state.kind).not.toBe('live');
		// Even if a relay sends it parts, it has no key.
		expect(hosting.watchers).toMatchObject([{ device: stranger.id, path: 'sealed' }]);
		// Any member learns whether its nonce is current before its roles are checked (LT9), nothing
		// else.
		const answers = relay.letters.filter(({ to }) => to === stranger.id);
		expect(answers.filter(({ message }) => message.t !== 'stale')).toEqual([]);
	});

	test('LV19 other tabs are silent while one has the lens, and answer when none has', async () => {
		const { guest, until, otherTab, recording, relay, clock, view: lensView } = home;
		otherTab();
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(live(view, 'direct'));
		await clock.pass(12_000, 100);
		expect(view.state).toMatchObject({ kind: 'live', path: 'direct' });
		const reports = (kind: string) =>
			relay.letters.filter(
				({ message }) => message.t === 'state' && message.cameras[0]?.kind === kind,
			).length;
		expect(reports('off')).toBe(0);
		expect(relay.letters.filter(({ message }) => message.t === 'hang-up')).toEqual([]);
		recording.set({ kind: 'off', fault: null });
		await until(kind(view, 'ended'), 3000);
		expect(view.state).toMatchObject({ why: 'camera-off' });
		recording.set({ kind: 'preview', view: lensView() });
		await until(live(view), 4000);
	});

	test('LV19 of two tabs with the lens one answers, and the other after it is gone', async () => {
		const { guest, until, otherTab, recording, view: lensView } = home;
		const { off, hosting: second } = otherTab();
		off.set({ kind: 'preview', view: lensView() });
		const { view } = (await guest('Kitchen')).open();
		await until(live(view, 'direct'));
		expect([home.hosting, second].map(({ watchers }) => watchers.length)).toEqual([1, 0]);
		recording.set({ kind: 'off', fault: null });
		await until(() => second.watchers.length === 1, 20_000);
		await until(live(view, 'direct'), 20_000);
	});

	test('LV19 every tab of a viewer gets the status, not only the last one', async () => {
		const { guest, until, recording, relay, host, clock } = home;
		const kitchen = await guest('Kitchen');
		const nonces = ['11', '22', '33', '44'].map((two) => two.repeat(16));
		for (const nonce of nonces) await kitchen.messenger.send(host, { t: 'ask', nonce });
		await clock.pass(500, 50);
		const before = relay.letters.length;
		recording.set({ kind: 'off', fault: null });
		const answered = () =>
			relay.letters
				.slice(before)
				.flatMap(({ message }) =>
					message.t === 'state' && message.cameras[0]?.kind === 'off' ? [message.peer] : [],
				);
		await until(() => answered().length >= 4, 3000);
		expect(answered().toSorted()).toEqual(nonces);
		// The page asked before them, and asks again after a while without a status.
		const state = () => kitchen.watching.cameras[0]?.state?.kind;
		expect(state()).toBe('preview');
		await until(() => state() === 'off', 31_000);
	});

	test('LV5 a camera that is off shows nothing, and returns by itself', async () => {
		const { guest, until, recording, view: lensView } = home;
		const { view } = (await guest('Kitchen')).open();
		await until(live(view));
		recording.set({ kind: 'off', fault: null });
		await until(kind(view, 'ended'), 3000);
		expect(view.state).toMatchObject({ why: 'camera-off' });
		recording.set({ kind: 'preview', view: lensView() });
		await until(live(view), 4000);
	});
});

describe('from the wall to one camera', () => {
	const elements = () => [{}, {}] as unknown as [HTMLVideoElement, HTMLCanvasElement];

	test('LV18 a view opened as another closes takes over its connection', async () => {
		const { guest, until, network, relay, hosting } = home;
		const kitchen = await guest('Kitchen');
		const { view: tile, screen } = kitchen.open();
		tile.attach(...elements());
		tile.setRate('slow');
		await until(live(tile, 'direct'));
		const calls = () => relay.letters.filter(({ message }) => message.t === 'call').length;
		const before = calls();
		tile.close();
		const page = kitchen.watching.view(home.camera);
		page.attach(...elements());
		page.setRate('full');
		expect([page.state.kind, screen.pane]).toEqual(['connecting', null]);
		expect(await until(live(page, 'direct'))).toBeLessThanOrEqual(100);
		expect([calls(), network.connected]).toEqual([before, 1]);
		// It stays: the pending end of the tile’s view was cancelled.
		await home.clock.pass(3000, 50);
		expect(live(page, 'direct')()).toBe(true);
		page.close();
		await until(() => hosting.watchers.length === 0, 1500);
		expect(screen.closed).toBe(true);
	});

	test('LV18 a view is kept for a second at most, and only if it is direct', async () => {
		const { guest, until, hosting, encoder } = home;
		const kitchen = await guest('Kitchen');
		const first = kitchen.open();
		await until(live(first.view, 'direct'));
		first.view.close();
		await home.clock.pass(1200, 50);
		expect([hosting.watchers.length, first.screen.closed]).toEqual([0, true]);
		const second = kitchen.open();
		expect(second.view).not.toBe(first.view);
		second.view.setPath('relayed');
		await until(live(second.view, 'relayed'));
		second.view.close();
		await home.clock.pass(100, 50);
		expect([second.screen.closed, encoder.running]).toEqual([true, 0]);
	});
});

describe('reduced rates', () => {
	test('the slow rate requests less from the camera, `none` nothing', async () => {
		const { guest, until, network, clock, hosting } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		view.setRate('slow');
		await until(live(view));
		const end = network.ends.find((one) => 'rates' in one) as unknown as { rates: string[] };
		expect(end.rates.at(-1)).toBe('slow');
		expect(screen.rated).toBe('slow');
		view.setRate('full');
		await clock.pass(100, 50);
		expect(end.rates.at(-1)).toBe('full');
		view.setRate('none');
		await until(() => hosting.watchers.length === 0);
		expect(view.state.kind).toBe('connecting');
		view.setRate('full');
		await until(live(view), 2000);
	});

	test('a hidden page keeps its connection although it paints nothing', async () => {
		const { guest, until, network, clock } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		await until(live(view));
		screen.visible = false;
		network.blind = true;
		await clock.pass(30_000, 250);
		expect(network.connected).toBe(1);
		expect(live(view, 'direct')()).toBe(true);
	});
});
