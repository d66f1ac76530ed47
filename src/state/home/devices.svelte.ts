import { subscribed } from '#state/app/subscribed.ts';
import { faultOf, type FaultKind } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { freeName, isTaken } from '#domain/home/name.ts';
import { accessOf, isKit, may, ownerRoles } from '#domain/home/rights.ts';
import type { Role } from '#domain/home/roster.ts';
import type { Member, ForkSummary, RevocationProof } from '#engine/members/member-list.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import type { SavedCopy } from '#engine/sync/marks/saved-copies.ts';
import type { Engine } from '#state/app/engine.ts';
import { CopyRemoval } from './copy-removal.svelte.ts';

export type MemberAction = 'rename' | 'revoke' | 'change' | 'earlier';
export type { ForkSummary } from '#engine/members/member-list.ts';

/** The last action and its result. */
export interface MemberActionResult {
	readonly work: MemberAction;
	readonly device: DeviceId;
	readonly outcome: 'under-way' | 'done' | 'failed';
	readonly fault: FaultKind | null;
}

/** A revoked device, kept to show the proof: it is no longer listed. */
export interface RevokedDevice {
	readonly name: string | null;
	readonly device: DeviceId;
	readonly proof: RevocationProof;
	/** Of what its cameras saved at the relay; `null`: it is kept. */
	readonly removal: CopyRemoval | null;
}

/** What the cameras of a device saved at the relay. `unknown`: it does not answer. */
export interface SavedByDevice {
	readonly device: DeviceId;
	readonly state: 'asking' | 'known' | 'unknown';
	readonly copies: readonly SavedCopy[];
}

type DevicesEngine = Pick<
	Engine,
	'members' | 'cameraDirectory' | 'messenger' | 'lastSeen' | 'savedCopies'
>;

/** The devices of this home, and an owner's actions on them. */
export class Devices {
	worked = $state.raw<MemberActionResult | null>(null);
	settling = $state(false);
	settleFault = $state.raw<FaultKind | null>(null);
	gone = $state.raw<readonly RevokedDevice[]>([]);
	/** Of the device that somebody is about to revoke. */
	saved = $state.raw<SavedByDevice | null>(null);
	readonly #engine: DevicesEngine;
	readonly #subscribe: () => void;

	constructor(engine: DevicesEngine) {
		this.#engine = engine;
		this.#subscribe = subscribed(engine.members, engine.cameraDirectory, engine.messenger);
	}

	get list(): readonly Member[] {
		this.#subscribe();
		return this.#engine.members.list;
	}

	/** Recovery kits have a page section of their own. */
	get withoutKits(): readonly Member[] {
		return this.list.filter(({ roles }) => !isKit(roles));
	}

	get owners(): readonly Member[] {
		return this.list.filter(({ roles }) => may(roles, 'manage'));
	}

	/** Whether this device may change them. */
	get owner(): boolean {
		this.#subscribe();
		return this.#engine.members.owner;
	}

	get forked(): boolean {
		this.#subscribe();
		return this.#engine.members.forked;
	}

	get fork(): ForkSummary | null {
		this.#subscribe();
		return this.#engine.members.fork;
	}

	get link(): RelayConnectionState {
		this.#subscribe();
		return this.#engine.messenger.state;
	}

	/** When it was last seen, wall ms; `null`: never. */
	seenMs(device: DeviceId): number | null {
		this.#subscribe();
		return this.#engine.lastSeen.seenMs(device);
	}

	/** Cameras of a device, with their state. */
	cameraIdsOf(device: DeviceId): readonly WatchedCamera[] {
		this.#subscribe();
		return this.#engine.cameraDirectory.cameras.filter((camera) => camera.device === device);
	}

	/** The only owner cannot be demoted or revoked. */
	lastOwner({ roles }: Member): boolean {
		return may(roles, 'manage') && this.owners.length === 1;
	}

	/** With a single owner, suggests making another device of the same person a second one. */
	wantsOwner(member: Member): boolean {
		const { roles, self } = member;
		return accessOf(roles) === 'viewer' && !self && this.owners.length < 2;
	}

	/** Others are granted only what was recorded since they joined; owners have all keys. */
	maySeeEarlier({ roles }: Member): boolean {
		return !isKit(roles) && may(roles, 'footage') && !may(roles, 'earlier');
	}

	nameOf(device: DeviceId): string | null {
		return this.list.find((member) => member.device === device)?.name ?? null;
	}

	/** PR33: a free variant of a name that another device has; `null`: it is free. */
	freeFor(device: DeviceId, name: string): string | null {
		const others = this.list.flatMap((one) => (one.device === device ? [] : (one.name ?? [])));
		return isTaken(name, others) ? freeName(name, others) : null;
	}

	async rename(device: DeviceId, name: string): Promise<void> {
		await this.#do('rename', device, () => this.#engine.members.rename(device, name));
	}

	async change(device: DeviceId, roles: readonly Role[], notAfterMs: number | null): Promise<void> {
		await this.#do('change', device, () => this.#engine.members.change(device, roles, notAfterMs));
	}

	async makeOwner({ device, roles, notAfterMs }: Member): Promise<void> {
		await this.change(device, ownerRoles(roles), notAfterMs);
	}

	async showEarlier(device: DeviceId): Promise<void> {
		await this.#do('earlier', device, () => this.#engine.members.showEarlier(device));
	}

	async settle(): Promise<void> {
		if (this.settling) return;
		this.settling = true;
		this.settleFault = null;
		try {
			await this.#engine.members.settle();
		} catch (error) {
			this.settleFault = faultOf(error).kind;
		} finally {
			this.settling = false;
		}
	}

	/** Asks the relay what the cameras of a device saved there. */
	async lookAtSaved(device: DeviceId): Promise<void> {
		if (this.#engine.messenger.state.kind === 'none') return;
		this.saved = { device, state: 'asking', copies: [] };
		let answer: SavedByDevice;
		try {
			const copies = await (await this.#engine.savedCopies()).of(device);
			answer = { device, state: 'known', copies };
		} catch {
			answer = { device, state: 'unknown', copies: [] };
		}
		if (this.#asksAbout(device)) this.saved = answer;
	}

	#asksAbout(device: DeviceId): boolean {
		return this.saved?.device === device;
	}

	/** `remove`: what of its footage at the relay goes as well, once it is out. */
	async revoke({ device, name }: Member, remove: readonly SavedCopy[] = []): Promise<void> {
		const cameras = remove.map(({ camera }) => camera);
		const removal = cameras.length > 0 ? new CopyRemoval(this.#engine, cameras) : null;
		await this.#do('revoke', device, () =>
			this.#engine.members.revoke(device, (proof) => {
				const others = this.gone.filter((one) => one.device !== device);
				this.gone = [...others, { device, name, proof, removal }];
			}),
		);
		if (this.worked?.outcome === 'done') await removal?.begin();
	}

	async #do(work: MemberAction, device: DeviceId, doing: () => Promise<void>): Promise<void> {
		this.worked = { work, device, outcome: 'under-way', fault: null };
		try {
			await doing();
			this.worked = { work, device, outcome: 'done', fault: null };
		} catch (error) {
			this.worked = { work, device, outcome: 'failed', fault: faultOf(error).kind };
		}
	}
}
