import { hexOf, joined, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import { parseEntry, type Role, type RosterEntry, type RosterOp } from '#domain/home/roster.ts';
import { lastOf } from '#domain/home/seen.ts';
import { safetyDigits, safetyInputs } from '#domain/home/safety.ts';
import type { Message } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { admissionOf } from '#engine/home/admission.ts';
import type { Granting } from './granting.ts';
import type { House, Household } from '#engine/home/house.ts';
import { homeNow } from '#engine/home/identity.ts';
import { KeyLetters } from './key-letters.ts';
import type { Link } from '#engine/messaging/link.ts';
import type { Membership, TakenOut } from '#engine/home/membership.ts';
import type { Sender } from '#engine/messaging/post.ts';
import type { Roster } from '#engine/home/roster.ts';
import type { Sightings } from './sightings.ts';

export interface Member {
	readonly device: DeviceId;
	readonly roles: readonly Role[];
	/** Opened; `null`: it has none, or its key is not here. */
	readonly name: string | null;
	readonly self: boolean;
	/** It has a socket at the relay now. */
	readonly online: boolean;
	readonly addedMs: number;
	readonly notAfterMs: number | null;
	/** Twelve groups of five digits, the same on both devices' screens. */
	readonly safety: string;
}

/** What shows that a revocation has happened everywhere. */
export interface Revoked {
	readonly atMs: number;
	/** The relay has it; ms it took. `null`: not yet. */
	readonly relayMs: number | null;
	/** Cameras that act on it, out of those that are there; with the ms it took each. */
	readonly cameras: readonly { readonly device: DeviceId; readonly ms: number | null }[];
}

/** One thing that an owner said: a device was let in, taken out or changed, or the home was. */
export interface ForkLine {
	readonly what: 'in' | 'out' | 'changed' | 'home';
	/** Of the device, as far as it is known. */
	readonly name: string | null;
}

/** Two owners signed at the same moment (ID46). */
export interface MembersFork {
	readonly mine: readonly ForkLine[];
	readonly theirs: readonly ForkLine[];
	/** This device can bring both together. */
	readonly may: boolean;
}

/**
 * The devices of this home. Throws `Fault`: `denied` (only an owner may), `conflict`, and what the
 * vault throws.
 */
export interface MembersControls {
	readonly list: readonly Member[];
	/** This device may sign the roster. */
	readonly owner: boolean;
	/** The relay shows a roster that does not follow ours: it is not believed. */
	readonly forked: boolean;
	/** What was said on both branches, where the other is known; else `null`. */
	readonly fork: MembersFork | null;
	on(listener: () => void): () => void;
	rename(device: DeviceId, name: string): Promise<void>;
	/** Out of the home: new home key, new epochs, closed sockets. Tells as more is known. */
	revoke(device: DeviceId, tell: (revoked: Revoked) => void): Promise<void>;
	/** Kits that claim, and all that came of them (KT8, KT12). */
	refuse(): Promise<void>;
	/** Brings both branches together (ID46). */
	settle(): Promise<void>;
	/** Roles and an end date; an owner cannot take the role of the last owner. */
	change(device: DeviceId, roles: readonly Role[], notAfterMs: number | null): Promise<void>;
	/** Gives a member the keys of footage recorded before it came. */
	showEarlier(device: DeviceId): Promise<void>;
}

const WEEK_S = 7 * 24 * 3600;
/** How long after a revocation it is still told who acts on it. */
const PROOF_MS = 60_000;
/** As often as a line is proved to stand. */
const LOOK_MS = 10_000;
/** Letters that may have waited for us: they say nothing of now (LV29). */
const WAITED: readonly Message['t'][] = ['show-earlier', 'grants', 'home-key', 'acted'];

export interface MembersTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly house: House;
	readonly membership: Membership;
	readonly link: Pick<
		Link,
		'online' | 'heardMs' | 'on' | 'onMessage' | 'send' | 'leave' | 'forked' | 'relaySeq'
	>;
	readonly sightings: Pick<Sightings, 'see' | 'belong' | 'keep' | 'on'>;
	/** This device's own camera. */
	readonly granting: Pick<Granting, 'onActed' | 'showEarlier'>;
}

/** A revocation whose proof is still coming in. */
interface Pending {
	readonly seq: number;
	readonly begunMs: number;
	readonly atMs: number;
	relayMs: number | null;
	readonly cameras: Map<DeviceId, number | null>;
	readonly tell: (revoked: Revoked) => void;
}

export class Members implements MembersControls {
	readonly #tools: MembersTools;
	readonly #listeners = new Set<() => void>();
	readonly #letters: KeyLetters;
	readonly #pending = new Set<Pending>();
	#list: readonly Member[] = [];
	#fork: MembersFork | null = null;
	#listing: Promise<void> = Promise.resolve();
	#known: { readonly of: string; readonly members: readonly Opened[] } | null = null;

