import { createContext } from 'svelte';
import { subscribed } from './subscribed.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { promisesOf, type CameraPromise } from '#domain/recording/promises.ts';
import type { LocalDeviceState } from '#engine/home/local-device.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { Outlook } from '#domain/storage/forecast.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import type { WakeLockState } from '#domain/recording/wake-lock.ts';
import type { DataLoss, Trace } from '#ports/storage/persistence.ts';
import type { BatteryCharge } from '#ports/device/power-source.ts';
import type { CameraSession } from './camera-session.svelte.ts';
import type { Engine, LocalCamera } from './engine.ts';
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
	/** Single keys act without a modifier (AP25). */
	singleKeys = $state(true);
	/** Why the app could not start. */
	fault = $state.raw<Fault | null>(null);
	/** What leaving the current page would lose; `null`: nothing. */
	leaveGuard: LeaveGuard | null = null;
	/** `null` until the engine is loaded. */
	persistence = $state.raw<PersistencePermission | null>(null);
	#engine = $state.raw<Engine | null>(null);
	#opening: Promise<Engine | null> | null = null;
	#cameras = $state.raw<readonly CameraSession[]>([]);
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
		this.singleKeys = storedChoice('single-keys', ['off']) === null;
	}

	get engine(): Engine | null {
		return this.#engine;
	}

	get localDevice(): LocalDeviceState | null {
		this.#subscribe();
		return this.#engine?.localDevice.state ?? null;
	}

	/** The cameras of this device, by number; empty: none yet, or not known yet. */
	get cameras(): readonly CameraSession[] {
		return this.#cameras;
	}

	/** The one camera of this device; `null`: it has none yet, or several, or it is not known yet. */
	get onlyCamera(): string | null {
		return this.cameras.length === 1 ? (this.cameras[0]?.id ?? null) : null;
	}

	/** The camera of this device with that id. */
	cameraOf(id: string): CameraSession | null {
		return this.cameras.find((camera) => camera.id === id) ?? null;
	}

	/**
	 * Where saved footage is: at the only camera of the home, once that has saved something, else at
	 * `/saved`.
	 */
	get savedPath(): string {
		this.#subscribe();
		const [camera, another] = this.cameras;
		const others = this.#engine?.cameraDirectory.cameras ?? [];
		if (others.some(({ own, blank }) => !own && !blank)) return '/saved';
		if (!camera?.id || another || camera.savedUntilMs === null) return '/saved';
		return `/watch/${camera.id}?saved`;
	}

	/**
	 * This browser is new: no home and no recording. Until the engine has loaded, what localStorage
	 * remembers decides.
	 */
	get newcomer(): boolean {
		const kind = this.localDevice?.kind ?? 'unavailable';
		return kind === 'unavailable' ? !this.#usedBefore : kind === 'new';
	}

	/** Recording was asked for at a camera, whether or not something is being saved now. */
	get armed(): boolean {
		return this.cameras.some(({ armed }) => armed);
	}

	/** A reload would interrupt something; also true while a lens is being opened. */
	get mustStay(): boolean {
		return this.armed || this.cameras.some(({ recorder }) => recorder.kind === 'opening');
	}

	/** A camera that should record saves nothing; `null`: none. */
	get blind(): RunEnd | null {
		return this.cameras.find(({ blind }) => blind !== null)?.blind ?? null;
	}

	/** GO1: a camera that should record and needs the user. */
	get stuck(): CameraSession | null {
		return this.cameras.find(({ stuck }) => stuck !== null) ?? null;
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
		return [this.#engine?.preferences, ...this.cameras].flatMap((one) => one?.ignored ?? []);
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
			// Not needed for the first paint.
			const [engine, { CameraSession }] = await Promise.all([
				this.#load(),
				import('./camera-session.svelte.ts'),
			]);
			const sessionOf = (parts: LocalCamera): CameraSession => {
				const { recorder } = parts;
				recorder.on(() => {
					this.#signal(engine);
					const { state } = recorder;
					if (state.kind !== 'recording') return;
					permanence.saved(state.saved.untilMs - state.saved.sinceMs);
				});
				return new CameraSession(engine, parts);
			};
			const permanence = new PersistencePermission(
				engine.persistence,
				engine.features.engine === 'firefox',
			);
			const { localDevice, maintenance, wakeLock, power, dataLoss, preferences, cameras } = engine;
			const { cameraDirectory } = engine;
			this.#subscribe = subscribed(
				...[localDevice, maintenance, wakeLock, power, dataLoss, preferences, cameraDirectory],
			);
			const follow = (): void => {
				const before = this.#cameras;
				this.#cameras = cameras.all.map(
					(parts) => before.find((one) => one.parts === parts) ?? sessionOf(parts),
				);
				this.resumed = Promise.all(this.#cameras.map(({ resumed }) => resumed));
				this.#signal(engine);
			};
			cameras.on(follow);
			follow();
			await Promise.all([engine.localDevice.refresh(), permanence.refresh()]);
			const { kind } = engine.localDevice.state;
			if (kind !== 'unavailable') storeChoice('known', kind === 'new' ? null : 'yes');
			this.#engine = engine;
			this.persistence = permanence;
			engine.maintenance.start(engine.localDevice.state.kind === 'new');
			this.#retryKeys(engine);
			return engine;
		} catch (error) {
			this.fault =
				error instanceof Fault ? error : new Fault('unavailable', 'the app did not load', error);
			this.#opening = null;
			return null;
		}
	}

	/** Keeps the screen on while a camera should record, and says in the tab that one does. */
	#signal(engine: Engine): void {
		const kinds = engine.cameras.all.map(({ recorder }) => recorder.state.kind);
		const has = (kind: RecorderState['kind']): boolean => kinds.includes(kind);
		engine.wakeLock.setWanted(has('recording') || has('starting') || has('blind'));
		engine.showIndicator(has('blind') ? 'blind' : has('recording') ? 'recording' : 'off');
	}

	/**
	 * The vault may be blocked (by another tab, for example) and open later; recording then resumes.
	 */
	#retryKeys(engine: Engine): void {
		if (engine.localDevice.state.kind !== 'unavailable') return;
		const retry = async (): Promise<void> => {
			await engine.localDevice.refresh();
			this.#retryKeys(engine);
		};
		engine.clock.after(RETRY_MS, () => void retry());
	}

	/** GO7: what applies now replaces what is not understood. */
	async acceptSettings(): Promise<void> {
		try {
			await this.#engine?.preferences.accept();
			for (const { parts } of this.cameras) await parts.preferences.accept();
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

	setSingleKeys(on: boolean): void {
		this.singleKeys = on;
		storeChoice('single-keys', on ? null : 'off');
	}
}

export const [getSession, setSession] = createContext<Session>();

/**
 * Neither secret nor precious, and localStorage is fast enough for the first paint.
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
