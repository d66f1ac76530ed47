import { Dexie, type Table } from 'dexie';
import type { Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import { idFrom, type CameraId, type DeviceId, type HomeId } from '#domain/ids.ts';
import type { KemKey, SignKey } from '#ports/crypto.ts';
import type {
	KeptCamera,
	KeptEpoch,
	KeptSecret,
	KeyStrength,
	NewIdentity,
	Vault,
	VaultReading,
} from '#ports/vault.ts';
import {
	dtlsOfRow,
	isBytes,
	pairOf,
	pairRow,
	secretOf,
	secretRow,
	type KeyRow,
} from './kept-keys.ts';
import { MemoryVault } from './memory-vault.ts';

const VAULT_NAME = 'spycam-vault';
const VERSION = 1;
const DEADLINE_MS = 5000;

interface IdentityRow {
	readonly id: 'this';
	readonly version: number;
	readonly strength: KeyStrength;
	readonly home: HomeId;
	readonly device: DeviceId;
}

interface EpochRow {
	readonly camera: CameraId;
	readonly number: number;
	readonly madeMs: number;
}

/**
 * Layout: docs/spec/identity.md, "Vault". Grants lie apart from keys, because a key that cannot be read
 * makes its whole row unreadable. It is never changed by an upgrade of the footage's database.
 */
class VaultDatabase extends Dexie {
	declare readonly identity: Table<IdentityRow, string>;
	declare readonly keys: Table<KeyRow, string>;
	declare readonly grants: Table<{ name: string; bytes: Bytes }, string>;
	declare readonly epochs: Table<EpochRow, [CameraId, number]>;
	declare readonly roster: Table<{ seq: number; bytes: Bytes }, number>;
	declare readonly cameras: Table<KeptCamera, CameraId>;

	constructor(name: string) {
		// Relaxed writes may be lost for 30 s after a power cut; a key must not be.
		super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' });
		this.version(VERSION).stores({
			identity: 'id',
			keys: 'name',
			grants: 'name',
			epochs: '[camera+number]',
			roster: 'seq',
			cameras: 'id',
		});
	}
}

/** The vault in IndexedDB; for `memory` it holds the keys itself. */
export class BrowserVault implements Vault {
	readonly #db: VaultDatabase;
	readonly #deadlineMs: number;
	#memory: MemoryVault | null = null;

	constructor(name = VAULT_NAME, deadlineMs = DEADLINE_MS) {
		this.#db = new VaultDatabase(name);
		this.#deadlineMs = deadlineMs;
	}

	async read(): Promise<VaultReading> {
		if (this.#memory !== null) return this.#memory.read();
		const row = await this.#row(this.#db.identity, 'this');
		if (row === undefined) {
			const counts = await this.#do(() => Promise.all(this.#db.tables.map((t) => t.count())));
			return counts.every((count) => count === 0)
				? { kind: 'empty' }
				: { kind: 'damaged', missing: ['identity'] };
		}
		return this.#readWhole(row);
	}

	async found(identity: NewIdentity, strength: KeyStrength): Promise<void> {
		if (this.#memory !== null) throw new Fault('conflict', 'an identity is there already');
		if (strength === 'memory') {
			const memory = new MemoryVault();
			await memory.found(identity, strength);
			this.#memory = memory;
			return;
		}
		const { home, device, owner, sign, kem, dtls, homeKey } = identity;
		const pairs = await Promise.all([
			pairRow('owner', owner, strength),
			pairRow('sign', sign, strength),
			pairRow('kem', kem, strength),
		]);
		const keys = [...pairs, secretRow(homeKeyName(1), homeKey, strength)];
		await this.#write(async (db) => {
			await db.identity.add({ id: 'this', version: VERSION, strength, home, device });
			await db.keys.bulkAdd(keys);
			await db.grants.add({ name: homeKeyName(1), bytes: homeKey.grant });
			await db.roster.bulkAdd(identity.roster.map((bytes, at) => ({ seq: at + 1, bytes })));
			await db.cameras.bulkAdd([...identity.cameras]);
		});
		if (dtls === null) return;
		// Alone: not every engine can store a certificate, and it can be made anew.
		const certificate = dtls.certificate as unknown as RTCCertificate;
		await this.#do(() => this.#db.keys.put({ name: 'dtls', key: certificate })).catch(
			() => undefined,
		);
	}

	async discard(device: DeviceId): Promise<void> {
		const held = await this.#memory?.read();
		if (held?.kind === 'whole' && held.identity.device === device) this.#memory = null;
		await this.#write(async (db) => {
			const row = await db.identity.get('this');
			if (row?.device === device) await Promise.all(db.tables.map((table) => table.clear()));
		});
	}

	async epoch(camera: CameraId, number: number): Promise<KeptEpoch | null> {
		if (this.#memory !== null) return this.#memory.epoch(camera, number);
		const row = await this.#row<EpochRow, [CameraId, number]>(this.#db.epochs, [camera, number]);
		if (row === undefined) return null;
		const { madeMs } = row;
		return { number, madeMs, ...(await this.#secret(epochName(camera, number))) };
	}

	async lastEpoch(camera: CameraId): Promise<KeptEpoch | null> {
		if (this.#memory !== null) return this.#memory.lastEpoch(camera);
		const numbers = this.#db.epochs.where('[camera+number]');
		const keys = await this.#do(() =>
			numbers
				.between([camera, Dexie.minKey], [camera, Dexie.maxKey])
				.reverse()
				.limit(1)
				.primaryKeys(),
		);
		const [last] = keys;
		return last === undefined ? null : this.epoch(camera, last[1]);
	}

	async addEpoch(
		...[camera, number, madeMs, secret]: Parameters<Vault['addEpoch']>
	): Promise<void> {
		if (this.#memory !== null) return this.#memory.addEpoch(camera, number, madeMs, secret);
		const strength = (await this.#row(this.#db.identity, 'this'))?.strength;
		if (strength === undefined) throw new Fault('not-found', 'no identity');
		const name = epochName(camera, number);
		await this.#write(async (db) => {
			await db.epochs.add({ camera, number, madeMs });
			await db.keys.add(secretRow(name, secret, strength));
			await db.grants.add({ name, bytes: secret.grant });
		});
	}

	async camera(camera: CameraId): Promise<KeptCamera | null> {
		if (this.#memory !== null) return this.#memory.camera(camera);
		return keptCamera(await this.#row(this.#db.cameras, camera));
	}

	async nameCamera(camera: CameraId, sealedName: Bytes): Promise<void> {
		if (this.#memory !== null) return this.#memory.nameCamera(camera, sealedName);
		await this.#write(async (db) => {
			await db.cameras.put({ ...(await knownCamera(db, camera)), sealedName });
		});
	}

	async beginRun(camera: CameraId, atLeast: number): Promise<number> {
		if (this.#memory !== null) return this.#memory.beginRun(camera, atLeast);
		return this.#write(async (db) => {
			const kept = await knownCamera(db, camera);
			const runNo = Math.max(kept.runNo + 1, atLeast);
			await db.cameras.put({ ...kept, runNo });
			return runNo;
		});
	}

	async clear(): Promise<void> {
		this.#memory = null;
		await this.#write(async (db) => {
			await Promise.all(db.tables.map((table) => table.clear()));
		});
	}

	dispose(): void {
		this.#db.close();
	}

	async #readWhole(row: IdentityRow): Promise<VaultReading> {
		if (row.version > VERSION) throw new Fault('unsupported', 'a newer app made this vault');
		const { keys } = this.#db;
		const home = idFrom<HomeId>(row.home);
		const device = idFrom<DeviceId>(row.device);
		const owner = await pairOf<SignKey>(await this.#row(keys, 'owner'), 'ECDSA');
		const sign = await pairOf<SignKey>(await this.#row(keys, 'sign'), 'ECDSA');
		const kem = await pairOf<KemKey>(await this.#row(keys, 'kem'), 'ECDH');
		const dtls = dtlsOfRow(await this.#row(keys, 'dtls'));
		const homeKey = await this.#secret(homeKeyName(1));
		const roster = await this.#roster();
		const cameras = await this.#cameras();
		const missing = Object.entries({
			identity: home !== null && device !== null && STRENGTHS.includes(row.strength),
			'owner key': owner !== null,
			'device key': sign !== null,
			'exchange key': kem !== null,
			'home key': homeKey.key !== null || homeKey.grant !== null,
			roster: roster !== null,
			cameras: cameras !== null,
		}).flatMap(([part, there]) => (there ? [] : [part]));
		if (!home || !device || !owner || !sign || !kem || !roster || !cameras || missing.length > 0) {
			return { kind: 'damaged', missing };
		}
		const { strength } = row;
		return {
			kind: 'whole',
			identity: { strength, home, device, owner, sign, kem, dtls, homeKey, roster, cameras },
		};
	}

	async #secret(name: string): Promise<KeptSecret> {
		const grant = (await this.#row(this.#db.grants, name))?.bytes;
		return {
			key: await secretOf(await this.#row(this.#db.keys, name)),
			grant: isBytes(grant) ? grant : null,
		};
	}

	async #roster(): Promise<Bytes[] | null> {
		const seqs = await this.#do(() => this.#db.roster.toCollection().primaryKeys());
		const entries: Bytes[] = [];
		for (const seq of seqs) {
			const bytes = (await this.#row(this.#db.roster, seq))?.bytes;
			if (seq !== entries.length + 1 || !isBytes(bytes)) return null;
			entries.push(bytes);
		}
		return entries.length === 0 ? null : entries;
	}

	async #cameras(): Promise<KeptCamera[] | null> {
		const ids = await this.#do(() => this.#db.cameras.toCollection().primaryKeys());
		const cameras: KeptCamera[] = [];
		for (const id of ids) {
			const camera = keptCamera(await this.#row(this.#db.cameras, id));
			if (camera === null) return null;
			cameras.push(camera);
		}
		return cameras.length === 0 ? null : cameras.sort((a, b) => a.number - b.number);
	}

	/** One row in a transaction of its own; a row that cannot be read is a row that is not there. */
	async #row<Row, Key>(table: Table<Row, Key>, key: Key): Promise<Row | undefined> {
		try {
			return await this.#do(() => table.get(key));
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return undefined;
			throw error;
		}
	}

	#write<T>(work: (db: VaultDatabase) => Promise<T>): Promise<T> {
		return this.#do(() => this.#db.transaction('rw', this.#db.tables, () => work(this.#db)));
	}

	/** With a deadline; a connection that died is opened again, once. */
	async #do<T>(work: () => PromiseLike<T>): Promise<T> {
		try {
			return await within(this.#deadlineMs, work());
		} catch (error) {
			if (!DEAD.includes(nameOf(error))) throw faultFrom(error);
		}
		try {
			this.#db.close({ disableAutoOpen: false });
			return await within(this.#deadlineMs, work());
		} catch (error) {
			throw faultFrom(error);
		}
	}
}

const STRENGTHS: readonly KeyStrength[] = ['sealed', 'readable'];
const DEAD: readonly string[] = ['DatabaseClosedError', 'InvalidStateError'];

function homeKeyName(number: number): string {
	return `home/${number}`;
}

function epochName(camera: CameraId, number: number): string {
	return `epoch/${camera}/${number}`;
}

async function knownCamera(db: VaultDatabase, camera: CameraId): Promise<KeptCamera> {
	const kept = keptCamera(await db.cameras.get(camera));
	if (kept === null) throw new Fault('not-found', 'no such camera');
	return kept;
}

function keptCamera(row: KeptCamera | undefined): KeptCamera | null {
	if (row === undefined || idFrom<CameraId>(row.id) === null) return null;
	const { id, number, sealedName, runNo } = row;
	if (!Number.isSafeInteger(number) || !Number.isSafeInteger(runNo) || runNo < 0) return null;
	return { id, number, runNo, sealedName: isBytes(sealedName) ? sealedName : null };
}

async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Fault('timeout', 'the vault did not answer')), ms);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Dexie wraps the browser's own error as `inner`, and an aborted transaction says only there why. */
function nameOf(error: unknown): string {
	if (!(error instanceof Error)) return '';
	const inner: unknown = 'inner' in error ? error.inner : undefined;
	if (error.name === 'AbortError' && inner instanceof Error) return inner.name;
	return error.name;
}

function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	const name = nameOf(error);
	const said = `the vault said ${name}`;
	switch (name) {
		case 'ConstraintError':
		case 'BulkError':
			return new Fault('conflict', said, error);
		case 'DataCloneError':
			return new Fault('unsupported', said, error);
		case 'QuotaExceededError':
			return new Fault('quota', said, error);
		case 'VersionError':
			return new Fault('unsupported', said, error);
		case 'UnknownError':
		case 'NotReadableError':
		case 'DataError':
			return new Fault('corrupt', said, error);
		default:
			return new Fault('unavailable', said, error);
	}
}
