import { bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { RosterEntry } from '#domain/home/roster.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import { CLOSE_CODES, PART_HEADER_BYTES, type FromDevice, type FromRelay } from '#protocol/wire.ts';
import { memberOf, type Home } from './home-registry.ts';
import type { Peer } from './hub.ts';
import type { ClientConnection } from './client-connection.ts';
import { rosterFrames } from './roster-frames.ts';
import type { Relay } from './relay.ts';
import type { DeviceRateLimit } from './device-rate-limits.ts';

const PART_VERSION = 1;
const MAX_WATCHED = 64;
/** Messages delivered but not yet acknowledged; a `got` beyond these is charged like any frame. */
const MAX_UNACKNOWLEDGED = 1024;

const NONE: ReadonlySet<CameraId> = new Set();

interface MemberSocket {
	readonly connection: ClientConnection;
	/** Closes it; nothing that it sent before counts any more. */
	readonly end: (code: number) => void;
}

/** The session of an authenticated device, on one socket. */
export class MemberSession implements Peer {
	readonly home: HomeId;
	readonly device: DeviceId;
	cameras = NONE;
	/** Camera ids of its device; `null` until computed, because most devices are not cameras. */
	#ownCameras: ReadonlySet<CameraId> | null = null;
	readonly #relay: Relay;
	readonly #connection: ClientConnection;
	readonly #end: (code: number) => void;
	/** Cameras whose parts are skipped until the next key frame (RL9). */
	readonly #skipping = new Set<CameraId>();
	#unacknowledged = 0;

	private constructor(
		relay: Relay,
		{ connection, end }: MemberSocket,
		home: Home,
		device: DeviceId,
	) {
		this.#relay = relay;
		this.#connection = connection;
		this.#end = end;
		this.home = home.id;
		this.device = device;
	}

	static async of(
		relay: Relay,
		socket: MemberSocket,
		home: Home,
		device: DeviceId,
	): Promise<MemberSession> {
		const member = new MemberSession(relay, socket, home, device);
		const entry = memberOf(home, device, relay.host.wallMs());
		if (entry && may(entry.roles, 'record')) await member.#computeOwnCameras();
		return member;
	}

	/** Enters the hub and delivers stored messages. `false`: its home is full. */
	begin(entry: RosterEntry): boolean {
		this.#updateCameras(entry);
		if (!this.#relay.hub.enter(this)) return false;
		const { mailbox } = this.#relay;
		for (const letter of mailbox.waitingFor(this.home, this.device, this.#relay.host.wallMs())) {
			const { id, from, box } = letter;
			this.send({ t: 'letter', id, from, box, kept: true });
		}
		return true;
	}

	leave(): void {
		this.#relay.hub.leave(this);
	}

	/**
	 * Applies the current roster; returns `false` after closing a socket that is no longer a member's
	 * (RL11).
	 */
	checkMembership(): boolean {
		const entry = this.#entry();
		if (!entry) {
			this.#end(CLOSE_CODES.revoked);
			return false;
		}
		this.#updateCameras(entry);
		if (!may(entry.roles, 'watch')) this.#relay.hub.unwatch(this);
		if (!may(entry.roles, 'footage')) this.#relay.hub.follow(this, false);
		return true;
	}

	end(): void {
		this.#end(CLOSE_CODES.tooMuch);
	}

	get rateLimit(): DeviceRateLimit {
		return this.#relay.rateLimits.of(`${this.home}/${this.device}`, this.#relay.host.nowMs());
	}

	send(frame: FromRelay): void {
		if (frame.t === 'letter' && frame.kept)
			this.#unacknowledged = Math.min(MAX_UNACKNOWLEDGED, this.#unacknowledged + 1);
		this.#connection.send(frame);
	}

	sendPart(camera: CameraId, frame: Uint8Array, key: boolean): void {
		if (this.#connection.slow) this.#skipping.add(camera);
		else if (key) this.#skipping.delete(camera);
		if (this.#skipping.has(camera)) this.#relay.host.count('part-skipped');
		else this.#connection.sendBytes(frame);
	}

	/** Returns `null` if the frame was handled synchronously. */
	receive(frame: FromDevice): Promise<void> | null {
		switch (frame.t) {
			case 'append':
				return this.#append(frame.entries);
			case 'roster-since':
				return this.#rosterSince(frame.seq);
			case 'letter':
				this.#letter(frame);
				return null;
			case 'got':
				this.#got(frame.id);
				return null;
			case 'watch':
				this.#watch(frame.camera as CameraId, frame.on);
				return null;
			case 'follow':
				this.#follow(frame.on);
				return null;
			default:
				this.send({ t: 'refused', why: 'not-allowed' });
				return null;
		}
	}

	/** Handles a binary frame. `false`: not a valid frame. */
	receivePart(frame: Uint8Array): boolean {
		if (frame.length <= PART_HEADER_BYTES || frame[0] !== PART_VERSION) return false;
		const flags = frame[PART_HEADER_BYTES - 1] ?? 0xff;
		if (flags > 1) return false;
		const camera = hexOf(frame.subarray(1, 17)) as CameraId;
		// Not an error: parts of a camera may be under way when its role is revoked.
		if (!this.cameras.has(camera)) return true;
		const { liveBuffer, hub } = this.#relay;
		const key = flags === 1;
		liveBuffer.add(`${this.home}/${camera}`, key, frame, this.#relay.host.nowMs());
		this.#relay.host.count('part-out', hub.forwardPart(this.home, camera, frame, key));
		return true;
	}

	async #append(texts: readonly string[]): Promise<void> {
		const { homes, host } = this.#relay;
		const now = { nowMs: host.nowMs(), wallMs: host.wallMs() };
		const entries = texts.map(bytesOfBase64url);
		const appended = await homes.append(this.home, this.device, entries, now);
		if (typeof appended === 'string') {
			this.send({ t: 'refused', why: appended });
			return;
		}
		this.send({ t: 'appended', seq: appended.home.roster.seq });
		this.#relay.announce(appended.before, appended.home);
	}

	async #rosterSince(seq: number): Promise<void> {
		const home = await this.#relay.homes.find(this.home);
		if (!home) return;
		for (const frame of rosterFrames(home.entries.slice(seq), seq + 1)) this.send(frame);
	}

	#letter({ n, to, box, keep }: Extract<FromDevice, { t: 'letter' }>): void {
		const { homes, hub, mailbox } = this.#relay;
		const home = homes.loaded(this.home);
		const wallMs = this.#relay.host.wallMs();
		const entry = this.#entry();
		if (!entry || !may(entry.roles, 'write')) {
			this.send({ t: 'refused', why: 'not-allowed', n });
			return;
		}
		if (!home || !memberOf(home, to as DeviceId, wallMs)) {
			this.send({ t: 'refused', why: 'not-a-member', n });
			return;
		}
		const id = mailbox.nextId(wallMs);
		const from = this.device;
		const kept = keep > 0 && mailbox.keeps;
		if (kept) {
			const letter = {
				...{ home: this.home, to, id, from, box },
				untilMs: wallMs + keep * 1000,
			};
			const evicted = mailbox.add(letter);
			this.#relay.host.save({ kind: 'waits', letter });
			this.#relay.forget(evicted);
		}
		const peers = hub.peersOf(this.home, to as DeviceId);
		for (const peer of peers) peer.send({ t: 'letter', id, from, box, kept });
		this.send({ t: peers.size > 0 || kept ? 'taken' : 'away', n });
	}

	#got(id: number): void {
		// An acknowledgement we asked for is free: writing to a device must not use up its rate limit.
		if (this.#unacknowledged > 0) {
			this.#unacknowledged -= 1;
			this.rateLimit.giveBack();
		}
		const message = this.#relay.mailbox.acknowledge(this.home, this.device, id);
		if (message) this.#relay.forget([message]);
	}

	#watch(camera: CameraId, on: boolean): void {
		const { hub, liveBuffer } = this.#relay;
		const entry = this.#entry();
		if (on && !(entry && may(entry.roles, 'watch'))) {
			this.send({ t: 'refused', why: 'not-allowed' });
			return;
		}
		if (on && hub.watches(this) >= MAX_WATCHED) {
			this.send({ t: 'refused', why: 'too-many' });
			return;
		}
		if (!hub.watch(this, camera, on)) return;
		this.#skipping.delete(camera);
		for (const frame of liveBuffer.since(`${this.home}/${camera}`))
			this.#connection.sendBytes(frame);
	}

	#follow(on: boolean): void {
		const entry = this.#entry();
		if (on && !(entry && may(entry.roles, 'footage')))
			this.send({ t: 'refused', why: 'not-allowed' });
		else this.#relay.hub.follow(this, on);
	}

	#updateCameras({ roles }: RosterEntry): void {
		this.cameras = (may(roles, 'record') ? this.#ownCameras : null) ?? NONE;
		// It became a camera while connected.
		if (may(roles, 'record') && this.#ownCameras === null)
			void this.#computeOwnCameras()
				.then(() => this.checkMembership())
				.catch(this.#relay.host.failed);
	}

	async #computeOwnCameras(): Promise<void> {
		this.#ownCameras = new Set(await cameraIdsOf(this.#relay.host.crypto, this.device));
	}

	#entry(): RosterEntry | null {
		const home = this.#relay.homes.loaded(this.home);
		return home && memberOf(home, this.device, this.#relay.host.wallMs());
	}
}
