import type { Reloading } from '#ports/app/reloading.ts';

const KEY = 'spycam-reloaded';

/**
 * Remembered for the life of the tab, which is as long as a page that reloads itself could go round
 * in circles.
 */
export class PageReloading implements Reloading {
	get lastMs(): number | null {
		try {
			const kept = sessionStorage.getItem(KEY);
			return kept === null ? null : Number(kept);
		} catch {
			return null;
		}
	}

	reload(nowMs: number): boolean {
		try {
			sessionStorage.setItem(KEY, String(nowMs));
		} catch {
			return false;
		}
		location.reload();
		return true;
	}
}
