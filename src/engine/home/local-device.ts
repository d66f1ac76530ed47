import { Serial } from '#domain/base/serial.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { hexOf } from '#domain/base/bytes.ts';
import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId, RunId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Identity, KeyStrength, Vault } from '#ports/keys/vault.ts';
import { currentEpoch, type Epoch } from './epochs.ts';
import { changesBetween, type DeviceChange } from './device-change.ts';
import { becomeCamera, createIdentity } from './create-identity.ts';
import { homeSecrets, replayRosters, verifyIdentity } from './identity.ts';
import { Keyring } from './keyring.ts';
import { closeOpenRuns, findPreviousRun } from '#engine/sealing/previous-run.ts';
import { LivePartSealer } from '#engine/sealing/live-part-sealer.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { NameSealer, type NamedCamera } from './name-sealer.ts';
import { Opener, type LiveKey } from '#engine/sealing/opener.ts';
import type { Roster } from './roster.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';

export type { KeyStrength } from '#ports/keys/vault.ts';

export type LocalDeviceState =
	/** First start: no identity yet. */
	| { readonly kind: 'new' }
	| {
			readonly kind: 'ready';
			readonly homeId: HomeId;
			readonly deviceId: DeviceId;
			readonly strength: KeyStrength;
			/** Empty on a device that only watches. */
			readonly cameras: readonly NamedCamera[];
			/** Taken out of use; their footage may be here. */
			readonly removed: readonly NamedCamera[];
	  }
	/**
	 * There is footage, but its keys are missing or broken. A new identity is never made
	 * automatically.
	 */
	| { readonly kind: 'locked'; readonly missing: readonly string[]; readonly bytes: number }
	| { readonly kind: 'unavailable'; readonly fault: Fault };

export interface LocalDeviceControls {
	readonly state: LocalDeviceState;
	on(listener: (change: DeviceChange) => void): () => void;
	/** Reads the vault; creates nothing. */
	refresh(): Promise<LocalDeviceState>;
	/**
	 * First start: creates home, owner key, device keys, roster entry, first camera and its epoch. On
	 * a watch-only device: creates its camera.
	 */
	createCamera(): Promise<LocalDeviceState>;
	/**
	 * Another camera, with the lowest number never used; `prepare` gets it first. Throws `conflict`
	 * beyond sixteen, and what `prepare` and the vault throw.
	 */
	addCamera(prepare?: (number: number) => Promise<unknown>): Promise<CameraId>;
	/** Takes a camera out of use, or back into it. Footage and keys stay. Throws as `Vault` does. */
	setRemoved(camera: CameraId, removed: boolean): Promise<void>;
	nameCamera(camera: CameraId, name: string): Promise<void>;
	/**
	 * From `locked`, after a person confirmed: deletes the unreadable footage and the broken keys;
	 * leads to `new`.
	 */
	clear(): Promise<void>;
}

export interface LocalDeviceDependencies {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly segments: SegmentStore;
	readonly clock: Clock;
}

/** Available while the device's keys work. */
export interface UnlockedDevice {
	readonly identity: Identity;
	/** Replayed roster of the current home. */
	readonly roster: Roster;
	readonly nameSealer: NameSealer;
}

/** This device in its home: its identity, its cameras' names, and the keys that seal and open. */
export class LocalDevice implements LocalDeviceControls {
	/** Opens footage of any camera whose keys are here. */
	readonly opener: Opener;
	readonly #tools: LocalDeviceDependencies;
	readonly #listeners = new Listeners<[DeviceChange]>();
	readonly #epochListeners = new Listeners<[CameraId, number]>();
	#state: LocalDeviceState = { kind: 'new' };
	#unlocked: UnlockedDevice | null = null;
	#keyring: Keyring | null = null;
	readonly #serial = new Serial();

