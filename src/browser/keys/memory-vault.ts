/* eslint-disable @typescript-eslint/require-await -- the port is asynchronous, a Map is not */
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { commonLength } from '#domain/home/roster.ts';
import type {
	Arrival,
	EpochFacts,
	Identity,
	KeptCamera,
	KeptEpoch,
	KeptHome,
	KeyStrength,
	NewHome,
	NewIdentity,
	NewSecret,
	PendingJoin,
	Vault,
	VaultReading,
} from '#ports/keys/vault.ts';
import { changedCamera } from './camera-rows.ts';

/** Keys that die with the tab: the last resort where a browser can store none. */
export class MemoryVault implements Vault {
	#identity: Omit<Identity, 'homes' | 'cameras'> | null = null;
	readonly #homes = new Map<HomeId, KeptHome>();
	readonly #seen = new Map<string, number>();
	readonly #cameras = new Map<CameraId, KeptCamera>();
	readonly #epochs = new Map<CameraId, KeptEpoch[]>();
	readonly #counts = new Map<DeviceId, number>();
	readonly #arrivals = new Map<string, Arrival>();
	#pendingJoin: PendingJoin | null = null;
	#count = 0;

	async read(): Promise<VaultReading> {
		if (this.#identity === null) return { kind: 'empty' };
		const [homes, cameras] = [[...this.#homes.values()], [...this.#cameras.values()]];
		return { kind: 'whole', identity: { ...this.#identity, homes, cameras } };
	}

	async create(
		{ homeKey, roster, cameras, ...identity }: NewIdentity,
		strength: KeyStrength,
	): Promise<void> {
		if (this.#identity !== null) throw new Fault('conflict', 'the vault already holds an identity');
		this.#identity = { ...identity, strength };
		const keys = [{ number: 1, key: homeKey.key, grant: homeKey.grant }];
		this.#homes.set(identity.home, { home: identity.home, roster, keys, relay: null });
		for (const camera of cameras) this.#cameras.set(camera.id, camera);
	}

	async discard(device: DeviceId): Promise<void> {
		if (this.#identity?.device === device) await this.clear();
	}

	async epoch(camera: CameraId, number: number): Promise<KeptEpoch | null> {
		return this.#epochs.get(camera)?.find((kept) => kept.number === number) ?? null;
	}

	async lastEpoch(camera: CameraId): Promise<KeptEpoch | null> {
		return this.#epochs.get(camera)?.at(-1) ?? null;
	}

	async addEpoch(camera: CameraId, facts: EpochFacts, { key, grant }: NewSecret): Promise<void> {
		const kept = this.#epochs.get(camera) ?? [];
		if (kept.some((epoch) => epoch.number === facts.number)) {
			throw new Fault('conflict', `epoch ${facts.number} already exists`);
		}
		kept.push({ ...facts, key, grant });
		kept.sort((a, b) => a.number - b.number);
		this.#epochs.set(camera, kept);
	}

	async enterHome({ home, roster, relay, keys, seenMs }: NewHome): Promise<void> {
		if (this.#identity === null) throw new Fault('not-found', 'the vault holds no identity');
		const known = this.#homes.get(home) ?? { home, roster: [], keys: [], relay };
		if (!continuesRoster(known.roster, roster))
			throw new Fault('conflict', 'the roster does not continue the stored one');
		this.#homes.set(home, { ...known, roster, relay });
		this.#see(home, known.roster.length + 1, roster.length - known.roster.length, seenMs);
		const numbers = known.keys.map(({ number }) => number);
		for (const { number, secret } of keys) {
			if (!numbers.includes(number)) await this.addHomeKey(home, number, secret);
		}
		this.#identity = { ...this.#identity, home };
	}

	async appendRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs?: number,
	): Promise<void> {
		const known = this.#home(home);
		if (seq !== known.roster.length + 1)
			throw new Fault('conflict', `entry ${seq} is not the next roster entry`);
		this.#homes.set(home, { ...known, roster: [...known.roster, ...entries] });
		if (seenMs !== undefined) this.#see(home, seq, entries.length, seenMs);
	}

	async replaceRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs: number,
	): Promise<void> {
		const known = this.#home(home);
		if (seq < 2 || seq > known.roster.length) throw new Fault('conflict', `no roster entry ${seq}`);
		this.#homes.set(home, { ...known, roster: [...known.roster.slice(0, seq - 1), ...entries] });
		for (const [camera, epochs] of this.#epochs) {
			const stale = (rosterSeq: number) => (rosterSeq < seq ? rosterSeq : 0);
			const kept = epochs.map((one) => ({ ...one, rosterSeq: stale(one.rosterSeq) }));
			this.#epochs.set(camera, kept);
		}
		for (const at of known.roster.keys()) if (at + 1 >= seq) this.#seen.delete(`${home}/${at + 1}`);
		this.#see(home, seq, entries.length, seenMs);
	}

	async seenMs(home: HomeId, seq: number): Promise<number | null> {
		return this.#seen.get(`${home}/${seq}`) ?? null;
	}

	async addHomeKey(
		home: HomeId,
		number: number,
		{ key, grant }: NewSecret,
		instead = false,
	): Promise<void> {
		const known = this.#home(home);
		const others = known.keys.filter((kept) => kept.number !== number);
		if (!instead && others.length < known.keys.length) {
			throw new Fault('conflict', `home key ${number} already exists`);
		}
		const keys = [...others, { number, key, grant }].sort((a, b) => a.number - b.number);
		this.#homes.set(home, { ...known, keys });
	}

	async setRelay(home: HomeId, relay: string | null): Promise<void> {
		this.#homes.set(home, { ...this.#home(home), relay });
	}

	async pendingJoin(): Promise<PendingJoin | null> {
		return this.#pendingJoin;
	}

	async setPendingJoin(pending: PendingJoin | null): Promise<void> {
		this.#pendingJoin = pending;
	}

	async arrivals(): Promise<readonly Arrival[]> {
		return [...this.#arrivals.values()].sort((a, b) => a.sinceMs - b.sinceMs);
	}

	async updateArrival(
		{ home, device }: Pick<Arrival, 'home' | 'device'>,
		change: (before: Arrival | null) => Arrival | null,
	): Promise<void> {
		const key = `${home}/${device}`;
		const kept = change(this.#arrivals.get(key) ?? null);
		this.#arrivals.delete(key);
		if (kept !== null) this.#arrivals.set(key, kept);
		for (const { home, device } of excessArrivals([...this.#arrivals.values()])) {
			this.#arrivals.delete(`${home}/${device}`);
		}
	}

	async camera(camera: CameraId): Promise<KeptCamera | null> {
		return this.#cameras.get(camera) ?? null;
	}

	async addCamera(camera: KeptCamera): Promise<void> {
		if (this.#cameras.has(camera.id)) throw new Fault('conflict', 'the camera already exists');
		this.#cameras.set(camera.id, camera);
	}

	async changeCamera(...[camera, change]: Parameters<Vault['changeCamera']>): Promise<void> {
		this.#cameras.set(camera, changedCamera(this.#known(camera), change));
	}

	async beginRun(camera: CameraId, atLeast: number): Promise<number> {
		const kept = this.#known(camera);
		const runNo = Math.max(kept.runNo + 1, atLeast);
		this.#cameras.set(camera, { ...kept, runNo });
		return runNo;
	}

	async nextCounter(): Promise<number> {
		this.#count += 1;
		return this.#count;
	}

	async raiseCounter(device: DeviceId, count: number): Promise<boolean> {
		if (count <= (this.#counts.get(device) ?? 0)) return false;
		this.#counts.set(device, count);
		return true;
	}

	async restore(): Promise<'there' | 'put back' | 'lost'> {
		return this.#identity === null ? 'lost' : 'there';
	}

	async clear(): Promise<void> {
		this.#identity = null;
		this.#count = 0;
		this.#counts.clear();
		this.#arrivals.clear();
		this.#pendingJoin = null;
		this.#homes.clear();
		this.#seen.clear();
		this.#cameras.clear();
		this.#epochs.clear();
	}

	dispose(): void {
		// Nothing is held outside this object.
	}

	#see(home: HomeId, seq: number, count: number, seenMs: number): void {
		for (let at = 0; at < count; at += 1) this.#seen.set(`${home}/${seq + at}`, seenMs);
	}

	#home(home: HomeId): KeptHome {
		const kept = this.#homes.get(home);
		if (kept === undefined) throw new Fault('not-found', 'no such home');
		return kept;
	}

	#known(camera: CameraId): KeptCamera {
		const kept = this.#cameras.get(camera);
		if (kept === undefined) throw new Fault('not-found', 'no such camera in the vault');
		return kept;
	}
}

/** Whether `roster` equals `kept` or extends it. */
export function continuesRoster(kept: readonly Bytes[], roster: readonly Bytes[]): boolean {
	return commonLength(kept, roster) === kept.length;
}

const MAX_ARRIVALS = 32;

/** The oldest beyond `MAX_ARRIVALS`. */
export function excessArrivals(arrivals: readonly Arrival[]): readonly Arrival[] {
	const oldest = [...arrivals].sort((a, b) => a.sinceMs - b.sinceMs);
	return oldest.slice(0, Math.max(0, oldest.length - MAX_ARRIVALS));
}
