import { beforeEach, describe, expect, test } from 'vitest';
import { STALE_MS } from '#domain/live/age.ts';
import type { LiveViewControls, ViewState } from '#engine/live/controls.ts';
import { makeHome, settle, type Home } from './live-fixture.ts';

let home: Home;
beforeEach(async () => {
	home = await makeHome();
});

const live = (view: LiveViewControls, path?: string) => (): boolean =>
	view.state.kind === 'live' && (path === undefined || view.state.path === path);
const kind = (view: LiveViewControls, wanted: ViewState['kind']) => () =>
	view.state.kind === wanted;

describe('watching directly', () => {
	test('LV1 LV2 a picture follows the camera’s offer and both confirmations', async () => {
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
		hosting.acknowledge();
		expect(hosting.newcomers).toEqual([]);
		view.close();
		await until(() => hosting.watchers.length === 0);
		expect(network.connected).toBe(0);
		expect(screen.closed).toBe(true);
		// A blocked player would have shown the relayed picture without loading anything first.
		expect([home.encoder.warmed, home.encoder.started]).toEqual([1, 0]);
	});

	test('LV10 the age is that of the frame on show, whatever the viewer’s clock', async () => {
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

	test('T3 LV1 a changed fingerprint or SDP shows no direct frame', async () => {
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
				// The sealed relayed picture arrives nevertheless.
				expect(view.state).toMatchObject({ kind: 'live', path: 'relayed' });
				view.close();
				await clock.pass(500);
			}
		}
	});

	test('LV4 a phone serves two directly; the third gets `full`', async () => {
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

	test('LV12 a stalled lens shows although the connection is healthy', async () => {
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

	test('LV10 a change of the age alone is readable but does not notify', async () => {
		const { guest, until, clock, lens } = home;
		const { view } = (await guest('Kitchen')).open();
		await until(live(view));
		let notified = 0;
		view.on(() => (notified += 1));
		await clock.pass(5000, 50);
		expect(notified).toBe(0);
		lens.running = false;
		await until(kind(view, 'stale'), 10_000);
		expect(notified).toBe(1);
	});

	test('switching the lens keeps the call', async () => {
		const { guest, until, network } = home;
		const kitchen = await guest('Kitchen');
		const { view, screen } = kitchen.open();
		await until(live(view));
		await settle(home, kitchen.watching.sendCommand(home.camera, 'lens', 'lens-2'));
		const { video } = screen.frames;
		await until(() => screen.frames.video > video + 5);
		expect(live(view, 'direct')()).toBe(true);
		expect(network.connected).toBe(1);
	});
});

describe('watching at the relay', () => {
	test('LV3 blocked network: relayed within two seconds, direct again once possible', async () => {
		const { guest, until, network, clock } = home;
		network.blocked = true;
		const { view, screen } = (await guest('Kitchen')).open();
		expect(await until(live(view))).toBeLessThan(2000);
		expect(view.state).toMatchObject({ path: 'relayed', sound: true, fragmented: false });
		expect(screen.pane).toBe('canvas');
		await clock.pass(10_000, 100);
		expect(view.state).toMatchObject({ kind: 'live', path: 'relayed', reason: 'blocked' });
		network.blocked = false;
		expect(await until(live(view, 'direct'))).toBeLessThan(32_000);
		await until(() => home.encoder.running === 0);
	});

	test('LV3 a lost connection is restarted once; no stale picture is shown as live', async () => {
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

	test('LV3 connected without frames: relayed', async () => {
		const { guest, until, network, clock } = home;
		network.blind = true;
		const { view } = (await guest('Kitchen')).open();
		expect(await until(live(view))).toBeLessThan(3000);
		await clock.pass(6000, 100);
		expect(view.state).toMatchObject({ path: 'relayed', reason: 'blocked' });
	});

	test('LV3 after its own page slept, a viewer gives the connection time again', async () => {
		const { guest, until, network, clock } = home;
		const { page, open } = await guest('Kitchen');
		const { view } = open();
		await until(live(view, 'direct'));
		page.asleep = network.blind = network.mute = true;
		await clock.pass(6000, 100);
		page.asleep = network.mute = false;
		await clock.pass(500, 50);
		network.blind = false;
		expect(await until(live(view, 'direct'))).toBeLessThan(2000);
		expect(network.connected).toBe(1);
	});

	test('LV3 a briefly closed lens is retried soon', async () => {
		const { guest, until, recording, clock, relay, view: lens } = home;
		const kitchen = await guest('Kitchen');
		// Before the status message about it arrives.
		relay.change = (message) => (message.t === 'state' ? null : message);
		recording.set({ kind: 'off', fault: null });
		const { view } = kitchen.open();
		await clock.pass(1000, 50);
		recording.set({ kind: 'preview', view: lens() });
		relay.change = (message) => message;
		expect(await until(live(view, 'direct'))).toBeLessThan(6000);
	});

	test('LV10 after a late first answer the offset is measured again', async () => {
		const { guest, until, relay, clock, network, messenger } = home;
		const kitchen = await guest('Kitchen');
		network.blocked = true;
		let calls = 0;
		const begunMs = clock.monotonicMs();
		relay.change = (message, body) => {
			if (message.t !== 'call') return message;
			calls += 1;
			if (clock.monotonicMs() - begunMs > 2000) return message;
			const from = { device: kitchen.id, roles: ['viewer'] as const };
			clock.after(2000, () => messenger.read(body, from));
			return null;
		};
		const { view } = kitchen.open();
		view.setPath('relayed');
		const young = () => view.state.kind === 'live' && view.state.ageMs < 500;
		expect(await until(young)).toBeLessThan(6000);
		await clock.pass(10_000, 100);
		expect(calls).toBeLessThan(8);
	});

	test('LV6 one encoding for all, only while watched, slower when bytes queue', async () => {
		const { guest, until, encoder, clock, hosting, messenger } = home;
		const views = [];
		for (const name of ['One', 'Two', 'Three']) {
			const { view } = (await guest(name)).open();
			view.setPath('relayed');
			await until(live(view, 'relayed'));
			expect(view.state).toMatchObject({ reason: 'chosen' });
			views.push(view);
		}
		expect(encoder).toMatchObject({ started: 1, running: 1 });
		expect(hosting.watchers).toHaveLength(3);
		messenger.waiting = 1_000_000;
		await clock.pass(5000);
		expect(encoder.paces.at(-1)).toBeLessThan(500_000);
		for (const view of views) view.close();
		await until(() => encoder.running === 0 && hosting.watchers.length === 0);
	});

	test('LV16 sound is relayed only while a viewer of that picture listens', async () => {
		const { guest, until, encoder, clock } = home;
		const [one, two] = [(await guest('One')).open(), (await guest('Two')).open()];
		for (const { view } of [one, two]) {
			view.setPath('relayed');
			await until(live(view, 'relayed'));
		}
		expect(encoder.sounds).toBe(false);
		one.view.mute(false);
		await until(() => encoder.sounds, 500);
		two.view.mute(false);
		one.view.mute(true);
		await clock.pass(1000, 50);
		expect(encoder.sounds).toBe(true);
		two.view.close();
		await until(() => !encoder.sounds, 500);
		expect(live(one.view, 'relayed')()).toBe(true);
	});

	test('LV6 LV16 two relayed tabs of one device keep their own sound and picture', async () => {
		const { guest, until, encoder, clock, hosting } = home;
		const kitchen = await guest('Kitchen');
		const [one, two] = [kitchen.open(), kitchen.open()];
		for (const { view } of [one, two]) {
			view.setPath('relayed');
			await until(live(view, 'relayed'));
		}
		expect(hosting.watchers).toHaveLength(1);
		one.view.mute(false);
		await until(() => encoder.sounds, 500);
		// The muted tab calls again every 15 s.
		for (let n = 0; n < 40; n += 1) {
			await clock.pass(1000, 50);
			expect(encoder.sounds).toBe(true);
		}
		two.view.close();
		await clock.pass(6000, 50);
		expect(encoder).toMatchObject({ started: 1, running: 1, sounds: true });
		expect(one.view.state).toMatchObject({ kind: 'live', path: 'relayed' });
		one.view.close();
		await until(() => encoder.running === 0 && hosting.watchers.length === 0);
	});

	test('LV15 parts of a later version end the view with a reason', async () => {
		const { guest, until } = home;
		const kitchen = await guest('Kitchen');
		kitchen.later.version = true;
		const { view } = kitchen.open();
		view.setPath('relayed');
		expect(await until(kind(view, 'ended'))).toBeLessThan(1500);
		expect(view.state).toMatchObject({ why: 'failed', fault: { kind: 'unsupported' } });
		kitchen.later.version = false;
		view.retry();
		await until(live(view, 'relayed'), 2500);
	});

	test('LV16 a browser that cannot play sound parts offers no sound', async () => {
		const { guest, until } = home;
		const { view, screen } = (await guest('Kitchen')).open();
		screen.hears = false;
		view.setPath('relayed');
		await until(live(view, 'relayed'));
		expect(view.state).toMatchObject({ sound: false });
	});

	test('LV6 a failed encoder is retried without affecting the recorder', async () => {
		const { guest, until, encoder, recording } = home;
		const { Fault } = await import('#domain/base/fault.ts');
		encoder.failures.push(new Fault('unavailable', 'the encoder failed'));
		const before = recording.value;
		const { view } = (await guest('Kitchen')).open();
		view.setPath('relayed');
		expect(await until(live(view, 'relayed'))).toBeLessThan(7000);
		expect(recording.value).toBe(before);
	});

	test('LV9 LV24 a viewer whose key was lost requests it again', async () => {
		const { guest, until, clock, relay } = home;
		const kitchen = await guest('Kitchen');
		relay.change = (message) => (message.t === 'relayed' ? { ...message, key: null } : message);
		const { view } = kitchen.open();
		view.setPath('relayed');
		await clock.pass(4000, 50);
		expect(view.state.kind).toBe('connecting');
		const asked = relay.letters.filter(({ message }) => message.t === 'call');
		expect(asked.length).toBeGreaterThan(1);
		expect(asked.length).toBeLessThan(6);
		relay.change = (message) => message;
		await until(live(view, 'relayed'), 2500);
	});

	test('LV11 a relay that stops: stale after five seconds', async () => {
		const { guest, until, messenger } = home;
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		view.setPath('relayed');
		await until(live(view, 'relayed'));
		kitchen.messenger.set(false);
		await until(kind(view, 'stale'), 7000);
		expect(view.state).toMatchObject({ trying: 'relay', path: 'relayed' });
		kitchen.messenger.set(true);
		await until(live(view, 'relayed'), 3000);
		messenger.set(false);
		await until(kind(view, 'ended'), 3000);
		expect(view.state).toMatchObject({ why: 'camera-away' });
		messenger.set(true);
		await until(live(view, 'relayed'), 5000);
	});

	test('LV10 T2 a relay cannot make old parts live by delaying clock answers', async () => {
		const { guest, until, relay, clock, network, host } = home;
		const kitchen = await guest('Kitchen');
		network.blocked = true;
		relay.partDelayMs = 12_000;
		relay.change = (message, body) => {
			if (message.t !== 'relayed') return message;
			const from = { device: host, roles: ['camera'] as const };
			clock.after(24_000, () => kitchen.messenger.read(body, from));
			return null;
		};
		const { view, screen } = kitchen.open();
		view.setPath('relayed');
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
		const { guest, until, messenger, clock } = home;
		const kitchen = await guest('Kitchen');
		const { view } = kitchen.open();
		await until(live(view, 'direct'));
		messenger.set(false);
		kitchen.messenger.set(false);
		await clock.pass(20_000, 100);
		expect(live(view, 'direct')()).toBe(true);
	});
});