	constructor(tools: LocalDeviceDependencies) {
		this.#tools = tools;
		this.opener = new Opener(tools.crypto, (camera) => {
			if (this.#keyring === null) throw notReady();
			return this.#keyring.keysOf(camera);
		});
	}

	/** `new` until the first `refresh`. */
	get state(): LocalDeviceState {
		return this.#state;
	}

	/** `null` unless the device is unlocked. */
	get unlocked(): UnlockedDevice | null {
		return this.#unlocked;
	}

	on(listener: (change: DeviceChange) => void): () => void {
		return this.#listeners.add(listener);
	}

	refresh(): Promise<LocalDeviceState> {
		return this.#serial.run(() => this.#reload());
	}

	createCamera(): Promise<LocalDeviceState> {
		return this.#create('camera');
	}

	async addCamera(prepare?: (number: number) => Promise<unknown>): Promise<CameraId> {
		const camera = await this.change((unlocked) => becomeCamera(this.#tools, unlocked, prepare));
		// Members asked for keys when this device came online.
		this.#epochListeners.notify(camera, 1);
		return camera;
	}

	setRemoved(camera: CameraId, removed: boolean): Promise<void> {
		return this.change(() => this.#tools.vault.changeCamera(camera, { removed }));
	}

	/** A first start without a camera. */
	createViewer(): Promise<LocalDeviceState> {
		return this.#create('viewer');
	}

	/**
	 * Runs `work` on the vault in turn, then reads the result back from disk. Throws `conflict`
	 * unless the device is unlocked, and whatever `work` and the vault throw.
	 */
	change<T>(work: (unlocked: UnlockedDevice) => Promise<T>): Promise<T> {
		return this.#serial.run(async () => {
			// Another tab may have changed the vault.
			await this.#tryRefresh();
			const result = await work(this.#ready());
			await this.#refresh();
			return result;
		});
	}

	nameCamera(camera: CameraId, name: string): Promise<void> {
		return this.#serial.run(async () => {
			const { nameSealer } = this.#ready();
			const state = this.#state;
			if (state.kind !== 'ready') throw notReady();
			const sealed = await nameSealer.seal(camera, name);
			await this.#tools.vault.changeCamera(camera, { sealedName: sealed });
			const opened = await nameSealer.open(camera, sealed);
			const cameras = state.cameras.map((before) =>
				before.id === camera ? { ...before, name: opened } : before,
			);
			this.#set({ ...state, cameras }, ['names']);
		});
	}

	clear(): Promise<void> {
		return this.#serial.run(async () => {
			if (this.#state.kind !== 'locked')
				throw new Fault('conflict', "this device's keys work; nothing to clear");
			const { segments, vault } = this.#tools;
			for (const camera of await segments.cameras()) await closeOpenRuns(segments, camera);
			let evicted = 1;
			while (evicted > 0) evicted = (await segments.evict(Number.MAX_SAFE_INTEGER, 1000)).segments;
			await vault.clear();
			await this.#reload();
		});
	}

	/**
	 * For a recording camera: restores keys that somebody deleted meanwhile, or makes new ones (GO5).
	 * Throws as `Vault` does.
	 */
	ensureKeys(): Promise<void> {
		return this.#serial.run(() => this.#ensureKeys());
	}

