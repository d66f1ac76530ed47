import { WebCrypto } from '#web/crypto.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import { seqOf } from '#domain/home/roster.ts';
import { extendRoster } from '#engine/home/fork.ts';
import { inForce, replayRoster } from '#engine/home/roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays, RelaySocket, RelaySocketEvents } from '#ports/network/relay.ts';
import {
	CLOSE_CODES,
	frameFrom,
	fromDevice,
	fromRelay,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
	type RelayInfo,
} from '#protocol/wire.ts';

interface Waiting {
	readonly id: number;
	readonly from: string;
	readonly box: string;
}

/** Frames pass through the schema and arrive later, as on a network. */
const soon = (work: () => void): void => void Promise.resolve().then(work);

/**
 * A relay in memory: challenges, rosters, messages, presence and live parts of homes that were
 * opened. It can be down, fall silent, break connections, and lie. No rendezvous.
 */
export class FakeRelay implements Relays {
	readonly origin: string;
	readonly crypto = new WebCrypto();
	readonly clock: Clock;
	readonly homes = new Map<string, Bytes[]>();
	readonly sockets = new Set<FakeSocket>();
	readonly mailbox = new Map<string, Waiting[]>();
	/** Every frame and every connection attempt, in order. */
	readonly heard: FromDevice[] = [];
	tries = 0;
	down = false;
	/** Accepts everything and answers nothing. */
	silent = false;
	/** Answers this many `append` frames with `too-many`. */
	busy = 0;
	/** Replaces a frame; `null` drops it. */
	lie: (frame: FromRelay) => FromRelay | null = (frame) => frame;
	#letters = 0;

	constructor(clock: Clock, origin = 'https://cam.local:8443') {
		this.clock = clock;
		this.origin = origin;
	}

	open(entries: readonly Bytes[], home: HomeId): void {
		this.homes.set(home, [...entries]);
	}

	info(origin: string): Promise<RelayInfo | null> {
		if (this.down) return Promise.reject(new Fault('offline', 'down'));
		const versions = [WIRE_VERSION];
		const card: RelayInfo = {
			name: 'spy-cam',
			versions,
			secure: this.origin,
			store: null,
			trust: null,
		};
		return Promise.resolve(origin === this.origin ? card : null);
	}

	connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket> {
		this.tries += 1;
		if (this.down || origin !== this.origin) {
			return Promise.reject(new Fault('offline', 'the relay does not answer'));
		}
		const socket = new FakeSocket(this, events);
		this.sockets.add(socket);
		return Promise.resolve(socket);
	}

	/** Ends every connection, as a network or a relay does. */
	cut(code = 1006): void {
		for (const socket of [...this.sockets]) socket.end(code);
	}

	of(home: string, device?: string): FakeSocket[] {
		return [...this.sockets].filter(
			(one) => one.home === home && (device === undefined || one.device === device),
		);
	}

	presence(home: string): void {
		const online = [...new Set(this.of(home).map(({ device }) => device))];
		for (const socket of this.of(home)) socket.say({ t: 'presence', online });
	}

	async homeOf(device: string): Promise<string | null> {
		for (const [home, entries] of this.homes) {
			const { past } = await replayRoster(this.crypto, entries);
			if (past.devices.has(device as DeviceId)) return home;
		}
		return null;
	}

