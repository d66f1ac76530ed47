import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import type { UploadChoice } from '#domain/sync/upload-choice.ts';
import { eventMinutes, isWanted } from '#domain/sync/upload-plan.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import type { EvictedPage } from '#ports/footage/segment-store.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import { TabTurn } from './tab-turn.ts';
import { Uploader } from './uploader.ts';
import type { UploaderTools } from './uploader-tools.ts';
import type { UploadState } from './upload-state.ts';

/** Events that go before the rest; all of them count for the choice `events`. */
const URGENT_EVENTS = 100;

/** How far the copy of a camera is, by its own word. */
export interface CopiedUpTo {
	readonly runNo: number;
	readonly seq: number;
	/** Nothing older is left to send. */
	readonly done: boolean;
}

/** A camera of this device, as its recorder, live host and preferences know it. */
export interface UploadedCamera {
	readonly number: number;
	readonly recorder: {
		readonly camera: CameraId | null;
		readonly state: { readonly kind: string };
	};
	readonly hosting: { readonly watchers: readonly unknown[] };
	readonly preferences: Pick<PreferenceStore<CameraPreferences>, 'read' | 'write'> & {
		on(listener: (now: CameraPreferences) => void): () => void;
	};
}

export interface CameraUploadsTools extends Omit<UploaderTools, 'urgent' | 'wanted' | 'pace'> {
	/** Wall times at which events of the camera begin, µs. */
	readonly events: (camera: CameraId) => Promise<readonly number[]>;
	readonly onEvents: (listener: () => void) => () => void;
	/** Minutes that retention takes next. */
	readonly leaving: () => Promise<readonly number[]>;
	readonly messagesWait: () => boolean;
	/** The right to record, and to upload, of one tab. */
	readonly records: CameraLock;
	readonly uploads: CameraLock;
	readonly changed: () => void;
}

/** The copy of one camera at the relay: what a person chose for it, and how far it is. */
export class CameraUploads {
	readonly number: number;
	readonly #tools: CameraUploadsTools;
	readonly #camera: UploadedCamera;
	readonly #unsubscribe: readonly (() => void)[];
	#choice: UploadChoice | null = null;
	#uploader: Uploader | null = null;
	#turn: TabTurn | null = null;
	#id: CameraId | null = null;
	#events: ReadonlySet<number> = new Set();
	#eventsChanged = true;

	constructor(tools: CameraUploadsTools, camera: UploadedCamera) {
		this.number = camera.number;
		this.#tools = tools;
		this.#camera = camera;
		this.#unsubscribe = [
			camera.preferences.on(({ upload }) => void this.#choose(upload)),
			tools.onEvents(() => (this.#eventsChanged = true)),
		];
	}

	/** `null`: not known yet. */
	get choice(): UploadChoice | null {
		return this.#choice;
	}

	get camera(): CameraId | null {
		return this.#camera.recorder.camera;
	}

	/** `null`: nothing of it is copied. */
	get state(): UploadState | null {
		return this.#uploader?.state ?? null;
	}

	get uploader(): Pick<Uploader, 'oldestLeftUs' | 'bytesPerHour'> | null {
		return this.#uploader;
	}

	/** The newest segment that is there, and whether all is; `null`: not known in this tab. */
	get copied(): CopiedUpTo | null {
		const newest = this.#turn?.mine === true ? (this.#uploader?.newest ?? null) : null;
		return newest && { ...newest, done: this.#uploader?.state.kind === 'current' };
	}

	/** Others miss these there. */
	recheck(runNo: number, seqs: readonly SeqRange[]): void {
		this.#uploader?.recheck(runNo, seqs);
	}

	/** Whose turn it is among the tabs of this browser. Never throws. */
	async look(): Promise<void> {
		await this.#turn?.look(this.#hasLens);
	}

	/** Reads what was chosen, also in other tabs. Never throws. */
	async read(): Promise<void> {
		try {
			const { upload } = await this.#camera.preferences.read();
			await this.#choose(upload);
		} catch (error) {
			// What was known stays.
			expectFault(error);
		}
	}

	/** Throws as `PreferenceStore` does. */
	async choose(upload: UploadChoice): Promise<void> {
		await this.#camera.preferences.write({ upload });
	}

	lookAgain(): void {
		this.#uploader?.look();
	}

	askAgain(): void {
		this.#uploader?.askAgain();
	}

	unsavedBytes(page: EvictedPage): number {
		return this.#id === page.camera ? (this.#uploader?.unsavedBytes(page) ?? 0) : 0;
	}

	dispose(): void {
		for (const off of this.#unsubscribe) off();
		this.#end();
	}

	async #choose(choice: UploadChoice): Promise<void> {
		const changed = choice !== this.#choice;
		this.#choice = choice;
		const { camera } = this;
		if (choice === 'nothing' || camera !== this.#id) this.#end();
		if (choice !== 'nothing' && camera !== null && this.#uploader === null) this.#begin(camera);
		if (changed) {
			this.#uploader?.look();
			this.#tools.changed();
		}
		await this.#turn?.look(this.#hasLens);
	}

	#begin(camera: CameraId): void {
		const { records, uploads, changed } = this.#tools;
		this.#id = camera;
		this.#turn = new TabTurn(camera, records, uploads);
		const turn = this.#turn;
		const uploader = new Uploader(
			{
				...this.#tools,
				urgent: () => this.#urgent(camera),
				wanted: (minute) => this.#wanted(minute),
				heldBack: () => (turn.mine ? this.#tools.heldBack() : 'elsewhere'),
				pace: () => this.#pace,
			},
			camera,
		);
		this.#uploader = uploader;
		uploader.on(changed);
		uploader.begin();
	}

	#end(): void {
		this.#uploader?.end();
		this.#turn?.end();
		[this.#uploader, this.#turn, this.#id] = [null, null, null];
	}

	get #hasLens(): boolean {
		return !['off', 'elsewhere'].includes(this.#camera.recorder.state.kind);
	}

	get #pace(): 'full' | 'gentle' | 'wait' {
		if (this.#tools.messagesWait()) return 'wait';
		return this.#camera.hosting.watchers.length > 0 ? 'gentle' : 'full';
	}

	#wanted(minute: number): boolean {
		const nowUs = this.#tools.clock.wallMs() * 1000;
		return isWanted(this.#choice ?? 'nothing', minute, this.#events, nowUs);
	}

	/** A fault there must not hold up the rest. */
	async #urgent(camera: CameraId): Promise<readonly number[]> {
		try {
			const leaving = await this.#tools.leaving();
			if (this.#eventsChanged) {
				this.#eventsChanged = false;
				this.#events = new Set(eventMinutes(await this.#tools.events(camera)));
			}
			const newest = [...this.#events].slice(0, URGENT_EVENTS);
			return [...leaving, ...newest.filter((minute) => minute <= this.#nowMinute)];
		} catch (error) {
			expectFault(error);
			this.#eventsChanged = true;
			return [];
		}
	}

	get #nowMinute(): number {
		return minuteOf(this.#tools.clock.wallMs() * 1000);
	}
}
