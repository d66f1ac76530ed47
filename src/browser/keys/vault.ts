import { Dexie } from 'dexie';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId, type DeviceId, type HomeId } from '#domain/base/ids.ts';
import type { KemKey, SignKey } from '#ports/keys/crypto.ts';
import type {
	Arrival,
	EpochFacts,
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
import { readArrivals, changeArrival, readPendingJoin } from './arrival-rows.ts';
import { cameraFromRow, changedCamera, readCameras, requireCamera } from './camera-rows.ts';
import {
	addEntries,
	addSecret,
	epochName,
	homeKeyName,
	readHome,
	readSecret,
	readSeenMs,
	seqsOf,
} from './home-rows.ts';
import { dtlsFromRow, pairFromRow, pairRow, secretRow } from './key-rows.ts';
import { continuesRoster, MemoryVault } from './memory-vault.ts';
import { VaultCopy } from './vault-copy.ts';
import {
	connectToVault,
	readRow,
	VAULT_TABLES,
	type IdentityRow,
	type VaultConnection,
	type VaultDatabase,
} from './vault-database.ts';

const VAULT_NAME = 'spycam-vault';
/** Newest version of the contents. Version 1 knows one home, one home key and one device. */
const VERSION = 2;

/** The vault in IndexedDB. At strength `memory` it delegates to a `MemoryVault`. */
export class BrowserVault implements Vault {
	readonly #connection: VaultConnection;
	readonly #copy: VaultCopy;
	#memory: MemoryVault | null = null;

	constructor(name = VAULT_NAME, deadlineMs = 5000) {
		this.#connection = connectToVault(name, deadlineMs);
		this.#copy = new VaultCopy(this.#connection);
	}

	async read(): Promise<VaultReading> {
		if (this.#memory !== null) return this.#memory.read();
		const row = await readRow(this.#connection, 'identity', 'this');
		if (row === undefined) {
			const counts = await this.#connection.read(VAULT_TABLES, ({ tables }) =>
				Promise.all(tables.map((table) => table.count())),
			);
			return counts.every((count) => count === 0)
				? { kind: 'empty' }
				: { kind: 'damaged', missing: ['identity'] };
		}
		await this.#copy.begin();
		return this.#readWhole(row);
	}

	async create(identity: NewIdentity, strength: KeyStrength): Promise<void> {
		if (this.#memory !== null) throw new Fault('conflict', 'the vault already holds an identity');
		if (strength === 'memory') {
			const memory = new MemoryVault();
			await memory.create(identity, strength);
			this.#memory = memory;
			return;
		}
		const { home, device, owner, sign, kem, dtls, homeKey } = identity;
		const pairs = await Promise.all([
			pairRow('owner', owner, strength),
			pairRow('sign', sign, strength),
			pairRow('kem', kem, strength),
		]);
		const name = homeKeyName(null, 1);
		const keys = [...pairs, secretRow(name, homeKey, strength)];
		const bare = identity.cameras.length === 0;
		const as = bare ? { version: VERSION, bare } : { version: 1 };
		await this.#write(async (db) => {
			await db.identity.add({ id: 'this', strength, home, device, ...as });
			await db.keys.bulkAdd(keys);
			await db.grants.add({ name, bytes: homeKey.grant });
			await db.roster.bulkAdd(identity.roster.map((bytes, at) => ({ seq: at + 1, bytes })));
			await db.cameras.bulkAdd([...identity.cameras]);
		});
		if (dtls === null) return;
		// In its own write: not every engine can store a certificate, and it is renewable.
		const certificate = dtls.certificate as unknown as RTCCertificate;
		await this.#write((db) => db.keys.put({ name: 'dtls', key: certificate })).catch(expectFault);
	}

	async discard(device: DeviceId): Promise<void> {
		this.#copy.forget();
		const held = await this.#memory?.read();
		if (held?.kind === 'whole' && held.identity.device === device) this.#memory = null;
		await this.#write(async (db) => {
			const row = await db.identity.get('this');
			if (row?.device === device) await Promise.all(db.tables.map((table) => table.clear()));
		});
	}

	async epoch(camera: CameraId, number: number): Promise<KeptEpoch | null> {
		if (this.#memory !== null) return this.#memory.epoch(camera, number);
		const row = await readRow(this.#connection, 'epochs', [camera, number]);
		if (row === undefined) return null;
		const { madeMs, rosterSeq = 1 } = row;
		const secret = await readSecret(this.#connection, epochName(camera, number));
		return { number, madeMs, rosterSeq, ...secret };
	}

	async lastEpoch(camera: CameraId): Promise<KeptEpoch | null> {
		if (this.#memory !== null) return this.#memory.lastEpoch(camera);
		const keys = await this.#connection.read(['epochs'], ({ epochs }) =>
			epochs
				.where('[camera+number]')
				.between([camera, Dexie.minKey], [camera, Dexie.maxKey])
				.reverse()
				.limit(1)
				.primaryKeys(),
		);
		const [last] = keys;
		return last === undefined ? null : this.epoch(camera, last[1]);
	}

	async addEpoch(camera: CameraId, facts: EpochFacts, secret: NewSecret): Promise<void> {
		if (this.#memory !== null) return this.#memory.addEpoch(camera, facts, secret);
		const { number, madeMs, rosterSeq } = facts;
		const name = epochName(camera, number);
		await this.#write(async (db) => {
			await db.epochs.add({ camera, number, madeMs, rosterSeq });
			const { strength } = identityOf(await db.identity.get('this'));
			await addSecret(db, name, secret, strength);
		});
	}

	async enterHome(entered: NewHome): Promise<void> {
		if (this.#memory !== null) return this.#memory.enterHome(entered);
		const { home, roster, relay, keys, seenMs } = entered;
		await this.#write(async (db) => {
			const row = identityOf(await db.identity.get('this'));
			const founded = row.home === home;
			const kept = founded
				? await db.roster.toArray()
				: await db.entries.where('[home+seq]').between([home, 0], [home, Dexie.maxKey]).toArray();
			const known = kept.map(({ bytes }) => bytes);
			if (!continuesRoster(known, roster))
				throw new Fault('conflict', 'the roster does not continue the stored one');
			const fresh = roster.slice(known.length);
			await addEntries(db, home, founded, known.length + 1, fresh, seenMs);
			await db.homes.put({ home, relay });
			for (const { number, secret } of keys) {
				const name = homeKeyName(founded ? null : home, number);
				if ((await db.grants.get(name)) !== undefined) continue;
				await db.keys.put(secretRow(name, secret, row.strength));
				await db.grants.put({ name, bytes: secret.grant });
			}
			await db.identity.put({ ...row, version: VERSION, current: home });
		});
	}

	async appendRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs?: number,
	): Promise<void> {
		if (this.#memory !== null) return this.#memory.appendRoster(home, seq, entries, seenMs);
		await this.#growing(home, async (db, founded) => {
			const seqs = await seqsOf(db, home, founded);
			if (seq !== seqs.length + 1)
				throw new Fault('conflict', `entry ${seq} is not the next roster entry`);
			await addEntries(db, home, founded, seq, entries, seenMs);
		});
	}

	async replaceRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs: number,
	): Promise<void> {
		if (this.#memory !== null) return this.#memory.replaceRoster(home, seq, entries, seenMs);
		await this.#growing(home, async (db, founded) => {
			const fallen = (await seqsOf(db, home, founded)).filter((one) => one >= seq);
			if (seq < 2 || fallen.length === 0) throw new Fault('conflict', `no roster entry ${seq}`);
			if (founded) await db.roster.bulkDelete(fallen);
			else await db.entries.bulkDelete(fallen.map((one): [HomeId, number] => [home, one]));
			await db.epochs.filter(({ rosterSeq = 1 }) => rosterSeq >= seq).modify({ rosterSeq: 0 });
			await addEntries(db, home, founded, seq, entries, seenMs);
		});
	}

	async seenMs(home: HomeId, seq: number): Promise<number | null> {
		if (this.#memory !== null) return this.#memory.seenMs(home, seq);
		return readSeenMs(this.#connection, home, seq);
	}

	async addHomeKey(
		home: HomeId,
		number: number,
		secret: NewSecret,
		instead = false,
	): Promise<void> {
		if (this.#memory !== null) return this.#memory.addHomeKey(home, number, secret, instead);
		await this.#growing(home, async (db, founded, { strength }) => {
			const name = homeKeyName(founded ? null : home, number);
			if (instead) await Promise.all([db.keys.delete(name), db.grants.delete(name)]);
			await addSecret(db, name, secret, strength);
		});
	}

	async setRelay(home: HomeId, relay: string | null): Promise<void> {
		if (this.#memory !== null) return this.#memory.setRelay(home, relay);
		await this.#growing(home, async (db) => {
			await db.homes.put({ home, relay });
		});
	}

	async pendingJoin(): Promise<PendingJoin | null> {
		if (this.#memory !== null) return this.#memory.pendingJoin();
		return readPendingJoin(this.#connection);
	}

	async setPendingJoin(pending: PendingJoin | null): Promise<void> {
		if (this.#memory !== null) return this.#memory.setPendingJoin(pending);
		await this.#write(async ({ pendingJoin }) => {
			if (pending === null) await pendingJoin.clear();
			else await pendingJoin.put({ id: 'this', ...pending });
		});
	}

	async arrivals(): Promise<readonly Arrival[]> {
		if (this.#memory !== null) return this.#memory.arrivals();
		return readArrivals(this.#connection);
	}

	async updateArrival(...[of, change]: Parameters<Vault['updateArrival']>): Promise<void> {
		if (this.#memory !== null) return this.#memory.updateArrival(of, change);
		await this.#write((db) => changeArrival(db, of, change));
	}

	async camera(camera: CameraId): Promise<KeptCamera | null> {
		if (this.#memory !== null) return this.#memory.camera(camera);
		return cameraFromRow(await readRow(this.#connection, 'cameras', camera));
	}

	async addCamera(camera: KeptCamera): Promise<void> {
		if (this.#memory !== null) return this.#memory.addCamera(camera);
		await this.#write(async (db) => {
			await db.cameras.add(camera);
			const row = identityOf(await db.identity.get('this'));
			await db.identity.put({ ...row, bare: false });
		});
	}

	async changeCamera(...[camera, change]: Parameters<Vault['changeCamera']>): Promise<void> {
		if (this.#memory !== null) return this.#memory.changeCamera(camera, change);
		await this.#write(async (db) => {
			await db.cameras.put(changedCamera(await requireCamera(db, camera), change));
		});
	}

	async beginRun(camera: CameraId, atLeast: number): Promise<number> {
		if (this.#memory !== null) return this.#memory.beginRun(camera, atLeast);
		return this.#write(async (db) => {
			const kept = await requireCamera(db, camera);
			const runNo = Math.max(kept.runNo + 1, atLeast);
			await db.cameras.put({ ...kept, runNo });
			return runNo;
		});
	}

	async nextCounter(): Promise<number> {
		if (this.#memory !== null) return this.#memory.nextCounter();
		return this.#write(async (db) => {
			const count = ((await db.counts.get('own'))?.count ?? 0) + 1;
			await db.counts.put({ of: 'own', count });
			return count;
		});
	}

	async raiseCounter(device: DeviceId, count: number): Promise<boolean> {
		if (this.#memory !== null) return this.#memory.raiseCounter(device, count);
		return this.#write(async (db) => {
			if (count <= ((await db.counts.get(device))?.count ?? 0)) return false;
			await db.counts.put({ of: device, count });
			return true;
		});
	}

	restore(): Promise<'there' | 'put back' | 'lost'> {
		return this.#memory?.restore() ?? this.#copy.putBack();
	}

	async clear(): Promise<void> {
		this.#memory = null;
		this.#copy.forget();
		await this.#write(async (db) => {
			await Promise.all(db.tables.map((table) => table.clear()));
		});
	}

	dispose(): void {
		this.#copy.dispose();
		this.#connection.dispose();
	}

	async #readWhole(row: IdentityRow): Promise<VaultReading> {
		if (row.version > VERSION)
			throw new Fault('newer', 'the vault was made by a newer app', undefined, 'keys');
		const keyRow = (name: string) => readRow(this.#connection, 'keys', name);
		const founded = idFrom<HomeId>(row.home);
		const home = row.current === undefined ? founded : idFrom<HomeId>(row.current);
		const device = idFrom<DeviceId>(row.device);
		const owner = await pairFromRow<SignKey>(await keyRow('owner'), 'ECDSA');
		const sign = await pairFromRow<SignKey>(await keyRow('sign'), 'ECDSA');
		const kem = await pairFromRow<KemKey>(await keyRow('kem'), 'ECDH');
		const dtls = dtlsFromRow(await keyRow('dtls'));
		const homes = founded === null || home === null ? [] : await this.#homes(founded, home);
		const cameras = await readCameras(this.#connection, row.bare === true);
		const missing = Object.entries({
			identity: home !== null && device !== null && STRENGTHS.includes(row.strength),
			'owner key': owner !== null,
			'device key': sign !== null,
			'exchange key': kem !== null,
			'home key': homes.every((one) => one.keys.length > 0),
			roster: homes.every(({ roster }) => roster.length > 0),
			cameras: cameras !== null,
		}).flatMap(([part, there]) => (there ? [] : [part]));
		if (!home || !device || !owner || !sign || !kem || !cameras || missing.length > 0) {
			return { kind: 'damaged', missing };
		}
		const { strength } = row;
		return {
			kind: 'whole',
			identity: { strength, home, device, owner, sign, kem, dtls, homes, cameras },
		};
	}

	/** The founded home first; includes the current one even if its row is lost. */
	async #homes(founded: HomeId, current: HomeId): Promise<KeptHome[]> {
		const known = await this.#connection.read(['homes'], (db) =>
			db.homes.toCollection().primaryKeys(),
		);
		const others = [...new Set([...known, current])].filter((home) => home !== founded);
		const homes = [await readHome(this.#connection, founded, true)];
		for (const home of others) homes.push(await readHome(this.#connection, home, false));
		return homes;
	}

	async #write<T>(work: (db: VaultDatabase) => PromiseLike<T>): Promise<T> {
		const done = await this.#connection.write(VAULT_TABLES, work);
		this.#copy.changed();
		return done;
	}

	/**
	 * A write that version 1 would misread, for a known home. `work` may await only Dexie's promises,
	 * or the transaction ends.
	 */
	#growing<T>(
		home: HomeId,
		work: (db: VaultDatabase, founded: boolean, row: IdentityRow) => Promise<T>,
	): Promise<T> {
		return this.#write(async (db) => {
			const [row, known] = await Promise.all([db.identity.get('this'), db.homes.get(home)]);
			const { home: first, version } = identityOf(row);
			if (first !== home && known === undefined) throw new Fault('not-found', 'no such home');
			if (version < VERSION) await db.identity.put({ ...identityOf(row), version: VERSION });
			return work(db, first === home, identityOf(row));
		});
	}
}

function identityOf(row: IdentityRow | undefined): IdentityRow {
	if (row === undefined) throw new Fault('not-found', 'the vault holds no identity');
	return row;
}

const STRENGTHS: readonly KeyStrength[] = ['sealed', 'readable'];
