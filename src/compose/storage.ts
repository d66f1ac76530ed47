import { BrowserStoragePersistence } from '#browser/device/storage-persistence.ts';
import { DexieEventStore } from '#browser/footage/event-store.ts';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { DexieLedger } from '#browser/storage/ledger.ts';
import { DexiePreferences } from '#browser/storage/preference-store.ts';
import { DexieReserve } from '#browser/storage/reserve.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { FootageStore } from '#engine/storage/footage-store.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Retention } from '#engine/storage/retention.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { EvictedPage } from '#ports/footage/segment-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import type { Clock } from '#ports/device/clock.ts';

/**
 * The databases, and what keeps footage within its budget. `cameraNumbers`: of the cameras of this
 * device; `cameras`: their ids, `null` while not known; `unsavedBytes`: see `DeletionJournal`.
 */
export function composeStorage(
	clock: Clock,
	cameraNumbers: () => readonly number[],
	cameras: () => readonly CameraId[] | null,
	unsavedBytes: (pages: readonly EvictedPage[]) => number,
) {
	const rows = new DexieFootageRows();
	const segments = new FootageStore(rows, clock);
	const thumbnails = new SealedThumbnails(rows);
	const events = new DexieEventStore();
	const ledger = new DexieLedger();
	const reserve = new DexieReserve();
	const persistence = new BrowserStoragePersistence();
	const journal = new DeletionJournal(ledger, clock, unsavedBytes);
	const stores = new DexiePreferences();
	const preferences = new AuditedPreferences(stores.device, ledger, clock);
	const ofCameras = new Map<number, AuditedPreferences<CameraPreferences>>();
	const cameraPreferences = (number: number) => {
		const made = ofCameras.get(number);
		if (made !== undefined) return made;
		const preferences = new AuditedPreferences(stores.camera(number), ledger, clock);
		ofCameras.set(number, preferences);
		return preferences;
	};
	const readCameras = (): Promise<CameraPreferences[]> => {
		const numbers = cameraNumbers();
		const all = numbers.length === 0 ? [1] : numbers;
		return Promise.all(all.map((number) => cameraPreferences(number).read()));
	};
	const allowance = new Allowance(preferences, clock, storageQuota);
	const pins = new Pins(segments, allowance);
	const retention = new Retention({ segments, allowance, reserve, journal });
	const maintenance = new StorageMaintenance({
		...{ clock, segments, thumbnails, reserve, ledger, journal, events },
		...{ allowance, retention, pins, origin: persistence, preferences },
		profiles: async () => (await readCameras()).map(({ profile }) => profile),
		cameras,
	});
	return {
		...{ rows, segments, thumbnails, events, ledger, persistence, preferences, cameraPreferences },
		...{ allowance, pins, retention, maintenance },
		readPreferences: () => Promise.all([preferences.read(), readCameras()]),
	};
}
export type StorageParts = ReturnType<typeof composeStorage>;

async function storageQuota(): Promise<number | null> {
	try {
		return (await navigator.storage.estimate()).quota ?? null;
	} catch {
		return null;
	}
}
