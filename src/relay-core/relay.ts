import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { commonLength } from '#domain/home/roster.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { IceServer } from '#protocol/wire.ts';
import { DeviceRateLimits } from './device-rate-limits.ts';
import type { Home, Homes } from './home-registry.ts';
import { Hub } from './hub.ts';
import { LiveBuffer } from './live-buffer.ts';
import { Mailbox, type StoredMessage } from './mailbox.ts';
import { RendezvousRegistry } from './rendezvous-registry.ts';
import { rosterFrames } from './roster-frames.ts';

/** The part of the port that a relay needs: it neither signs nor decrypts. */
export type VerifyCrypto = Pick<Crypto, 'random' | 'sha256' | 'verifier' | 'verify'>;

/** Events counted for `/metrics`. */
export type MetricEvent =
	| 'text-in'
	| 'text-out'
	| 'part-in'
	| 'part-out'
	| 'part-skipped'
	| 'proof'
	| 'refused'
	| 'malformed'
	| 'too-much';

/** What outlives the relay. Idempotent: it may be saved twice. */
export type RelayChange =
	/** A home was opened; `invitation` is the hash of the one it used up. */
	| { kind: 'opened'; home: string; invitation: string; entries: Bytes[] }
	/** Replaces the entries from number `from` on. */
	| { kind: 'appended'; home: string; from: number; entries: Bytes[] }
	| { kind: 'waits'; letter: StoredMessage }
	/** Messages that no longer wait. */
	| { kind: 'gone'; ids: number[] };

/** Who may use HTTP, and until when. Rights are looked up in the roster, not in the token. */
export interface TokenClaims {
	readonly home: HomeId;
	readonly device: DeviceId;
	/** Wall time. */
	readonly untilMs: number;
}

/** The world around a relay: a server, a page, or a test. */
export interface RelayHost {
	readonly crypto: VerifyCrypto;
	/** ms since the Unix epoch. */
	wallMs(): number;
	/** Monotonic ms. */
	nowMs(): number;
	/** Runs `work` a moment later: what changed until then is sent together. */
	soon(work: () => void): void;
	/** Saves a change without waiting for it. */
	save(change: RelayChange): void;
	/** A token for HTTP; empty where there is no HTTP. */
	tokenOf(claims: TokenClaims): string;
	ice(device: DeviceId): readonly IceServer[];
	/** Whether it keeps footage, and tells what changes. */
	readonly footage: boolean;
	/** Reports an unexpected error; the session goes on. */
	readonly failed: (error: unknown) => void;
	count(event: MetricEvent, by?: number): void;
}

export interface RelaySetup {
	readonly homes: Homes;
	/** Messages that wait; `null`: none is kept for a device that is away. */
	readonly messages: readonly StoredMessage[] | null;
	/** Size of the live buffer; 0: a viewer gets only what comes after it. */
	readonly liveBytes: number;
	/** Unused invitations: SHA-256 as hex → expiry (wall time). */
	readonly invitations: Map<string, number>;
	/** Whether clients that are silent or prove nothing are closed (RL8, RL12). */
	readonly timeouts: boolean;
	/**
	 * A box for the other side when one leaves a rendezvous, which ends it. `null`: it waits for that
	 * one to return.
	 */
	readonly farewell: string | null;
}

/** The state that all sessions of a relay share (docs/spec/relay.md). */
export class Relay {
	readonly host: RelayHost;
	readonly homes: Homes;
	readonly hub: Hub;
	readonly rendezvous: RendezvousRegistry;
	readonly mailbox: Mailbox;
	readonly liveBuffer: LiveBuffer;
	readonly rateLimits = new DeviceRateLimits();
	readonly invitations: Map<string, number>;
	readonly timeouts: boolean;

	constructor(host: RelayHost, setup: RelaySetup) {
		this.host = host;
		this.homes = setup.homes;
		this.hub = new Hub(() => host.soon(() => this.hub.sendPresence()));
		this.rendezvous = new RendezvousRegistry(setup.farewell);
		this.mailbox = new Mailbox(setup.messages);
		this.liveBuffer = new LiveBuffer(setup.liveBytes);
		this.invitations = setup.invitations;
		this.timeouts = setup.timeouts;
	}

	/** Drops what has expired. Called about once a second. */
	tidy(): void {
		const nowMs = this.host.nowMs();
		this.liveBuffer.tidy(nowMs);
		this.rendezvous.tidy(nowMs);
		this.rateLimits.tidy(nowMs);
		this.homes.tidy(nowMs);
		this.forget(this.mailbox.tidy(this.host.wallMs()));
	}

	/** Saves that these messages no longer wait. */
	forget(messages: readonly StoredMessage[]): void {
		if (messages.length > 0) this.host.save({ kind: 'gone', ids: messages.map(({ id }) => id) });
	}

	/**
	 * Sends what is new in a roster to its home, and closes the sockets of those who are no longer
	 * members (RL11, RL14).
	 */
	announce(before: Home | null, { id, entries, roster }: Home): void {
		const from = commonLength(before?.entries ?? [], entries) + 1;
		const news = entries.slice(from - 1);
		if (news.length === 0) return;
		this.host.save({ kind: 'appended', home: id, from, entries: news });
		for (const frame of rosterFrames(news, from)) this.hub.broadcast(id, frame);
		this.checkMembers(id);
		for (const device of before?.roster.devices.keys() ?? [])
			if (!roster.devices.has(device)) this.forget(this.mailbox.clear(id, device));
	}

	/** Tells those who follow that footage of a camera came or went in these wall minutes. */
	footageChanged(home: HomeId, camera: CameraId, from: number, to: number): void {
		this.hub.tellFollowers(home, { t: 'changed', camera, from, to });
	}

	/** Closes the sockets of a home whose devices are no longer members. */
	checkMembers(home: HomeId): void {
		for (const peer of [...this.hub.peersIn(home)]) peer.checkMembership();
	}
}
