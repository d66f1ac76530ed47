import { Fault, faultOf } from '#domain/fault.ts';
import type { CameraId, DeviceId, HomeId, RunId } from '#domain/ids.ts';
import { hexOf, type Bytes } from '#domain/bytes.ts';
import type { OldestKept } from '#domain/head.ts';
import type { Run } from '#domain/run.ts';
import type { Clock } from '#ports/clock.ts';
import type { Crypto, Secret } from '#ports/crypto.ts';
import type { Segments } from '#ports/segments.ts';
import type { Identity, KeyStrength, Vault } from '#ports/vault.ts';
import { epochSecret, homeSecret, makeEpoch, makeIdentity, tryIdentity } from './founding.ts';
import { Naming } from './naming.ts';
import { Keyring } from './keyring.ts';
import { MetaSealer } from './meta.ts';
import { Opener } from './open.ts';
import { RunSealer } from './seal.ts';

export type { KeyStrength } from '#ports/vault.ts';

export type HouseState =
	/** Nothing was ever started on this device. */
	| { readonly kind: 'new' }
	| {
			readonly kind: 'ready';
			readonly homeId: HomeId;
			readonly deviceId: DeviceId;
			readonly strength: KeyStrength;
			readonly cameras: readonly NamedCamera[];
	  }
	/** Footage lies here, but keys are missing or do not work: it cannot be opened. Never a new identity by itself. */
	| { readonly kind: 'keyless'; readonly missing: readonly string[]; readonly bytes: number }
	| { readonly kind: 'unavailable'; readonly fault: Fault };

export interface NamedCamera {
	readonly id: CameraId;
	/** What the person called it, opened; `null` while it has no name. */
	readonly name: string | null;
}

export interface HouseControls {
	readonly state: HouseState;
	on(listener: () => void): () => void;
	/** Reads what is here; makes nothing. */
	look(): Promise<HouseState>;
	/** First start: home, owner key, device keys, roster entry, first camera and its epoch. Only from `new`. */
	found(): Promise<HouseState>;
	name(camera: CameraId, name: string): Promise<void>;
	/** From `keyless`, after the person said so: deletes the unreadable footage and the broken keys, then `new`. */
	clear(): Promise<void>;
}

/** An epoch changes between runs only, and a run lasts four hours: so none is used for more than 24. */
const EPOCH_MS = 20 * 60 * 60 * 1000;

const LADDER: readonly KeyStrength[] = ['sealed', 'readable', 'memory'];

export interface HouseTools {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly segments: Segments;
	readonly clock: Clock;
}

/** This device's own part of a home: its identity, its cameras' names, and the keys that seal and open. */
export class House implements HouseControls {
	/** Opens what cameras of this device recorded. */
	readonly opener: Opener;
	readonly #tools: HouseTools;
	readonly #listeners = new Set<() => void>();
	#state: HouseState = { kind: 'new' };
	#identity: Identity | null = null;
	#naming: Naming | null = null;
	#keyring: Keyring | null = null;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(tools: HouseTools) {
		this.#tools = tools;
		this.opener = new Opener(tools.crypto, (camera) => {
			if (this.#keyring === null) throw notReady();
			return this.#keyring.keysOf(camera);
		});
	}

	/** `new` until the first `look`. */
	get state(): HouseState {
		return this.#state;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	look(): Promise<HouseState> {
		return this.#oneByOne(() => this.#look());
	}

