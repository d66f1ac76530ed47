import Dexie, { type Table } from 'dexie';
import { idFrom, type CameraId, type DeviceId } from '#domain/base/ids.ts';
import { GRANT_BYTES } from '#domain/home/grant.ts';
import type { GrantStore, StoredGrant } from '#ports/keys/grant-store.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { isBytes } from './key-rows.ts';

interface GrantRow extends StoredGrant {
	readonly camera: CameraId;
}
type GrantKey = [camera: CameraId, number: number, recipient: DeviceId];

class GrantDatabase extends Dexie {
	readonly grants: Table<GrantRow, GrantKey>;

	constructor(name: string) {
		super(name, { cache: 'disabled', chromeTransactionDurability: 'strict' });
		this.version(1).stores({ grants: '[camera+number+recipient]' });
		this.grants = this.table('grants');
	}
}

/** In a database of its own: grants leave with their footage, what is in the vault stays. */
export class DexieGrantStore implements GrantStore {
	readonly #connection: DatabaseConnection<GrantDatabase>;

	constructor(name = 'spycam-grants') {
		this.#connection = new DatabaseConnection(() => new GrantDatabase(name), 'settings');
	}

	async of(camera: CameraId): Promise<StoredGrant[]> {
		const rows = await this.#connection.read(['grants'], ({ grants }) =>
			keysFrom(grants, camera).toArray(),
		);
		return rows.flatMap((row) => grantFrom(row) ?? []);
	}

	async add(camera: CameraId, stored: readonly StoredGrant[]): Promise<void> {
		await this.#connection.write(['grants'], async ({ grants }) => {
			for (const { number, recipient, grant } of stored) {
				if ((await grants.get([camera, number, recipient])) === undefined)
					await grants.put({ camera, number, recipient, grant });
			}
		});
	}

	async delete(camera: CameraId, numbers: readonly number[]): Promise<void> {
		await this.#connection.write(['grants'], async ({ grants }) => {
			for (const number of numbers) await keysFrom(grants, camera, number, number).delete();
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

function keysFrom(
	grants: Table<GrantRow, GrantKey>,
	camera: CameraId,
	first: number = -Infinity,
	last: number = Infinity,
) {
	const key = '[camera+number+recipient]';
	return grants.where(key).between([camera, first, ''], [camera, last, '\uffff']);
}

function grantFrom(row: unknown): StoredGrant | null {
	const { number, recipient, grant } = row as Partial<GrantRow>;
	const device = idFrom<DeviceId>(recipient);
	const whole = Number.isSafeInteger(number) && isBytes(grant, GRANT_BYTES);
	return device !== null && whole ? { number: Number(number), recipient: device, grant } : null;
}
