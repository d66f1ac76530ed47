import { subscribed } from '#state/app/subscribed.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { isOwner } from '#domain/home/rights.ts';
import { UPLOAD_CHOICES, type UploadChoice } from '#domain/sync/upload-choice.ts';
import type { UploadState } from '#engine/sync/upload-state.ts';
import type {
	CameraCopy,
	DeviceUploadChoices,
	RelayUsage,
	UnsavedForecast,
	UploadControls,
} from '#engine/sync/uploads.ts';
import type { Engine } from '#state/app/engine.ts';

export type CopyState = UploadState;

/** Sooner than this it is said that footage will be deleted that is nowhere else. */
const SOON_MS = 24 * 3_600_000;
const DAY_HOURS = 24;

/** The copy of this device's footage at the relay. */
export class RelayCopy {
	/** Why the last choice was not saved. */
	fault = $state.raw<Fault | null>(null);
	readonly choices = UPLOAD_CHOICES;
	readonly #engine: Engine;
	readonly #uploads: UploadControls;
	readonly #subscribe: () => void;

	private constructor(engine: Engine, uploads: UploadControls) {
		this.#engine = engine;
		this.#uploads = uploads;
		this.#subscribe = subscribed(
			...[uploads, engine.members, engine.messenger, engine.maintenance, engine.power],
		);
	}

	/** Throws when the app's files cannot be loaded. */
	static async open(engine: Engine): Promise<RelayCopy> {
		return new RelayCopy(engine, await engine.uploads());
	}

	/** Of this device's cameras. */
	get cameras(): readonly CameraCopy[] {
		this.#subscribe();
		return this.#uploads.cameras.map(({ number, camera, choice, state }) => {
			return { number, camera, choice, state };
		});
	}

	/** `null`: nothing of that camera is copied, as far as is known. */
	stateOf(camera: CameraId): UploadState | null {
		return this.cameras.find((one) => one.camera === camera)?.state ?? null;
	}

	/** Some camera is copied. */
	get on(): boolean {
		return this.cameras.some(({ choice }) => choice !== null && choice !== 'nothing');
	}

	/** What was chosen is known. */
	get known(): boolean {
		this.#subscribe();
		return this.#uploads.device !== null && this.cameras.every(({ choice }) => choice !== null);
	}

	/** `none`: this home has no relay; `nearby`: another device plays one, and keeps nothing. */
	get relay(): 'none' | 'nearby' | 'away' | 'connected' {
		this.#subscribe();
		const { state } = this.#engine.messenger;
		if (state.kind === 'none') return 'none';
		if (!state.origin.startsWith('http')) return 'nearby';
		return state.kind === 'connected' ? 'connected' : 'away';
	}

	/** No other device or kit of this home could open a copy. */
	get alone(): boolean {
		this.#subscribe();
		return this.#engine.members.list.every(({ self }) => self);
	}

	/** Whether somebody at this device may decide. */
	get owner(): boolean {
		this.#subscribe();
		return this.#engine.members.owner;
	}

	/** This browser belongs to no home. */
	get homeless(): boolean {
		this.#subscribe();
		return this.#engine.members.list.length === 0;
	}

	/** Names of the devices where somebody may. */
	get owners(): readonly string[] {
		this.#subscribe();
		const owners = this.#engine.members.list.filter(({ roles, self }) => isOwner(roles) && !self);
		return owners.flatMap(({ name }) => name ?? []);
	}

	/** What this home takes at the relay; `null`: it did not say. */
	get usage(): RelayUsage | null {
		this.#subscribe();
		return this.#uploads.usage;
	}

	get device(): DeviceUploadChoices | null {
		this.#subscribe();
		return this.#uploads.device;
	}

	/** What the browser tells of: the cost of the network, the battery. */
	get tells(): { readonly cost: boolean; readonly battery: boolean } {
		this.#subscribe();
		return { cost: this.#uploads.tellsCost, battery: this.#engine.power.charge !== null };
	}

	/** Bytes of a day of recording; `null`: not known yet. */
	get bytesPerDay(): number | null {
		this.#subscribe();
		const { outlook } = this.#engine.maintenance;
		return outlook === null ? null : outlook.bytesPerHour * DAY_HOURS;
	}

	/** `null`: nothing is lost within a day. */
	get forecast(): UnsavedForecast | null {
		this.#subscribe();
		const { forecast } = this.#uploads;
		return forecast === null || forecast.inMs > SOON_MS ? null : forecast;
	}

	/** Since when it is another store than before; `null`: it is not, or all is there again. */
	get anotherSinceMs(): number | null {
		const busy = this.cameras.some(({ state }) => state !== null && state.minutesLeft !== 0);
		return busy ? this.#uploads.anotherSinceMs : null;
	}

	async choose(number: number, choice: UploadChoice): Promise<void> {
		await this.#try(() => this.#uploads.choose(number, choice));
	}

	/** For every camera of this device. */
	async begin(choice: UploadChoice): Promise<void> {
		for (const { number } of this.cameras) await this.choose(number, choice);
	}

	async set(change: Partial<DeviceUploadChoices>): Promise<void> {
		await this.#try(() => this.#uploads.set(change));
	}

	/** What this home may hold at the relay; `null`: as much as there is. Whether it is so now. */
	async lowerShare(bytes: number | null): Promise<boolean> {
		await this.#try(() => this.#uploads.lowerShare(bytes));
		return this.fault === null;
	}

	async #try(work: () => Promise<void>): Promise<void> {
		this.fault = null;
		try {
			await work();
		} catch (error) {
			this.fault = faultOf(error);
		}
	}
}
