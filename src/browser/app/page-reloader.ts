import type { PageReloader } from '#ports/app/page-reloader.ts';

const STORAGE_KEY = 'spycam-reloaded';

/** Kept in sessionStorage: it lives as long as the tab, so it can stop a reload loop. */
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
