import type { PageReloader } from '#ports/app/page-reloader.ts';

const STORAGE_KEY = 'spycam-reloaded';

/**
 * Remembered for the life of the tab, which is as long as a page that reloads itself could go round
 * in circles.
 */
export class BrowserPageReloader implements PageReloader {
	get lastMs(): number | null {
		try {
			const kept = sessionStorage.getItem(STORAGE_KEY);
			return kept === null ? null : Number(kept);
		} catch {
			return null;
		}
	}

	reload(nowMs: number): boolean {
		try {
			sessionStorage.setItem(STORAGE_KEY, String(nowMs));
		} catch {
			return false;
		}
		location.reload();
		return true;
	}
}