	/**
	 * A sealer for the camera's next run. Close the previous run first if possible, because its
	 * newest head is read. Throws `conflict` unless the device is unlocked, `not-found` for another
	 * device's camera, and whatever vault and segments throw.
	 */
	beginRun(
		camera: CameraId,
		given: { readonly mime: string; readonly anchorUs: number },
	): Promise<RunSealer> {
		return this.#serial.run(async () => {
			const { crypto, vault, segments, clock } = this.#tools;
			await this.#ensureKeys();
			await this.#tryRefresh();
			const { identity, roster } = this.#ofOwnCamera(camera);
			const { prevRunHead, oldestKept, ...last } = await findPreviousRun(crypto, segments, camera);
			const { number: epoch, secret } = await this.#epoch(camera);
			const runNo = await vault.beginRun(camera, last.runNo + 1);
			const runId = hexOf(crypto.random(16)) as RunId;
			const anchorUs = Math.max(0, Math.floor(given.anchorUs));
			return new RunSealer(crypto, clock, {
				start: { camera, runNo, runId, epoch, mime: given.mime, anchorUs },
				home: identity.home,
				secret,
				signKey: identity.sign.key,
				rosterSeq: roster.seq,
				oldestKept: oldestKept ?? { runNo, seq: 1 },
				prevRunHead,
			});
		});
	}

	/** A sealer for thumbnails and events of an own camera. Throws as `beginRun` does. */
	beginSidecar(camera: CameraId): Promise<SidecarSealer> {
		return this.#serial.run(async () => {
			const { crypto } = this.#tools;
			const { identity } = this.#ofOwnCamera(camera);
			const { number: epoch, secret } = await this.#epoch(camera);
			const runId = hexOf(crypto.random(16)) as RunId;
			const { home, sign } = identity;
			return new SidecarSealer(crypto, { home, camera, epoch, secret, runId, sign: sign.key });
		});
	}

	/**
	 * A sealer for live parts, under a key that only current viewers get (LV24). Throws as `beginRun`
	 * does.
	 */
	beginLive(camera: CameraId, { run, secret }: LiveKey): Promise<LivePartSealer> {
		return this.#serial.run(async () => {
			const { home, sign } = this.#ofOwnCamera(camera).identity;
			const { number: epoch } = await this.#epoch(camera);
			const basis = { home, camera, epoch, secret, runId: run, sign: sign.key };
			return new LivePartSealer(this.#tools.crypto, basis);
		});
	}

	/** Verifies what a camera of a present or past device signed. Throws `not-found`. */
	async verifierOf(camera: CameraId): Promise<VerifyKey> {
		if (this.#keyring === null) throw notReady();
		return (await this.#keyring.keysOf(camera)).verify;
	}

	/** Number of the epoch that an own camera seals with now; makes a new one if due. */
	currentEpochNumber(camera: CameraId): Promise<number> {
		return this.#serial.run(async () => (await this.#epoch(camera)).number);
	}

	/** Called for each epoch that a camera of this device begins. */
	onEpoch(listener: (camera: CameraId, number: number) => void): () => void {
		return this.#epochListeners.add(listener);
	}

	async #epoch(camera: CameraId): Promise<Epoch> {
		const { identity, roster } = this.#ofOwnCamera(camera);
		const epoch = await currentEpoch(this.#tools, identity, roster, camera);
		if (epoch.made) this.#epochListeners.notify(camera, epoch.number);
		return epoch;
	}

	#create(as: 'camera' | 'viewer'): Promise<LocalDeviceState> {
		return this.#serial.run(async () => {
			const state = await this.#reload();
			const bare = state.kind === 'ready' && state.cameras.length === 0 && as === 'camera';
			if (state.kind !== 'new' && !bare) return state;
			try {
				if (this.#unlocked === null) await createIdentity(this.#tools, as);
				else await becomeCamera(this.#tools, this.#unlocked);
			} catch (error) {
				// Another tab was faster; adopt its identity.
				if (error instanceof Fault && error.kind === 'conflict') return this.#reload();
				return this.#lock({ kind: 'unavailable', fault: faultOf(error).of('keys') });
			}
			return this.#reload();
		});
	}

	#ready(): UnlockedDevice {
		if (this.#unlocked === null) throw notReady();
		return this.#unlocked;
	}

	#ofOwnCamera(camera: CameraId): UnlockedDevice {
		const unlocked = this.#ready();
		if (unlocked.identity.cameras.some(({ id }) => id === camera)) return unlocked;
		throw new Fault('not-found', 'not a camera of this device');
	}

	async #reload(): Promise<LocalDeviceState> {
		const { crypto, vault, segments } = this.#tools;
		try {
			const reading = await vault.read();
			if (reading.kind === 'empty') {
				const bytes = await segments.usedBytes();
				if (bytes === 0) return this.#lock({ kind: 'new' });
				return this.#lock({ kind: 'locked', missing: ['all keys'], bytes });
			}
			const missing =
				reading.kind === 'damaged'
					? reading.missing
					: await verifyIdentity(crypto, vault, reading.identity);
			if (reading.kind === 'damaged' || missing.length > 0) {
				const bytes = await segments.usedBytes();
				return this.#lock({ kind: 'locked', missing, bytes });
			}
			return await this.#unlock(reading.identity);
		} catch (error) {
			return this.#lock({ kind: 'unavailable', fault: faultOf(error).of('keys') });
		}
	}

	async #ensureKeys(): Promise<void> {
		if (this.#unlocked === null || (await this.#restore()) !== 'lost') return;
		await createIdentity(this.#tools, 'camera');
		await this.#reload();
	}

	/** `null`: the vault failed. A slow vault must not prevent recording. */
	async #restore(): Promise<'there' | 'put back' | 'lost' | null> {
		try {
			return await this.#tools.vault.restore();
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}

	/**
	 * Another tab may have joined another home. A slow vault must not prevent recording: on failure
	 * the known state stays.
	 */
	async #tryRefresh(): Promise<void> {
		try {
			if (this.#unlocked !== null) await this.#refresh();
		} catch (error) {
			expectFault(error);
		}
	}

	async #refresh(): Promise<void> {
		const reading = await this.#tools.vault.read();
		if (reading.kind !== 'whole') throw new Fault('corrupt', 'the vault is no longer complete');
		await this.#unlock(reading.identity);
	}

	async #unlock(identity: Identity): Promise<LocalDeviceState> {
		const { crypto, vault } = this.#tools;
		const rosters = await replayRosters(crypto, identity);
		const roster = rosters?.get(identity.home);
		if (!rosters || !roster) throw new Fault('corrupt', 'a stored roster no longer replays');
		const secrets = await homeSecrets(crypto, identity, rosters);
		if (secrets[0]?.home !== identity.home)
			throw new Fault('corrupt', 'no home key of the current home works');
		const nameSealer = new NameSealer(crypto, secrets);
		const before = this.#unlocked?.identity;
		const named = await nameSealer.namedCameras(identity.cameras);
		this.#unlocked = { identity, roster, nameSealer };
		if (this.#keyring?.device !== identity.device) this.#keyring = new Keyring(crypto, vault);
		this.#keyring.setIdentity(identity, rosters);
		const { home: homeId, device: deviceId, strength } = identity;
		const state = { kind: 'ready', homeId, deviceId, strength, ...named } as const;
		const known = this.#state.kind === 'ready' ? this.#state.cameras : [];
		const was = before === undefined ? null : { identity: before, cameras: known };
		return this.#set(state, changesBetween(was, { identity, cameras: named.cameras }));
	}

	#lock(state: LocalDeviceState): LocalDeviceState {
		this.#unlocked = null;
		this.#keyring = null;
		return this.#set(state, ['identity']);
	}

	#set(state: LocalDeviceState, changes: readonly DeviceChange[]): LocalDeviceState {
		this.#state = state;
		for (const change of changes) this.#listeners.notify(change);
		return state;
	}
}

function notReady(): Fault {
	return new Fault('conflict', 'this device has no working identity', undefined, 'keys');
}
