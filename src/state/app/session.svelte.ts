import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { batteryLow, type DegradationReason } from '#domain/recording/quality-ladder.ts';
import { promisesOf, type CameraPromise } from '#domain/recording/promises.ts';
import type { TamperSign } from '#domain/recording/tamper.ts';
import type { LocalDeviceState } from '#engine/home/local-device.ts';
import type { ScheduleStatus } from '#engine/recording/scheduler.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { Outlook } from '#domain/storage/forecast.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import type { WakeLockState } from '#domain/recording/wake-lock.ts';
import type { DataLoss, Trace } from '#ports/storage/persistence.ts';
import type { BatteryCharge } from '#ports/device/power-source.ts';
import type { Engine } from './engine.ts';
import { PersistencePermission } from './persistence-permission.svelte.ts';
import type { LeaveGuard } from './leave-guard.svelte.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Retry interval after the vault did not open. */
const RETRY_MS = 2000;

/** State shared by all screens: this device, its recording, language and theme. */
export class Session {
	language = $state<Language>('en');
	theme = $state<Theme>('system');
	/** Why the app could not start. */
	fault = $state.raw<Fault | null>(null);
	/** What leaving the current page would lose; `null`: nothing. */
	leaveGuard: LeaveGuard | null = null;
	/** `null` until the engine is loaded. */
	persistence = $state.raw<PersistencePermission | null>(null);
	#engine = $state.raw<Engine | null>(null);
	#opening: Promise<Engine | null> | null = null;
	/** End of the footage that existed when the page opened. */
	#footageEndUs = $state(0);
	/** End of what was recorded since, in wall ms. */
	#savedMs = $state(0);
	/** Recording was on before the reload, and could not even be attempted. */
	unresumed = $state(false);
	/**
	 * Resolves once it is known whether recording resumes by itself: the browser may prompt first.
	 */
	resumed: Promise<unknown> = Promise.resolve();
	/** This browser had a home when the app was last open here. */
	readonly #usedBefore = storedChoice('known', ['yes']) !== null;
	readonly #load: () => Promise<Engine>;
	#subscribe: () => void = () => undefined;

	constructor(load: () => Promise<Engine>) {
		this.#load = load;
		this.language = storedChoice('language', LANGUAGES) ?? preferredLanguage();
		this.theme = storedChoice('theme', THEMES) ?? 'system';
	}

	get engine(): Engine | null {
		return this.#engine;
	}

	get localDevice(): LocalDeviceState | null {
		this.#subscribe();
		return this.#engine?.localDevice.state ?? null;
	}

	/** The camera of this device; `null`: it has none yet, or it is not known yet. */
	get ownCamera(): string | null {
		const { localDevice } = this;
		return localDevice?.kind === 'ready' ? (localDevice.cameras[0]?.id ?? null) : null;
	}

	/** Where this device's own footage plays. `/saved` redirects once the camera is known. */
	get savedPath(): string {
		return this.ownCamera === null ? '/saved' : `/watch/${this.ownCamera}?saved`;
	}

	get recorder(): RecorderState | null {
		this.#subscribe();
		return this.#engine?.recorder.state ?? null;
	}

	/**
	 * This browser is new: no home and no recording. Until the engine has loaded, what localStorage
	 * remembers decides.
	 */
	get newcomer(): boolean {
		const kind = this.localDevice?.kind ?? 'unavailable';
		return kind === 'unavailable' ? !this.#usedBefore : kind === 'new';
	}

	/** Recording was asked for, whether or not something is being saved now. */
	get armed(): boolean {
		return ['starting', 'recording', 'blind'].includes(this.recorder?.kind ?? '');
	}

	/** A reload would interrupt something; also true while a lens is being opened. */
	get mustStay(): boolean {
		return this.armed || this.recorder?.kind === 'opening';
	}

	/**
	 * Why nothing is being saved although recording is on; `null`: it is saved, or recording is off.
	 */
	get blind(): RunEnd | null {
		const { recorder } = this;
		return recorder?.kind === 'blind' ? recorder.why : null;
	}

