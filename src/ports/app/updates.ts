/**
 * `waiting`: a newer version is installed and waits. `in-charge`: it controls this page, which
 * still runs the old one.
 */
export type UpdateState = 'none' | 'waiting' | 'in-charge';

/** The app's installed files and their updates (docs/spec/app.md). */
export interface Updates {
	readonly state: UpdateState;
	on(listener: () => void): () => void;
	/** Registers the service worker and checks for updates from time to time. Never throws. */
	begin(): Promise<void>;
	/** Checks for an update now; resolves when it is installed or there is none. Never throws. */
	check(): Promise<void>;
	/** Whether any tab of this browser, including this one, records. Throws `Fault`: `timeout`. */
	anyTabRecords(): Promise<boolean>;
	/** Activates the waiting version; other tabs keep their page. Throws `Fault`: `timeout`. */
	activate(): Promise<void>;
	/** Reloads this page. */
	reload(): void;
}
