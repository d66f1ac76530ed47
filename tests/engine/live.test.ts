import { beforeEach, describe, expect, test } from 'vitest';
import { STALE_MS } from '#domain/age.ts';
import type { LiveView, ViewState } from '#engine/watching.ts';
import { makeHome, runs, type Home } from './live-world.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

const live = (view: LiveView, path?: string) => (): boolean =>
	view.state.kind === 'live' && (path === undefined || view.state.path === path);
const kind = (view: LiveView, wanted: ViewState['kind']) => () => view.state.kind === wanted;

describe('watching directly', () => {
	test('LV1 LV2 a tap gives a picture, by the camera’s offer and both sides’ word', async () => {
		const { guest, until, hosting, network } = home;
		const kitchen = await guest('Kitchen');
		const { view, screen } = kitchen.open();
		const tookMs = await until(live(view));
		expect(tookMs).toBeLessThan(700);
		expect(view.state).toMatchObject({ path: 'direct', reason: 'best', sound: true });
		expect(screen.pane).toBe('video');
		expect(hosting.watchers).toMatchObject([
			{ device: kitchen.id, name: 'Kitchen', path: 'direct' },
		]);
		expect(hosting.newcomers).toEqual([kitchen.id]);
		hosting.seen();
		expect(hosting.newcomers).toEqual([]);
		view.close();
		await until(() => hosting.watchers.length === 0);
		expect(network.connected).toBe(0);
		expect(screen.closed).toBe(true);
	});

	test('LV10 the age is that of the frame on show, whatever the viewer’s clock says', async () => {
		const { guest, until, clock, relay } = home;
		relay.delayMs = 30;
		const { view } = (await guest('Kitchen')).open();
		await until(live(view));
		clock.step(3_600_000);
		for (let n = 0; n < 40; n += 1) {
			await clock.pass(100, 50);
			expect(view.state).toMatchObject({ kind: 'live', path: 'direct' });
			expect((view.state as { ageMs: number }).ageMs).toBeLessThan(400);
		}
	});

	test('T3 LV1 a changed fingerprint or description: no frame is shown directly', async () => {
		const { relay, guest, clock } = home;
		const other = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
		for (const [at, attack] of [
			(text: string) => text.replace(/"fingerprint":"[^"]+"/, `"fingerprint":"${other}"`),
			(text: string) => text.replace(/sha-256 ../, 'sha-256 00'),
			(text: string) => text.replace(/a=fingerprint/, 'a=x'),
			(text: string) => text.replace(/v=0/, 'v=0\\r\\na=fingerprint:sha-1 00'),
		].entries()) {
			for (const t of ['offer', 'answer']) {
				relay.change = (message) =>
					message.t === t ? (JSON.parse(attack(JSON.stringify(message))) as never) : message;
				const { view, screen } = (await guest(`Guest ${t} ${at}`)).open();
				await clock.pass(12_000, 100);
				expect(screen.frames.video, `${t} ${at}`).toBe(0);
				// The relayed picture, sealed, comes all the same.
				expect(view.state).toMatchObject({ kind: 'live', path: 'relayed' });
				view.close();
				await clock.pass(500);
			}
		}
	});

	test('LV4 a phone serves two directly; the third is told that it is full', async () => {
		const { guest, until, hosting } = home;
		const views = [];
		for (const name of ['One', 'Two', 'Three']) {
			const { view } = (await guest(name)).open();
			await until(live(view));
			views.push(view);
		}
		expect(views.map(({ state }) => (state as { path: string }).path)).toEqual([
			...['direct', 'direct', 'relayed'],
		]);
		expect(views[2]?.state).toMatchObject({ reason: 'full' });
		expect(hosting.watchers.map(({ path }) => path).toSorted()).toEqual([
			...['direct', 'direct', 'relayed'],
		]);
		views[0]?.close();
		await until(live(views[2]!, 'direct'));
	});

	test('LV12 a lens that stalls is told though the connection is well', async () => {
		const { guest, until, lens, network } = home;
		const { view } = (await guest('Kitchen')).open();
		await until(live(view));
		lens.running = false;
		const tookMs = await until(kind(view, 'stale'), 10_000);
		expect(tookMs).toBeGreaterThan(STALE_MS - 500);
		expect(network.connected).toBe(1);
		lens.running = true;
		await until(live(view, 'direct'), 1500);
	});

	test('another lens: the same call shows it', async () => {
		const { guest, until, network } = home;
		const kitchen = await guest('Kitchen');
		const { view, screen } = kitchen.open();
		await until(live(view));
		await runs(home, kitchen.watching.command(home.camera, 'lens', 'lens-2'));
		const { video } = screen.frames;
		await until(() => screen.frames.video > video + 5);
		expect(live(view, 'direct')()).toBe(true);
		expect(network.connected).toBe(1);
	});
});

