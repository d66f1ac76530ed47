import { beforeEach, describe, expect, it } from 'vitest';
import { base64urlOf } from '#domain/base/base64url.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { LastingConnection } from '#engine/messaging/lasting-connection.ts';
import {
	callRelay,
	fetchRoster,
	RelayConnection,
	type LoginIdentity,
	type RelayFailure,
} from '#engine/messaging/relay-connection.ts';
import { WebCrypto } from '#web/crypto.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';
import type { Relays, RelaySocket, RelaySocketEvents } from '#ports/network/relay.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { until } from '../../support/until.ts';

const ORIGIN = 'https://relay.example';
const CHALLENGE: FromRelay = {
	...{ t: 'challenge', versions: [1] },
	challenge: base64urlOf(new Uint8Array(32)),
};
const WELCOME: FromRelay = { t: 'welcome', token: '', tokenMs: 0, rosterSeq: 3, ice: [] };

/** A relay of which every frame is up to the test. */
class ScriptedRelay implements Relays {
	/** Resolves the promise of a socket; `null`: at once. */
	gate: Promise<void> | null = null;
	answer: (frame: FromDevice) => FromRelay | null = () => null;
	readonly heard: FromDevice[] = [];
	events: RelaySocketEvents | null = null;
	connected = 0;
	closed = 0;

	info(): Promise<null> {
		return Promise.resolve(null);
	}

	async connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket> {
		this.events = events;
		await this.gate;
		this.connected += 1;
		return {
			...{ origin, waiting: 0 },
			send: (frame) => {
				this.heard.push(frame);
				const answer = this.answer(frame);
				if (answer !== null) queueMicrotask(() => events.frame(answer));
			},
			sendPart: () => undefined,
			close: () => (this.closed += 1),
		};
	}

	count(t: FromDevice['t']): number {
		return this.heard.filter((frame) => frame.t === t).length;
	}
}

const crypto = new WebCrypto();
let clock: ManualClock;
let relays: ScriptedRelay;
let connection: RelayConnection;
let identity: LoginIdentity;

beforeEach(async () => {
	clock = new ManualClock();
	relays = new ScriptedRelay();
	connection = new RelayConnection({ relays, crypto, clock }, ORIGIN);
	const [home, device] = ['ab'.repeat(16) as HomeId, 'cd'.repeat(16) as DeviceId];
	identity = { home, device, sign: await crypto.makeSignKey(false) };
});

const kindOf = (failure: RelayFailure | null): string | null =>
	failure?.t === 'fault' ? failure.fault.kind : (failure?.why ?? null);

/** An open connection; with an identity it is authenticated. */
async function opened(as: LoginIdentity | null): Promise<void> {
	relays.answer = ({ t }) => (t === 'prove' ? WELCOME : null);
	const opening = connection.open(as);
	relays.events?.frame(CHALLENGE);
	expect(await opening).toBeNull();
}

