import type { ScratchDatabases } from '#ports/device/device-probe.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import { BrowserVault } from '#browser/keys/vault.ts';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

const LOCK = 'spycam-check';
const FOOTAGE = 'spycam-check-footage';
const VAULT = 'spycam-check-vault';
const REMOVE_MS = 5000;

/** A store of footage on the database of this name. */
export type OpenFootage = (name: string) => SegmentStore;

/** DC1: opens temporary databases, deleting leftovers first. `taken`: another tab is checking. */
export async function openScratch(footage: OpenFootage): Promise<ScratchDatabases | 'taken'> {
	const release = await acquireLock();
	if (release === null) return 'taken';
	await deleteDatabases();
	const segments = footage(FOOTAGE);
	const vault = new BrowserVault(VAULT);
	return {
		segments,
		vault,
		remove: async () => {
			segments.dispose();
			vault.dispose();
			const gone = await deleteDatabases();
			release();
			return gone;
		},
	};
}

/** DC1: deletes what a check left behind when its tab died. */
export async function sweepScratch(): Promise<void> {
	try {
		const known = await indexedDB.databases();
		if (!known.some(({ name }) => name === FOOTAGE || name === VAULT)) return;
		const release = await acquireLock();
		if (release === null) return;
		await deleteDatabases();
		release();
	} catch {
		// The next start tries again.
	}
}

/** Lock on these databases; released with the tab at the latest. `null`: held by another tab. */
function acquireLock(): Promise<(() => void) | null> {
	return new Promise((done, fail) => {
		navigator.locks
			.request(LOCK, { ifAvailable: true }, (lock) => {
				if (lock === null) {
					done(null);
					return;
				}
				return new Promise<void>(done);
			})
			.catch(fail);
	});
}

async function deleteDatabases(): Promise<boolean> {
	const gone = await Promise.all([FOOTAGE, VAULT].map(deleteDatabase));
	return gone.every((one) => one);
}

function deleteDatabase(name: string): Promise<boolean> {
	return new Promise((done) => {
		const inTime = startDeadlineTimer(REMOVE_MS, () => {
			done(false);
		});
		const asked = indexedDB.deleteDatabase(name);
		const end = (gone: boolean) => (): void => {
			inTime();
			done(gone);
		};
		asked.onsuccess = end(true);
		asked.onerror = end(false);
	});
}