	constructor(tools: MembersTools) {
		this.#tools = tools;
		this.#letters = new KeyLetters(tools.membership, tools.link);
		tools.membership.on(() => this.#look());
		tools.sightings.on(() => this.#look());
		tools.clock.every(LOOK_MS, () => this.#seePresent());
		tools.link.on(() => {
			this.#proveRelay();
			this.#look();
		});
		tools.link.onMessage((message, from) => this.#hear(message, from));
		tools.granting.onActed((rosterSeq) => {
			const device = tools.house.household?.identity.device;
			if (device !== undefined) this.#proveCamera(device, rosterSeq);
		});
		this.#look();
	}

	get list(): readonly Member[] {
		return this.#list;
	}

	get owner(): boolean {
		return this.#tools.membership.owner;
	}

	get forked(): boolean {
		return this.#tools.link.forked;
	}

	get fork(): MembersFork | null {
		return this.#fork;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	rename(device: DeviceId, name: string): Promise<void> {
		return this.#tools.membership.amend(device, { name });
	}

	change(device: DeviceId, roles: readonly Role[], notAfterMs: number | null): Promise<void> {
		return this.#tools.membership.amend(device, { roles, notAfterMs });
	}

	revoke(device: DeviceId, tell: (revoked: Revoked) => void): Promise<void> {
		return this.#takeOut((membership) => membership.revoke(device), tell);
	}

	refuse(): Promise<void> {
		return this.#takeOut(
			(membership) => membership.refuse(),
			() => undefined,
		);
	}

	settle(): Promise<void> {
		return this.#takeOut(
			(membership) => membership.settle(),
			() => undefined,
		);
	}

	async #takeOut(
		work: (membership: Membership) => Promise<TakenOut>,
		tell: (revoked: Revoked) => void,
	): Promise<void> {
		const { membership, link, clock } = this.#tools;
		const begunMs = clock.monotonicMs();
		const { seq, grants } = await work(membership);
		const cameras = new Map<DeviceId, number | null>();
		for (const [camera, { roles }] of membership.roster?.devices ?? []) {
			if (!may(roles, 'record')) continue;
			if (link.online.has(camera) || this.#isSelf(camera)) cameras.set(camera, null);
		}
		const pending = { seq, begunMs, atMs: clock.wallMs(), relayMs: null, cameras, tell };
		this.#pending.add(pending);
		clock.after(PROOF_MS, () => this.#pending.delete(pending));
		this.#tellProof(pending);
		this.#proveRelay();
		for (const [left, grant] of grants) void this.#letters.post(left, grant);
	}

	async showEarlier(device: DeviceId): Promise<void> {
		const { membership, link } = this.#tools;
		if (!membership.owner) throw new Fault('denied', 'only an owner may');
		if (membership.member(device) === null) throw new Fault('not-found', 'no such member');
		const cameras = [...(membership.roster?.devices ?? [])].filter(
			([camera, { roles }]) => may(roles, 'record') && camera !== device,
		);
		const entry = admissionOf(membership.entries, device);
		const sent = cameras.map(([camera]) =>
			this.#isSelf(camera)
				? this.#tools.granting.showEarlier(device)
				: link.leave(camera, { t: 'show-earlier', device, entry }, WEEK_S),
		);
		if ((await Promise.all(sent)).includes('unsent')) {
			throw new Fault('offline', 'not every camera was told');
		}
	}

	#isSelf(device: DeviceId): boolean {
		return this.#tools.house.household?.identity.device === device;
	}

	#hear(message: Message, { device }: Sender): void {
		if (!WAITED.includes(message.t)) this.#tools.sightings.see(device);
		if (message.t === 'state' || message.t === 'acted') {
			this.#proveCamera(device, message.rosterSeq);
		}
	}

	#proveRelay(): void {
		const { link, clock } = this.#tools;
		for (const pending of this.#pending) {
			if (pending.relayMs !== null || (link.relaySeq ?? 0) < pending.seq) continue;
			pending.relayMs = clock.monotonicMs() - pending.begunMs;
			this.#tellProof(pending);
		}
	}

	#proveCamera(device: DeviceId, rosterSeq: number): void {
		for (const pending of this.#pending) {
			if (rosterSeq < pending.seq || pending.cameras.get(device) !== null) continue;
			pending.cameras.set(device, this.#tools.clock.monotonicMs() - pending.begunMs);
			this.#tellProof(pending);
		}
	}