	/** Wall time (ms) of the end of the saved footage; `null`: there is none. */
	get savedUntilMs(): number | null {
		const { recorder } = this;
		const nowMs = recorder?.kind === 'recording' ? recorder.saved.untilMs : 0;
		return Math.max(this.#footageEndUs / 1000, nowMs, this.#savedMs) || null;
	}

	/** GO1: it should record, and needs the user. The fault says why. */
	get stuck(): Fault | null {
		const { recorder } = this;
		if (recorder?.kind === 'blind' && recorder.view === null) return recorder.fault;
		return recorder?.kind === 'off' && this.unresumed ? recorder.fault : null;
	}

	/** What the schedule does; `null`: not known yet. */
	get planned(): ScheduleStatus | null {
		this.#subscribe();
		return this.#engine?.scheduler.now ?? null;
	}

	/** The storage forecast of this device; `null`: not known yet. */
	get outlook(): Outlook | null {
		this.#subscribe();
		return this.#engine?.maintenance.outlook ?? null;
	}

	get charge(): BatteryCharge | null {
		this.#subscribe();
		return this.#engine?.power.charge ?? null;
	}

	get wakeLockState(): WakeLockState {
		this.#subscribe();
		return this.#engine?.wakeLock.state ?? 'unwanted';
	}

	/** What is wrong with the picture although it is saved. */
	get tamperSign(): TamperSign | null {
		this.#subscribe();
		return this.#engine?.tamperDetector.sign ?? null;
	}

	/** Why the quality is below the chosen one; `null`: it is not. */
	get degradation(): DegradationReason | null {
		this.#subscribe();
		return this.#engine?.adaptiveQuality.why ?? null;
	}

	/** The name of the chosen lens when it is missing and another is used; `null`: it is used. */
	get missingLens(): string | null {
		const { recorder } = this;
		return (recorder && 'view' in recorder ? recorder.view?.instead : null) ?? null;
	}

	/** A low battery while recording, not charging; `null`: none. */
	get lowBattery(): BatteryCharge | null {
		return this.armed && batteryLow(this.charge) ? this.charge : null;
	}

	/** Footage the browser evicted; `null`: none, or acknowledged. */
	get evicted(): Trace | null {
		this.#subscribe();
		return this.#engine?.maintenance.clearedTrace ?? null;
	}

	/** What the user deleted while a page was open; `null`: nothing, or acknowledged. */
	get cleared(): DataLoss | null {
		this.#subscribe();
		return this.#engine?.dataLoss.cleared ?? null;
	}

	/** A database that does not open: the vault, or any other. */
	get trouble(): Fault | null {
		const { localDevice } = this;
		if (localDevice?.kind === 'unavailable') return localDevice.fault;
		return this.#engine?.maintenance.fault ?? null;
	}

	/** GO7: settings whose stored value is not understood, by name. */
	get ignoredSettings(): readonly string[] {
		this.#subscribe();
		const { preferences, cameraPreferences } = this.#engine ?? {};
		return [preferences, cameraPreferences].flatMap((one) => one?.ignored ?? []);
	}

	/** Something about this site's data is to be said on every page. */
	get needsNotice(): boolean {
		const { trouble, cleared, evicted, ignoredSettings } = this;
		return (trouble ?? cleared ?? evicted) !== null || ignoredSettings.length > 0;
	}

	get promises(): CameraPromise[] {
		const { localDevice } = this;
		if (this.#engine === null) return [];
		const strength = localDevice?.kind === 'ready' ? localDevice.strength : null;
		return promisesOf(this.#engine.features, strength, this.persistence?.granted ?? null);
	}

	/** Loads the engine, unlocks this device, and resumes recording where it was on. Never throws. */
	open(): Promise<Engine | null> {
		this.#opening ??= this.#open();
		return this.#opening;
	}

	async #open(): Promise<Engine | null> {
		try {
			const engine = await this.#load();
			const permanence = new PersistencePermission(
				engine.persistence,
				engine.features.engine === 'firefox',
			);
			const sources = [
				engine.localDevice,
				engine.recorder,
				engine.maintenance,
				engine.tamperDetector,
				engine.wakeLock,
			];
			this.#subscribe = createSubscriber((update) => {
				const more = [engine.power, engine.scheduler, engine.adaptiveQuality, engine.dataLoss];
				const offs = [...sources, ...more, engine.preferences, engine.cameraPreferences].map(
					(one) => one.on(update),
				);
				return () => {
					for (const off of offs) off();
				};
			});
			engine.recorder.on(() => {
				const { kind } = engine.recorder.state;
				engine.wakeLock.setWanted(kind === 'recording' || kind === 'starting' || kind === 'blind');
				engine.showIndicator(kind === 'recording' || kind === 'blind' ? kind : 'off');
				const { state } = engine.recorder;
				if (state.kind !== 'recording') return;
				this.#savedMs = state.saved.untilMs;
				this.unresumed = false;
				permanence.saved(state.saved.untilMs - state.saved.sinceMs);
			});
			await Promise.all([engine.localDevice.refresh(), permanence.refresh()]);
			const { kind } = engine.localDevice.state;
			if (kind !== 'unavailable') storeChoice('known', kind === 'new' ? null : 'yes');
			this.#engine = engine;
			this.persistence = permanence;
			engine.maintenance.start(engine.localDevice.state.kind === 'new');
			this.resumed = this.#resume(engine);
			this.#retryKeys(engine);
			return engine;
		} catch (error) {
			this.fault =
				error instanceof Fault ? error : new Fault('unavailable', 'the app did not load', error);
			this.#opening = null;
			return null;
		}
	}

