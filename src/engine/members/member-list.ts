import { Listeners, only } from '#domain/base/listeners.ts';
import { Serial } from '#domain/base/serial.ts';
import { hexOf, concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { Role, RosterEntry, RosterOp } from '#domain/home/roster.ts';
import { safetyDigits, safetyInputs } from '#domain/home/safety-number.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { admissionSeq } from '#engine/home/admissions.ts';
import type { GrantIssuer } from './grant-issuer.ts';
import type { LocalDevice, UnlockedDevice } from '#engine/home/local-device.ts';
import { currentHome } from '#engine/home/identity.ts';
import { HomeKeySender } from './home-key-sender.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { HomeRoster, Revocation } from '#engine/home/home-roster.ts';
import type { Sender } from '#engine/messaging/messenger.ts';
import type { LastSeenTracker } from './last-seen-tracker.ts';
import { addedMs, signedMs } from './roster-times.ts';

export interface Member {
	readonly device: DeviceId;
	readonly roles: readonly Role[];
	/** Opened; `null`: no name, or its key is not here. */
	readonly name: string | null;
	readonly self: boolean;
	/** Connected to the relay now. */
	readonly online: boolean;
	readonly addedMs: number;
	readonly notAfterMs: number | null;
	/** Twelve groups of five digits, equal on both devices. */
	readonly safety: string;
}

/** Evidence of how far a revocation has taken effect. */
export interface RevocationProof {
	readonly atMs: number;
	/** Ms until the relay had it; `null`: not yet. */
	readonly relayMs: number | null;
	/** Cameras online at the time, with the ms until each acted on it. */
	readonly cameras: readonly { readonly device: DeviceId; readonly ms: number | null }[];
}

/** One entry of an owner: a device was let in, revoked or changed, or the home was. */
export interface ForkLine {
	readonly what: 'in' | 'out' | 'changed' | 'home';
	/** Name of the device, if known. */
	readonly name: string | null;
}

/** Two owners signed concurrently (ID46). */
export interface ForkSummary {
	readonly mine: readonly ForkLine[];
	readonly theirs: readonly ForkLine[];
	/** This device can merge both branches. */
	readonly may: boolean;
}

/** What changed: the members or what is known of them; which are online; the fork. */
export type MembersChange = 'members' | 'presence' | 'fork';

/**
 * The devices of this home. Throws `Fault`: `denied` (not an owner), `conflict`, and what the vault
 * throws.
 */
export interface MemberListControls {
	readonly list: readonly Member[];
	/** Whether this device may sign the roster. */
	readonly owner: boolean;
	/** The relay shows a roster that does not follow ours; it is ignored. */
	readonly forked: boolean;
	/** Entries of both branches when the other is known; else `null`. */
	readonly fork: ForkSummary | null;
	on(listener: (change: MembersChange) => void): () => void;
	rename(device: DeviceId, name: string): Promise<void>;
	/** Revokes a member: new home key, new epochs, closed sockets. Calls `tell` as proof comes in. */
	revoke(device: DeviceId, tell: (revoked: RevocationProof) => void): Promise<void>;
	/** Revokes kits that have claims, and undoes what came of them (KT8, KT12). */
	rollBackClaims(): Promise<void>;
	/** Merges both branches (ID46). */
	settle(): Promise<void>;
	/** Sets roles and end date; the last owner must stay one. */
	change(device: DeviceId, roles: readonly Role[], notAfterMs: number | null): Promise<void>;
	/** Has all cameras grant a member the keys of footage from before it joined. */
	showEarlier(device: DeviceId): Promise<void>;
}

const WEEK_S = 7 * 24 * 3600;
/** How long the proof of a revocation is collected after it. */
const PROOF_MS = 60_000;
/** As often as the relay connection is checked. */
const POLL_MS = 10_000;
/** Messages the relay may have queued: no sign of life now (LV29). */
const QUEUED_TYPES: readonly Message['t'][] = ['show-earlier', 'grants', 'home-key', 'acted'];

export interface MemberListDependencies {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	readonly messenger: Pick<
		RelayClient,
		'online' | 'heardMs' | 'on' | 'onMessage' | 'send' | 'sendCounted' | 'forked' | 'relaySeq'
	>;
	readonly lastSeen: Pick<LastSeenTracker, 'recordSeen' | 'setMembers' | 'persist'>;
	/** Grants of this device's own cameras. */
	readonly grantIssuer: Pick<GrantIssuer, 'onActed' | 'showEarlier'>;
}

/** A revocation whose proof is still being collected. */
interface PendingProof {
	readonly seq: number;
	readonly begunMs: number;
	readonly atMs: number;
	relayMs: number | null;
	readonly cameras: Map<DeviceId, number | null>;
	readonly tell: (revoked: RevocationProof) => void;
}

export class MemberList implements MemberListControls {
	readonly #tools: MemberListDependencies;
	readonly #listeners = new Listeners<[MembersChange]>();
	readonly #homeKeySender: HomeKeySender;
	readonly #pending = new Set<PendingProof>();
	#list: readonly Member[] = [];
	#fork: ForkSummary | null = null;
	/** As listeners were last told of it. */
	#shownFork = JSON.stringify([false, null]);
	readonly #listing = new Serial();
	#known: { readonly of: string; readonly members: readonly OpenedMember[] } | null = null;

	constructor(tools: MemberListDependencies) {
		this.#tools = tools;
		this.#homeKeySender = new HomeKeySender(tools.homeRoster, tools.messenger);
		// A camera's name stands in for that of its device.
		tools.localDevice.on(() => this.#refresh('members'));
		tools.clock.every(POLL_MS, () => this.#seePresent());
		tools.messenger.on(only(['presence'], () => this.#refresh('presence')));
		tools.messenger.on(
			only(['roster'], () => {
				this.#proveRelay();
				this.#refresh('fork');
			}),
		);
		tools.messenger.onMessage((message, from) => this.#onMessage(message, from));
		tools.grantIssuer.onActed((rosterSeq) => {
			const device = tools.localDevice.unlocked?.identity.device;
			if (device !== undefined) this.#proveCamera(device, rosterSeq);
		});
		this.#refresh('members');
	}

	get list(): readonly Member[] {
		return this.#list;
	}

	get owner(): boolean {
		return this.#tools.homeRoster.owner;
	}

	get forked(): boolean {
		return this.#tools.messenger.forked;
	}

	get fork(): ForkSummary | null {
		return this.#fork;
	}

	on(listener: (change: MembersChange) => void): () => void {
		return this.#listeners.add(listener);
	}

	rename(device: DeviceId, name: string): Promise<void> {
		return this.#tools.homeRoster.amend(device, { name });
	}

	change(device: DeviceId, roles: readonly Role[], notAfterMs: number | null): Promise<void> {
		return this.#tools.homeRoster.amend(device, { roles, notAfterMs });
	}

	revoke(device: DeviceId, tell: (revoked: RevocationProof) => void): Promise<void> {
		return this.#revoke((homeRoster) => homeRoster.revoke(device), tell);
	}

	rollBackClaims(): Promise<void> {
		return this.#revoke(
			(homeRoster) => homeRoster.rollBackClaims(),
			() => undefined,
		);
	}

	settle(): Promise<void> {
		return this.#revoke(
			(homeRoster) => homeRoster.settle(),
			() => undefined,
		);
	}

	async #revoke(
		work: (homeRoster: HomeRoster) => Promise<Revocation>,
		tell: (revoked: RevocationProof) => void,
	): Promise<void> {
		const { homeRoster, messenger, clock } = this.#tools;
		const begunMs = clock.monotonicMs();
		const { seq, grants } = await work(homeRoster);
		const cameras = new Map<DeviceId, number | null>();
		for (const [camera, { roles }] of homeRoster.roster?.devices ?? []) {
			if (!may(roles, 'record')) continue;
			if (messenger.online.has(camera) || this.#isSelf(camera)) cameras.set(camera, null);
		}
		const pending = { seq, begunMs, atMs: clock.wallMs(), relayMs: null, cameras, tell };
		this.#pending.add(pending);
		clock.after(PROOF_MS, () => this.#pending.delete(pending));
		this.#reportProof(pending);
		this.#proveRelay();
		for (const [left, grant] of grants) void this.#homeKeySender.send(left, grant);
	}

	async showEarlier(device: DeviceId): Promise<void> {
		const { homeRoster, messenger } = this.#tools;
		if (!homeRoster.owner) throw new Fault('denied', 'only an owner may show earlier footage');
		if (homeRoster.member(device) === null)
			throw new Fault('not-found', 'no such member in the roster');
		const cameras = [...(homeRoster.roster?.devices ?? [])].filter(
			([camera, { roles }]) => may(roles, 'record') && camera !== device,
		);
		const entry = admissionSeq(homeRoster.entries, device);
		const sent = cameras.map(([camera]) =>
			this.#isSelf(camera)
				? this.#tools.grantIssuer.showEarlier(device)
				: messenger.sendCounted(camera, { t: 'show-earlier', device, entry }, WEEK_S),
		);
		if ((await Promise.all(sent)).includes('unsent')) {
			throw new Fault('offline', 'not every camera could be reached');
		}
	}

	#isSelf(device: DeviceId): boolean {
		return this.#tools.localDevice.unlocked?.identity.device === device;
	}

	#onMessage(message: Message, { device }: Sender): void {
		if (!QUEUED_TYPES.includes(message.t)) this.#tools.lastSeen.recordSeen(device);
		if (message.t === 'state' || message.t === 'acted') {
			this.#proveCamera(device, message.rosterSeq);
		}
	}

	#proveRelay(): void {
		const { messenger, clock } = this.#tools;
		for (const pending of this.#pending) {
			if (pending.relayMs !== null || (messenger.relaySeq ?? 0) < pending.seq) continue;
			pending.relayMs = clock.monotonicMs() - pending.begunMs;
			this.#reportProof(pending);
		}
	}

	#proveCamera(device: DeviceId, rosterSeq: number): void {
		for (const pending of this.#pending) {
			if (rosterSeq < pending.seq || pending.cameras.get(device) !== null) continue;
			pending.cameras.set(device, this.#tools.clock.monotonicMs() - pending.begunMs);
			this.#reportProof(pending);
		}
	}

	#reportProof({ atMs, relayMs, cameras, tell }: PendingProof): void {
		// Others report only a number of entries. That it includes this one is certain once the relay
		// has it (KT12).
		const known = (device: DeviceId): boolean => relayMs !== null || this.#isSelf(device);
		const said = [...cameras].map(([device, ms]) => ({ device, ms: known(device) ? ms : null }));
		tell({ atMs, relayMs, cameras: said });
	}

	#refresh(change: MembersChange): void {
		void this.#listing.run(() => this.#relist(change));
	}

	async #relist(change: MembersChange): Promise<void> {
		const { localDevice, messenger } = this.#tools;
		const self = localDevice.unlocked?.identity.device;
		const opened = localDevice.unlocked === null ? [] : await this.#opened(localDevice.unlocked);
		const fork = messenger.forked ? await this.#forkOf(opened) : null;
		const went = this.#list.some(({ device, online }) => online && !messenger.online.has(device));
		if (went) this.#tools.lastSeen.persist();
		const before = this.#list;
		this.#list = opened.map((member) => ({
			...member,
			// The founder got no name from another device; fall back to its first named camera's.
			name: member.name ?? (member.device === self ? this.#cameraName() : null),
			self: member.device === self,
			online: messenger.online.has(member.device),
		}));
		this.#seePresent();
		const changes: MembersChange[] = change === 'members' ? [change] : [];
		if (onlineOf(before) !== onlineOf(this.#list)) changes.push('presence');
		const shown = JSON.stringify([messenger.forked, fork]);
		if (shown !== this.#shownFork) changes.push('fork');
		[this.#fork, this.#shownFork] = [fork, shown];
		for (const one of changes) this.#listeners.notify(one);
	}

	/**
	 * LV29: marks devices online at the relay as seen when the relay was last heard; a page that
	 * slept knows nothing newer.
	 */
	#seePresent(): void {
		const { messenger, lastSeen } = this.#tools;
		if (messenger.heardMs === null) return;
		for (const { device, online, self } of this.#list)
			if (online && !self && messenger.online.has(device))
				lastSeen.recordSeen(device, messenger.heardMs);
	}

	async #forkOf(opened: readonly OpenedMember[]): Promise<ForkSummary | null> {
		const { localDevice, homeRoster } = this.#tools;
		const fork = await homeRoster.fork();
		if (fork === null) return null;
		const all = [...fork.mine, ...fork.theirs];
		const nameOf = async ({ subject, detail }: RosterEntry): Promise<string | null> => {
			if (subject === null) return null;
			const { device } = subject;
			const said = (await localDevice.unlocked?.nameSealer.nameOrNull(device, detail)) ?? null;
			const known = opened.find((member) => member.device === device)?.name ?? null;
			const added = all.find((one) => one.subject?.device === device && one.op !== 'revoke');
			return said ?? known ?? (added && added.detail !== detail ? nameOf(added) : null);
		};
		const linesOf = async (said: readonly RosterEntry[]): Promise<ForkLine[]> =>
			Promise.all(
				said.map(async (entry) => ({ what: FORK_LINES[entry.op], name: await nameOf(entry) })),
			);
		return {
			...{ mine: await linesOf(fork.mine), theirs: await linesOf(fork.theirs) },
			may: fork.may,
		};
	}

	#cameraName(): string | null {
		const { state } = this.#tools.localDevice;
		if (state.kind !== 'ready') return null;
		return state.cameras.find(({ name }) => name !== null)?.name ?? null;
	}

	/** Names and safety numbers; recomputed only when roster or home keys change. */
	async #opened({
		identity,
		roster,
		nameSealer,
	}: UnlockedDevice): Promise<readonly OpenedMember[]> {
		const of = `${roster.home} ${hexOf(roster.head)} ${currentHome(identity).keys.length}`;
		if (this.#known?.of === of) return this.#known.members;
		const { clock, crypto, homeRoster } = this.#tools;
		const added = addedMs(homeRoster.entries);
		this.#tools.lastSeen.setMembers(signedMs(homeRoster.entries, roster, clock.wallMs()));
		const own = concatBytes(identity.sign.public, identity.kem.public);
		const members: OpenedMember[] = [];
		for (const [device, { subject, detail, roles, notAfterMs }] of roster.devices) {
			if (subject === null) continue;
			const name = detail.length === 0 ? null : await nameSealer.nameOrNull(device, detail);
			const [a, b] = safetyInputs(own, concatBytes(subject.sign, subject.kem));
			const safety = safetyDigits([await crypto.sha256(a), await crypto.sha256(b)]);
			const at = added.get(device) ?? 0;
			members.push({ device, roles, name, notAfterMs, addedMs: at, safety });
		}
		this.#known = { of, members };
		return members;
	}
}

const FORK_LINES: Readonly<Record<RosterOp, ForkLine['what']>> = {
	...{ add: 'in', revoke: 'out', rotate: 'changed', relays: 'home', policy: 'home' },
	settle: 'home',
};

type OpenedMember = Omit<Member, 'self' | 'online'>;

function onlineOf(list: readonly Member[]): string {
	return list.flatMap(({ device, online }) => (online ? [device] : [])).join();
}