	#tellProof({ atMs, relayMs, cameras, tell }: Pending): void {
		// Others count entries. That they have this very one is known when the relay has it (KT12).
		const known = (device: DeviceId): boolean => relayMs !== null || this.#isSelf(device);
		const said = [...cameras].map(([device, ms]) => ({ device, ms: known(device) ? ms : null }));
		tell({ atMs, relayMs, cameras: said });
	}

	#look(): void {
		this.#listing = this.#listing.then(() => this.#relist());
	}

	async #relist(): Promise<void> {
		const { house, link } = this.#tools;
		const self = house.household?.identity.device;
		const opened = house.household === null ? [] : await this.#opened(house.household);
		this.#fork = link.forked ? await this.#forkOf(opened) : null;
		const went = this.#list.some(({ device, online }) => online && !link.online.has(device));
		if (went) this.#tools.sightings.keep();
		this.#list = opened.map((member) => ({
			...member,
			// Whoever founded the home was never given a name by another; its camera has one.
			name: member.name ?? (member.device === self ? this.#cameraName() : null),
			self: member.device === self,
			online: link.online.has(member.device),
		}));
		this.#seePresent();
		for (const listener of this.#listeners) listener();
	}

	/**
	 * LV29: whom the relay names, as of when it was last heard: a page that slept knows nothing
	 * newer.
	 */
	#seePresent(): void {
		const { link, sightings } = this.#tools;
		if (link.heardMs === null) return;
		for (const { device, online, self } of this.#list)
			if (online && !self && link.online.has(device)) sightings.see(device, link.heardMs);
	}

	async #forkOf(opened: readonly Opened[]): Promise<MembersFork | null> {
		const { house, membership } = this.#tools;
		const fork = await membership.fork();
		if (fork === null) return null;
		const all = [...fork.mine, ...fork.theirs];
		const nameOf = async ({ subject, detail }: RosterEntry): Promise<string | null> => {
			if (subject === null) return null;
			const { device } = subject;
			const said = (await house.household?.naming.nameOrNull(device, detail)) ?? null;
			const known = opened.find((member) => member.device === device)?.name ?? null;
			const added = all.find((one) => one.subject?.device === device && one.op !== 'revoke');
			return said ?? known ?? (added && added.detail !== detail ? nameOf(added) : null);
		};
		const linesOf = async (said: readonly RosterEntry[]): Promise<ForkLine[]> =>
			Promise.all(said.map(async (entry) => ({ what: WHAT[entry.op], name: await nameOf(entry) })));
		return {
			...{ mine: await linesOf(fork.mine), theirs: await linesOf(fork.theirs) },
			may: fork.may,
		};
	}

	#cameraName(): string | null {
		const { state } = this.#tools.house;
		return state.kind === 'ready' ? (state.cameras[0]?.name ?? null) : null;
	}

	/** Names and safety numbers, worked out anew only when the roster or the home keys are others. */
	async #opened({ identity, roster, naming }: Household): Promise<readonly Opened[]> {
		const of = `${roster.home} ${hexOf(roster.head)} ${homeNow(identity).keys.length}`;
		if (this.#known?.of === of) return this.#known.members;
		const { clock, crypto, membership } = this.#tools;
		const added = addedMs(membership.entries);
		this.#tools.sightings.belong(livedMs(membership.entries, roster, clock.wallMs()));
		const own = joined(identity.sign.public, identity.kem.public);
		const members: Opened[] = [];
		for (const [device, { subject, detail, roles, notAfterMs }] of roster.devices) {
			if (subject === null) continue;
			const name = detail.length === 0 ? null : await naming.nameOrNull(device, detail);
			const [a, b] = safetyInputs(own, joined(subject.sign, subject.kem));
			const safety = safetyDigits([await crypto.sha256(a), await crypto.sha256(b)]);
			const at = added.get(device) ?? 0;
			members.push({ device, roles, name, notAfterMs, addedMs: at, safety });
		}
		this.#known = { of, members };
		return members;
	}
}

const WHAT: Readonly<Record<RosterOp, ForkLine['what']>> = {
	...{ add: 'in', revoke: 'out', rotate: 'changed', relays: 'home', policy: 'home' },
	settle: 'home',
};

type Opened = Omit<Member, 'self' | 'online'>;

function addedMs(entries: readonly Bytes[]): Map<DeviceId, number> {
	const added = new Map<DeviceId, number>();
	for (const bytes of entries) {
		const { op, subject, wallMs } = parseEntry(bytes).entry;
		if (op === 'add' && subject !== null) added.set(subject.device, wallMs);
	}
	return added;
}

/** When each member lived, by what is signed: it was let in then, or said something as an owner. */
function livedMs(
	entries: readonly Bytes[],
	{ devices }: Roster,
	nowMs: number,
): Map<DeviceId, number> {
	const lived = new Map([...devices.keys()].map((device) => [device, 0]));
	const owners = new Map(
		[...devices].flatMap(([device, { subject }]) =>
			subject?.owner ? [[hexOf(subject.owner), device] as const] : [],
		),
	);
	for (const bytes of entries) {
		const { op, subject, wallMs, author } = parseEntry(bytes).entry;
		const signer = owners.get(hexOf(author));
		for (const device of [op === 'add' ? subject?.device : undefined, signer])
			if (device !== undefined && lived.has(device))
				lived.set(device, lastOf(nowMs, wallMs, lived.get(device) ?? 0) ?? 0);
	}
	return lived;
}