	async #resume({ scheduler, recorder, segments }: Engine): Promise<void> {
		const going = scheduler.begin();
		try {
			const runs = recorder.camera === null ? [] : await segments.runs(recorder.camera);
			this.#footageEndUs = runs.reduce((last, { endUs }) => Math.max(last, endUs), 0);
		} catch {
			// The player reports what is wrong with the store.
		}
		await going;
		this.unresumed = recorder.state.kind === 'off' && recorder.state.fault !== null;
	}

	/**
	 * The vault may be blocked (by another tab, for example) and open later; recording then resumes.
	 */
	#retryKeys(engine: Engine): void {
		if (engine.localDevice.state.kind !== 'unavailable') return;
		const retry = async (): Promise<void> => {
			const { kind } = await engine.localDevice.refresh();
			if (kind === 'ready') this.resumed = engine.recorder.resume();
			this.#retryKeys(engine);
		};
		engine.clock.after(RETRY_MS, () => void retry());
	}

	/** GO7: what applies now replaces what is not understood. */
	async acceptSettings(): Promise<void> {
		try {
			await this.#engine?.preferences.accept();
			await this.#engine?.cameraPreferences.accept();
		} catch (error) {
			// The notice stays, with its button.
			expectFault(error);
		}
	}

	setLanguage(language: Language): void {
		this.language = language;
		storeChoice('language', language);
	}

	setTheme(theme: Theme): void {
		this.theme = theme;
		storeChoice('theme', theme);
	}
}

export const [getSession, setSession] = createContext<Session>();

/**
 * Theme and language are neither secret nor precious, and localStorage is fast enough for the first
 * paint.
 */
function storedChoice<T extends string>(name: string, among: readonly T[]): T | null {
	try {
		const value = localStorage.getItem(`spycam-${name}`);
		return among.find((candidate) => candidate === value) ?? null;
	} catch {
		return null;
	}
}

function storeChoice(name: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(`spycam-${name}`);
		else localStorage.setItem(`spycam-${name}`, value);
	} catch {
		// Without storage the choice is forgotten; nothing else is lost.
	}
}

function preferredLanguage(): Language {
	for (const tag of navigator.languages) {
		const found = LANGUAGES.find((language) => tag.toLowerCase().startsWith(language));
		if (found !== undefined) return found;
	}
	return 'en';
}