describe('watching at the relay', () => {
	test('LV3 no way through the network: relayed within two seconds, and direct again when there is one', async () => {
		const { guest, until, network, clock } = home;
		network.blocked = true;
		const { view, screen } = (await guest('Kitchen')).open();
		expect(await until(live(view))).toBeLessThan(2000);
		expect(view.state).toMatchObject({ path: 'relayed', sound: false });
		expect(screen.pane).toBe('canvas');
		await clock.pass(10_000, 100);
		expect(view.state).toMatchObject({ kind: 'live', path: 'relayed', reason: 'blocked' });
		network.blocked = false;
		expect(await until(live(view, 'direct'))).toBeLessThan(32_000);
		await until(() => home.encoder.running === 0);
	});

	test('LV3 a connection that is cut is restarted once; nothing is ever shown old as live', async () => {
		const { guest, until, network, clock } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		await until(live(view));
		network.cut();
		let worst = 0;
		const panes = new Set<string | null>();
		for (let n = 0; n < 60; n += 1) {
			await clock.pass(50, 50);
			panes.add(screen.pane);
			if (view.state.kind === 'live') worst = Math.max(worst, view.state.ageMs);
		}
		expect(worst).toBeLessThan(STALE_MS);
		expect(panes.has(null)).toBe(false);
		expect(live(view, 'direct')()).toBe(true);
		network.blocked = true;
		network.cut();
		expect(await until(live(view, 'relayed'), 4000)).toBeLessThan(2500);
		await clock.pass(20_000, 100);
		expect(view.state).toMatchObject({ kind: 'live', path: 'relayed', reason: 'blocked' });
	});

	test('LV3 connected, and no frame comes through: relayed', async () => {
		const { guest, until, network, clock } = home;
		network.blind = true;
		const { view } = (await guest('Kitchen')).open();
		expect(await until(live(view))).toBeLessThan(3000);
		await clock.pass(6000, 100);
		expect(view.state).toMatchObject({ path: 'relayed', reason: 'blocked' });
	});

	test('LV6 one encoding for all, only while somebody watches, and slower where bytes wait', async () => {
		const { guest, until, encoder, clock, hosting, post } = home;
		const views = [];
		for (const name of ['One', 'Two', 'Three']) {
			const { view } = (await guest(name)).open();
			view.setWay('relayed');
			await until(live(view, 'relayed'));
			expect(view.state).toMatchObject({ reason: 'chosen' });
			views.push(view);
		}
		expect(encoder).toMatchObject({ started: 1, running: 1 });
		expect(hosting.watchers).toHaveLength(3);
		post.waiting = 1_000_000;
		await clock.pass(5000);
		expect(encoder.paces.at(-1)).toBeLessThan(500_000);
		for (const view of views) view.close();
		await until(() => encoder.running === 0 && hosting.watchers.length === 0);
	});

	test('LV6 an encoder that fails is tried again, and the recorder hears nothing of it', async () => {
		const { guest, until, encoder, recording } = home;
		const { Fault } = await import('#domain/fault.ts');
		encoder.failures.push(new Fault('unavailable', 'the encoder is gone'));
		const before = recording.value;
		const { view } = (await guest('Kitchen')).open();
		view.setWay('relayed');
		expect(await until(live(view, 'relayed'))).toBeLessThan(7000);
		expect(recording.value).toBe(before);
	});

	test('LV8 a viewer whose key is missing asks for it, and sees from then on', async () => {
		const { guest, until, clock, relay } = home;
		const kitchen = await guest('Kitchen');
		kitchen.granted.clear();
		const { view } = kitchen.open();
		view.setWay('relayed');
		await clock.pass(4000, 50);
		expect(view.state.kind).toBe('connecting');
		const asked = relay.letters.filter(({ message }) => message.t === 'want-grants');
		expect(asked.length).toBeGreaterThan(0);
		expect(asked.length).toBeLessThan(4);
		kitchen.granted.add(1);
		await until(live(view, 'relayed'), 2500);
	});

	test('LV11 a relay that stops in the middle: stale after five seconds, in words', async () => {
		const { guest, until, post } = home;
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		view.setWay('relayed');
		await until(live(view, 'relayed'));
		kitchen.post.set(false);
		await until(kind(view, 'stale'), 7000);
		expect(view.state).toMatchObject({ trying: 'relay', path: 'relayed' });
		kitchen.post.set(true);
		await until(live(view, 'relayed'), 3000);
		post.set(false);
		await until(kind(view, 'ended'), 3000);
		expect(view.state).toMatchObject({ why: 'camera-away' });
		post.set(true);
		await until(live(view, 'relayed'), 5000);
	});

	test('LV10 T2 a relay that holds parts back, and the answers about the time for longer: old is never shown as live', async () => {
		const { guest, until, relay, clock, network, host } = home;
		const kitchen = await guest('Kitchen');
		network.blocked = true;
		relay.partDelayMs = 12_000;
		relay.change = (message) => {
			if (message.t !== 'relayed') return message;
			const from = { device: host, roles: ['camera'] as const };
			clock.after(24_000, () => kitchen.post.read(message, from));
			return null;
		};
		const { view, screen } = kitchen.open();
		view.setWay('relayed');
		let live = 0;
		for (let n = 0; n < 900; n += 1) {
			await clock.pass(100, 100);
			if (view.state.kind === 'live') live += 1;
		}
		expect(live).toBe(0);
		expect(screen.frames.video).toBe(0);
		relay.partDelayMs = 0;
		relay.change = (message) => message;
		await until(() => view.state.kind === 'live', 30_000);
	});

	test('a direct picture outlives the relay', async () => {
		const { guest, until, post, clock } = home;
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(live(view, 'direct'));
		post.set(false);
		kitchen.post.set(false);
		await clock.pass(20_000, 100);
		expect(live(view, 'direct')()).toBe(true);
	});
});