	found(): Promise<HouseState> {
		return this.#oneByOne(async () => {
			const state = await this.#look();
			if (state.kind !== 'new') return state;
			try {
				await this.#climbDown();
			} catch (error) {
				// Another tab was faster: its identity is this device's.
				if (error instanceof Fault && error.kind === 'conflict') return this.#look();
				return this.#moveOut({ kind: 'unavailable', fault: faultOf(error) });
			}
			return this.#look();
		});
	}

	name(camera: CameraId, name: string): Promise<void> {
		return this.#oneByOne(async () => {
			const naming = this.#naming;
			const state = this.#state;
			if (naming === null || state.kind !== 'ready') throw notReady();
			const sealed = await naming.seal(camera, name);
			await this.#tools.vault.nameCamera(camera, sealed);
			const kept = { id: camera, name: await naming.open(camera, sealed) };
			const cameras = state.cameras.map((before) => (before.id === camera ? kept : before));
			this.#set({ ...state, cameras });
		});
	}

	clear(): Promise<void> {
		return this.#oneByOne(async () => {
			if (this.#state.kind !== 'keyless') throw new Fault('conflict', 'there are keys that work');
			const { segments, vault } = this.#tools;
			for (const camera of await segments.cameras()) {
				for (const run of await segments.runs(camera)) {
					if (run.ended === null) await segments.close(camera, run.runNo, 'interrupted');
				}
			}
			let evicted = 1;
			while (evicted > 0) evicted = (await segments.evict(Number.MAX_SAFE_INTEGER, 1000)).segments;
			await vault.clear();
			await this.#look();
		});
	}

	/**
	 * What seals the camera's next run. The run before is read for its newest head, so close it first
	 * where that is possible. Throws `conflict` unless the house is ready, `not-found` for another
	 * device's camera, and what vault and segments throw.
	 */
	beginRun(
		camera: CameraId,
		given: { readonly mime: string; readonly anchorUs: number },
	): Promise<RunSealer> {
		return this.#oneByOne(async () => {
			const { crypto, vault, segments, clock } = this.#tools;
			const identity = this.#identity;
			if (identity === null) throw notReady();
			if (!identity.cameras.some(({ id }) => id === camera)) {
				throw new Fault('not-found', 'not a camera of this device');
			}
			const last = await segments.lastRun(camera);
			const prevRunHead = last === null ? new Uint8Array(32) : await this.#newestHead(last);
			const [oldest] = last === null ? [] : await segments.runs(camera);
			const { number: epoch, secret } = await this.#currentEpoch(identity, camera);
			const runNo = await vault.beginRun(camera, (last?.runNo ?? 0) + 1);
			const runId = hexOf(crypto.random(16)) as RunId;
			const anchorUs = Math.max(0, Math.floor(given.anchorUs));
			return new RunSealer(crypto, clock, {
				start: { camera, runNo, runId, epoch, mime: given.mime, anchorUs },
				home: identity.home,
				secret,
				signKey: identity.sign.key,
				rosterSeq: identity.roster.length,
				oldestKept: oldestOf(oldest) ?? { runNo, seq: 1 },
				prevRunHead,
			});
		});
	}

	/** What seals thumbnails and events of a camera of this device. Throws as `beginRun` does. */
	beginMeta(camera: CameraId): Promise<MetaSealer> {
		return this.#oneByOne(async () => {
			const { crypto } = this.#tools;
			const identity = this.#identity;
			if (identity === null) throw notReady();
			const { number: epoch, secret } = await this.#currentEpoch(identity, camera);
			const runId = hexOf(crypto.random(16)) as RunId;
			return new MetaSealer(crypto, { home: identity.home, camera, epoch, secret, runId });
		});
	}

	async #look(): Promise<HouseState> {
		const { crypto, vault, segments } = this.#tools;
		try {
			const reading = await vault.read();
			if (reading.kind === 'empty') {
				const bytes = await segments.usedBytes();
				if (bytes === 0) return this.#moveOut({ kind: 'new' });
				return this.#moveOut({ kind: 'keyless', missing: ['all keys'], bytes });
			}
			const missing =
				reading.kind === 'damaged'
					? reading.missing
					: await tryIdentity(crypto, vault, reading.identity);
			if (reading.kind === 'damaged' || missing.length > 0) {
				const bytes = await segments.usedBytes();
				return this.#moveOut({ kind: 'keyless', missing, bytes });
			}
			return this.#set(await this.#moveIn(reading.identity));
		} catch (error) {
			return this.#moveOut({ kind: 'unavailable', fault: faultOf(error) });
		}
	}

	async #moveIn(identity: Identity): Promise<HouseState> {
		const { crypto, vault } = this.#tools;
		const secret = await homeSecret(crypto, identity);
		if (secret === null) throw new Fault('corrupt', 'the home key stopped working');
		const naming = new Naming(crypto, identity.home, secret);
		const cameras: NamedCamera[] = [];
		for (const { id, sealedName } of identity.cameras) {
			cameras.push({ id, name: sealedName && (await nameOrNull(naming, id, sealedName)) });
		}
		this.#identity = identity;
		this.#naming = naming;
		if (this.#keyring?.device !== identity.device) {
			this.#keyring = new Keyring(crypto, vault, identity);
		}
		const { home: homeId, device: deviceId, strength } = identity;
		return { kind: 'ready', homeId, deviceId, strength, cameras };
	}

	/** Makes an identity at the best strength that holds: written, read back from the disk, tried. */
	async #climbDown(): Promise<void> {
		const { crypto, vault, clock } = this.#tools;
		for (const strength of LADDER) {
			const made = await makeIdentity(crypto, clock.wallMs(), strength === 'readable');
			try {
				await vault.found(made, strength);
				const reading = await vault.read();
				if (reading.kind === 'whole') {
					const missing = await tryIdentity(crypto, vault, reading.identity);
					const [first] = reading.identity.cameras;
					if (missing.length === 0 && first !== undefined) {
						await makeEpoch(crypto, vault, reading.identity, first.id, clock.wallMs(), 1);
						return;
					}
				}
			} catch (error) {
				// Time-outs and full disks say nothing about keys; they are no reason to keep them worse.
				const refused = error instanceof Fault && REFUSALS.includes(error.kind);
				if (!refused) {
					if (!(error instanceof Fault && error.kind === 'conflict')) await this.#undo(made.device);
					throw error;
				}
			}
			await this.#undo(made.device);
		}
		throw new Fault('unsupported', 'no way to keep keys');
	}

	/** As far as it goes: what stays is found as damaged by the next look. */
	async #undo(device: DeviceId): Promise<void> {
		try {
			await this.#tools.vault.discard(device);
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
		}
	}

	async #currentEpoch(
		identity: Identity,
		camera: CameraId,
	): Promise<{ number: number; secret: Secret }> {
		const { crypto, vault, clock } = this.#tools;
		const now = clock.wallMs();
		const last = await vault.lastEpoch(camera);
		// A clock set back makes a fresh epoch, too: one more costs nothing, an old one for ever would.
		if (last !== null && Math.abs(now - last.madeMs) < EPOCH_MS) {
			const secret = await epochSecret(crypto, identity, camera, last);
			if (secret !== null) return { number: last.number, secret };
		}
		const number = (last?.number ?? 0) + 1;
		return { number, secret: await makeEpoch(crypto, vault, identity, camera, now, number) };
	}

	/** SHA-256 of the newest head of a run that can still be read, else zeros. */
	async #newestHead(run: Run): Promise<Bytes> {
		const { crypto, segments } = this.#tools;
		const tail = await segments.between(run.camera, run.endUs - 1, run.endUs + 1);
		const newest = tail.findLast((segment) => segment.runNo === run.runNo && !segment.bad);
		try {
			const stored = await segments.read(newest?.place ?? run.initPlace);
			return stored === null ? new Uint8Array(32) : await crypto.sha256(stored.head);
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return new Uint8Array(32);
			throw error;
		}
	}

	#moveOut(state: HouseState): HouseState {
		this.#identity = null;
		this.#naming = null;
		this.#keyring = null;
		return this.#set(state);
	}

	#set(state: HouseState): HouseState {
		this.#state = state;
		for (const listener of this.#listeners) listener();
		return state;
	}

	#oneByOne<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#queue.then(work);
		this.#queue = done.catch(() => undefined);
		return done;
	}
}

/** What makes the ladder go one rung down: this browser cannot keep, or did not give back, such a key. */
const REFUSALS: readonly string[] = ['unsupported', 'corrupt', 'malformed', 'internal'];

function notReady(): Fault {
	return new Fault('conflict', 'this device has no identity that works');
}

/** A name that does not open is no reason to close the house: it can be given again. */
async function nameOrNull(naming: Naming, id: CameraId, sealed: Bytes): Promise<string | null> {
	try {
		return await naming.open(id, sealed);
	} catch (error) {
		if (error instanceof Fault) return null;
		throw error;
	}
}

function oldestOf(run: Run | undefined): OldestKept | null {
	return run === undefined ? null : { runNo: run.runNo, seq: Math.max(1, run.firstSeq) };
}