describe('one relay connection', () => {
	it('LK3 a relay that accepts the socket and says nothing is given up after 8 s', async () => {
		const opening = connection.open(null);
		await until(() => relays.connected === 1);
		await clock.pass(7900, 100);
		expect(relays.closed).toBe(0);
		await clock.pass(100);
		expect(kindOf(await opening)).toBe('timeout');
		expect(relays.closed).toBe(1);
	});

	it('LK3 so is one whose socket never opens, and a socket that comes late is closed', async () => {
		const { promise, resolve } = Promise.withResolvers<undefined>();
		relays.gate = promise;
		const opening = connection.open(identity);
		await clock.pass(8000, 100);
		expect(kindOf(await opening)).toBe('timeout');
		resolve(undefined);
		await until(() => relays.closed === 1);
	});

	it('LK3 a silent connection ends after 25 s, with whoever waits for an answer', async () => {
		await opened(null);
		const answer = connection.next('of', 60_000);
		await clock.pass(20_000, 1000);
		expect(relays.count('ping')).toBe(2);
		await clock.pass(10_000, 1000);
		expect(await answer).toMatchObject({ t: 'fault', fault: { kind: 'timeout' } });
		const waiting = clock.waiting;
		await clock.pass(20_000, 1000);
		expect([relays.count('ping'), clock.waiting]).toEqual([2, waiting]);
	});

	it('a challenge that comes before the socket resolves is proved once it has', async () => {
		const { promise, resolve } = Promise.withResolvers<undefined>();
		relays.gate = promise;
		relays.answer = ({ t }) => (t === 'prove' ? WELCOME : null);
		const opening = connection.open(identity);
		relays.events?.frame(CHALLENGE);
		await clock.pass(100);
		expect(relays.heard).toEqual([]);
		resolve(undefined);
		expect(await opening).toBeNull();
		expect(connection.welcome).toEqual(WELCOME);
	});

	it('LK1 it proves itself again when asked, and says so to whoever listens', async () => {
		await opened(identity);
		const frames: FromRelay[] = [];
		connection.listen({
			frame: (frame) => frames.push(frame),
			part: () => undefined,
			ended: () => undefined,
		});
		relays.events?.frame(CHALLENGE);
		await until(() => frames.length === 1);
		expect(frames).toEqual([WELCOME]);
		expect(relays.count('prove')).toBe(2);
	});

	it('the answer to a ping of its own is not taken for that of another', async () => {
		await opened(null);
		await clock.pass(10_000, 1000);
		relays.events?.frame({ t: 'pong', n: 0 });
		const ping = connection.ping();
		relays.events?.frame({ t: 'met', rid: 'ee'.repeat(16) });
		const state = { over: false };
		void ping.then(() => (state.over = true));
		await clock.pass(100);
		expect(state.over).toBe(false);
		relays.events?.frame({ t: 'pong', n: 1 });
		expect(await ping).toBeNull();
	});

	it('LK11 more than 1,024 frames that nobody asked for end it', async () => {
		await opened(null);
		for (let n = 0; n < 1024; n += 1) relays.events?.frame({ t: 'appended', seq: n });
		expect(relays.closed).toBe(0);
		relays.events?.frame({ t: 'appended', seq: 1024 });
		expect(relays.closed).toBe(1);
		for (let n = 0; n < 1024; n += 1) await connection.next('appended');
		expect(await connection.next('appended')).toMatchObject({ fault: { kind: 'malformed' } });
	});

	it('what came before somebody listens is delivered first, then the end', async () => {
		await opened(null);
		const said: string[] = [];
		relays.events?.frame({ t: 'opened' });
		relays.events?.frame({ t: 'bye' });
		connection.listen({
			frame: ({ t }) => said.push(t),
			part: () => undefined,
			ended: (failure) => said.push(failure.t === 'fault' ? String(failure.code) : failure.why),
		});
		expect(said).toEqual(['opened', '4503']);
	});

	it('KT4 a roster is fetched whole, also when the relay pushes a new entry in between', async () => {
		await opened(identity);
		const entries = [1, 2, 3, 4].map((n) => base64urlOf(Uint8Array.of(n)));
		const send = (from: number, to: number) =>
			relays.events?.frame({ t: 'roster', from, entries: entries.slice(from - 1, to) });
		const fetching = fetchRoster(connection);
		send(1, 2);
		send(4, 4);
		send(3, 3);
		expect(await fetching).toEqual([1, 2, 3].map((n) => Uint8Array.of(n)));
		expect(relays.count('roster-since')).toBe(1);

		const again = fetchRoster(connection);
		send(1, 0);
		await expect(again).rejects.toMatchObject({ kind: 'corrupt' });
	});

	it('a call closes its connection, also when its work throws', async () => {
		const tools = { relays, crypto, clock };
		const call = callRelay(tools, ORIGIN, null, () => Promise.reject(new Error('a mistake')));
		relays.events?.frame(CHALLENGE);
		await expect(call).rejects.toThrow('a mistake');
		expect(relays.closed).toBe(1);
	});

	it('LK3 requests at once have a deadline each', async () => {
		const opening = connection.open(null);
		await until(() => relays.connected === 1);
		relays.events?.frame(CHALLENGE);
		expect(await opening).toBeNull();
		const asked = [connection.next('pong', 1000), connection.next('roster', 2000)];
		clock.advance(2000);
		const failures = await Promise.all(asked);
		expect(failures.map((one) => kindOf(one as RelayFailure))).toEqual(['timeout', 'timeout']);
	});
});

describe('a lasting connection', () => {
	it('LK2 one that held starts over with a short delay, however often it failed before', async () => {
		const lasting = new LastingConnection(
			{ relays, crypto, clock },
			{
				...{ up: () => undefined, renewed: () => undefined, frame: () => undefined },
				...{ part: () => undefined, down: () => undefined, changed: () => undefined },
			},
		);
		const againMs = (): number =>
			lasting.state.kind === 'away' ? lasting.state.againMs - clock.wallMs() : NaN;
		relays.answer = ({ t }) => (t === 'prove' ? WELCOME : null);
		lasting.connectTo(ORIGIN, identity);
		for (let n = 0; n < 6; n += 1) {
			await until(() => relays.connected === n + 1);
			relays.events?.ended({ code: 1006 });
			await until(() => lasting.state.kind === 'away');
			clock.advance(againMs());
		}
		await until(() => relays.connected === 7);
		relays.events?.frame(CHALLENGE);
		await until(() => lasting.state.kind === 'connected');
		clock.advance(10_001);
		relays.events?.ended({ code: 1006 });
		expect(againMs()).toBeLessThanOrEqual(1000);
		lasting.connectTo(null, null);
		expect(clock.waiting).toBe(0);
	});
});