describe('who may', () => {
	test('LV5 T6 a revocation hangs up at once, and gives no more parts', async () => {
		const { guest, until, members, hosting, clock, relay, encoder } = home;
		const [direct, relayed] = [await guest('Ex'), await guest('Other')];
		const one = direct.open();
		const two = relayed.open();
		two.view.setWay('relayed');
		await until(() => live(one.view)() && live(two.view)());
		const epochs = (): number => encoder.started;
		const started = epochs();
		home.epoch.current = 9;
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
		// What a hostile relay kept may be seen again by who had its key; nothing after it.
		expect(two.screen.capturedUs).toBeLessThan(revokedUs);
		expect(encoder.running).toBe(0);
		expect(epochs()).toBe(started);
		expect(
			relay.letters.filter(({ message, to }) => message.t === 'offer' && to === direct.id),
		).toHaveLength(1);
	});

	test('LV5 who is no viewer is not answered', async () => {
		const { viewer, clock, relay, hosting } = home;
		const stranger = viewer('Other camera', ['camera']);
		const { view } = stranger.open();
		await clock.pass(5000, 100);
		expect(view.state.kind).not.toBe('live');
		expect(hosting.watchers).toEqual([]);
		const answers = relay.letters.filter(({ to }) => to === stranger.id);
		expect(answers).toEqual([]);
	});

	test('LV14 another tab of the camera’s device is silent while this one has the lens, and answers when none has', async () => {
		const { guest, until, otherTab, recording, relay, clock, view: lensView } = home;
		otherTab();
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(live(view, 'direct'));
		await clock.pass(12_000, 100);
		expect(view.state).toMatchObject({ kind: 'live', path: 'direct' });
		const told = (kind: string) =>
			relay.letters.filter(
				({ message }) => message.t === 'state' && message.cameras[0]?.kind === kind,
			).length;
		expect(told('off')).toBe(0);
		expect(relay.letters.filter(({ message }) => message.t === 'hang-up')).toEqual([]);
		recording.set({ kind: 'off', fault: null });
		await until(kind(view, 'ended'), 3000);
		expect(view.state).toMatchObject({ why: 'camera-off' });
		recording.set({ kind: 'preview', view: lensView() });
		await until(live(view), 4000);
	});

	test('LV14 two tabs with the lens: one answers; the other does when that is gone', async () => {
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

	test('LV14 every tab of a viewer hears how the camera fares, not only the one that asked last', async () => {
		const { guest, until, recording, relay, host, clock } = home;
		const kitchen = await guest('Kitchen');
		const nonces = ['11', '22', '33', '44'].map((two) => two.repeat(16));
		for (const nonce of nonces) await kitchen.post.send(host, { t: 'ask', nonce });
		await clock.pass(500, 50);
		const before = relay.letters.length;
		recording.set({ kind: 'off', fault: null });
		const told = () =>
			relay.letters
				.slice(before)
				.flatMap(({ message }) =>
					message.t === 'state' && message.cameras[0]?.kind === 'off' ? [message.peer] : [],
				);
		await until(() => told().length >= 4, 3000);
		expect(told().toSorted()).toEqual(nonces);
		// The page itself asked before them, and is told again when it has heard nothing for a while.
		const state = () => kitchen.watching.cameras[0]?.state?.kind;
		expect(state()).toBe('preview');
		await until(() => state() === 'off', 31_000);
	});

	test('LV5 a camera that is off shows nothing, and comes back by itself', async () => {
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

describe('less than all', () => {
	test('the slow rate asks the camera for less, nothing for nothing', async () => {
		const { guest, until, network, clock, hosting } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		view.want('slow');
		await until(live(view));
		const end = network.ends.find((one) => 'rates' in one) as unknown as { rates: string[] };
		expect(end.rates.at(-1)).toBe('slow');
		expect(screen.rated).toBe('slow');
		view.want('full');
		await clock.pass(100, 50);
		expect(end.rates.at(-1)).toBe('full');
		view.want('none');
		await until(() => hosting.watchers.length === 0);
		expect(view.state.kind).toBe('connecting');
		view.want('full');
		await until(live(view), 2000);
	});

	test('a hidden page keeps its connection though nothing is painted', async () => {
		const { guest, until, network, clock } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		await until(live(view));
		screen.seen = false;
		network.blind = true;
		await clock.pass(30_000, 250);
		expect(network.connected).toBe(1);
		expect(live(view, 'direct')()).toBe(true);
	});
});
