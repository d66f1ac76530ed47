/**
 * A newer version of the app: fetched and waiting, or already in charge while this page is the old
 * one.
 */
export type UpdateState = 'none' | 'waiting' | 'in-charge';

/** The app's own files on this device, and when they change (docs/spec/app.md). */
export interface Updates {
	readonly state: UpdateState;
	on(listener: () => void): () => void;
	/**
	 * Keeps the app's files on this device and looks for newer ones from time to time. Never throws.
	 */
	begin(): Promise<void>;
	/** Looks for a newer version now; over when it is known, and here. Never throws. */
	check(): Promise<void>;
	/** Whether a tab of this browser, this one included, records. Throws `Fault`: `timeout`. */
	anyTabRecords(): Promise<boolean>;
	/**
	 * Puts the waiting version in charge; other tabs keep the page they have. Throws `Fault`:
	 * `timeout`.
	 */
	activate(): Promise<void>;
	/** Loads this page anew. */
	reload(): void;
}