	/** Checks no clock: a claim by a kit counts at once. */
	async append(home: string, texts: readonly string[]): Promise<number | null> {
		const known = this.homes.get(home) ?? [];
		const entries = texts.map(bytesOfBase64url);
		try {
			const whole = await extendRoster(this.crypto, known, entries, this.clock.wallMs());
			if (whole === null) return null;
			const { devices } = await replayRoster(this.crypto, whole);
			this.homes.set(home, [...whole]);
			for (const socket of this.of(home)) {
				if (!devices.has(socket.device as DeviceId)) socket.end(CLOSE_CODES.revoked);
			}
			return whole.length;
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}

	letter(from: FakeSocket, frame: Extract<FromDevice, { t: 'letter' }>): 'taken' | 'away' {
		this.#letters += 1;
		const { to, box, keep } = frame;
		const letter = { id: this.#letters, from: from.device, box };
		const there = this.of(from.home, to);
		if (keep > 0) {
			const place = `${from.home}/${to}`;
			this.mailbox.set(place, [...(this.mailbox.get(place) ?? []), letter]);
		}
		for (const socket of there) socket.say({ t: 'letter', ...letter, kept: keep > 0 });
		return there.length > 0 || keep > 0 ? 'taken' : 'away';
	}
}

export class FakeSocket implements RelaySocket {
	readonly origin: string;
	readonly watching = new Set<string>();
	home = '';
	device = '';
	waiting = 0;
	readonly #relay: FakeRelay;
	readonly #events: RelaySocketEvents;
	#challenge: Bytes;
	#over = false;
	#work: Promise<unknown> = Promise.resolve();

	constructor(relay: FakeRelay, events: RelaySocketEvents) {
		this.#relay = relay;
		this.#events = events;
		this.origin = relay.origin;
		this.#challenge = relay.crypto.random(32);
		this.challenge();
	}

	challenge(): void {
		this.#challenge = this.#relay.crypto.random(32);
		const challenge = base64urlOf(this.#challenge);
		this.say({ t: 'challenge', versions: [WIRE_VERSION], challenge });
	}

	say(frame: FromRelay): void {
		if (this.#relay.silent) return;
		const said = this.#relay.lie(frame);
		if (said === null) return;
		const read = frameFrom(fromRelay, JSON.stringify(said));
		soon(() => {
			if (this.#over) return;
			if (read === null) this.end(CLOSE_CODES.malformed);
			else this.#events.frame(read);
		});
	}

	send(frame: FromDevice): void {
		if (this.#over) return;
		const read = frameFrom(fromDevice, JSON.stringify(frame));
		if (read === null) {
			this.end(CLOSE_CODES.malformed);
			return;
		}
		this.#relay.heard.push(read);
		this.#work = this.#work.then(() => (this.#over ? undefined : this.#hear(read)));
	}

	sendPart(bytes: Bytes): void {
		const camera = hexOf(bytes.subarray(1, 17));
		for (const other of this.#relay.of(this.home)) {
			if (other.watching.has(camera)) soon(() => other.#events.part(bytes.slice()));
		}
	}

	close(): void {
		this.#gone();
	}

	end(code: number): void {
		if (this.#over) return;
		this.#gone();
		soon(() => this.#events.ended({ code }));
	}

	#gone(): void {
		this.#over = true;
		this.#relay.sockets.delete(this);
		if (this.home !== '') this.#relay.presence(this.home);
	}

	async #hear(frame: FromDevice): Promise<void> {
		const relay = this.#relay;
		if (frame.t === 'ping') this.say({ t: 'pong', n: frame.n });
		else if (frame.t === 'prove') await this.#prove(frame);
		else if (frame.t === 'whose') {
			const home = await relay.homeOf(frame.device);
			this.say(home === null ? { t: 'refused', why: 'unknown-home' } : { t: 'of', home });
		} else if (this.home === '') this.say({ t: 'refused', why: 'not-allowed' });
		else if (frame.t === 'append' && relay.busy > 0) {
			relay.busy -= 1;
			this.say({ t: 'refused', why: 'too-many' });
		} else if (frame.t === 'append') {
			const seq = await relay.append(this.home, frame.entries);
			if (seq === null) {
				this.say({ t: 'refused', why: 'roster' });
				return;
			}
			this.say({ t: 'appended', seq });
			const [first] = frame.entries;
			const from = (first === undefined ? null : seqOf(bytesOfBase64url(first))) ?? seq;
			for (const socket of relay.of(this.home)) {
				socket.say({ t: 'roster', from, entries: [...frame.entries] });
			}
		} else if (frame.t === 'roster-since') {
			const entries = (relay.homes.get(this.home) ?? []).map(base64urlOf);
			for (let from = frame.seq; from === frame.seq || from < entries.length; from += 32) {
				this.say({ t: 'roster', from: from + 1, entries: entries.slice(from, from + 32) });
			}
		} else if (frame.t === 'letter') this.say({ t: relay.letter(this, frame), n: frame.n });
		else if (frame.t === 'got') {
			const place = `${this.home}/${this.device}`;
			const left = (relay.mailbox.get(place) ?? []).filter(({ id }) => id !== frame.id);
			relay.mailbox.set(place, left);
		} else if (frame.t === 'watch') this.#watch(frame.camera, frame.on);
	}

	#watch(camera: string, on: boolean): void {
		if (on) this.watching.add(camera);
		else this.watching.delete(camera);
		const devices = this.#watchersOf(camera);
		for (const other of this.#relay.of(this.home)) {
			if (other !== this) other.say({ t: 'watched', camera, devices });
		}
	}

	#watchersOf(camera: string): string[] {
		const watching = this.#relay.of(this.home).filter((one) => one.watching.has(camera));
		return [...new Set(watching.map(({ device }) => device))];
	}

	async #prove(proof: Extract<FromDevice, { t: 'prove' }>): Promise<void> {
		const relay = this.#relay;
		const entries = relay.homes.get(proof.home);
		if (entries === undefined) {
			this.say({ t: 'refused', why: 'unknown-home' });
			return;
		}
		const { devices, seq } = await replayRoster(relay.crypto, entries);
		const entry = devices.get(proof.device as DeviceId);
		if (!inForce(entry, relay.clock.wallMs()) || !entry.subject) {
			this.say({ t: 'refused', why: 'not-a-member' });
			return;
		}
		const covered = loginBytes({
			originHash: await relay.crypto.sha256(new TextEncoder().encode(relay.origin)),
			challenge: this.#challenge,
			home: proof.home as HomeId,
			device: proof.device as DeviceId,
		});
		const verifier = await relay.crypto.verifier(entry.subject.sign);
		const signature = bytesOfBase64url(proof.signature);
		if (!(await relay.crypto.verify(verifier, signature, covered))) {
			this.say({ t: 'refused', why: 'bad-proof' });
			return;
		}
		const before = this.home;
		this.home = proof.home;
		this.device = proof.device;
		const token = `token-${proof.device}`;
		this.say({ t: 'welcome', token, tokenMs: 600_000, rosterSeq: seq, ice: [] });
		if (before !== '') return;
		for (const letter of relay.mailbox.get(`${this.home}/${this.device}`) ?? []) {
			this.say({ t: 'letter', ...letter, kept: true });
		}
		relay.presence(this.home);
		// Viewers that watched before the camera came back.
		for (const camera of new Set(relay.of(this.home).flatMap((one) => [...one.watching]))) {
			this.say({ t: 'watched', camera, devices: this.#watchersOf(camera) });
		}
	}
}
