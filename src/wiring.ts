import type { Features } from '#domain/features.ts';
import { defaultBudget } from '#domain/retention.ts';
import type { HouseControls } from '#engine/house.ts';
import type { PlayerControls } from '#engine/player.ts';
import type { RecorderControls } from '#engine/recording.ts';
import type { Capture } from '#ports/capture.ts';
import type { Clock } from '#ports/clock.ts';
import type { PreferenceStore } from '#ports/preferences.ts';
import type { Segments } from '#ports/segments.ts';

/** The product without its screens: one of each, for the life of the page. */
export interface Engine {
	readonly clock: Clock;
	readonly capture: Capture;
	readonly segments: Segments;
	readonly preferences: PreferenceStore;
	readonly house: HouseControls;
	/** Lives here and not in a page, so that it records on while the person looks around. */
	readonly recorder: RecorderControls;
	readonly features: Features;
	/** Bytes that footage may use: the person's own choice, else a share of what the browser offers. */
	budget(): Promise<number>;
	/** A player on this element. Close it with the page that made it. */
	player(video: HTMLVideoElement): Promise<PlayerControls>;
}

let made: Promise<Engine> | null = null;

/** Made once, when first asked for: the start page must not wait for databases and codecs. */
export function engine(): Promise<Engine> {
	made ??= make();
	return made;
}

async function make(): Promise<Engine> {
	const [
		{ BrowserClock },
		{ WebCrypto },
		{ BrowserVault },
		{ DexieSegments },
		{ DexiePreferences },
		{ LockTenure },
		{ MediaCapture },
		{ BrowserEncoder },
		{ House },
		{ Retention },
		{ Recorder },
		{ featuresOfBrowser },
	] = await Promise.all([
		import('#browser/clock.ts'),
		import('#browser/crypto.ts'),
		import('#browser/vault.ts'),
		import('#browser/segments.ts'),
		import('#browser/preferences.ts'),
		import('#browser/tenure.ts'),
		import('#browser/capture.ts'),
		import('#browser/encoders.ts'),
		import('#engine/house.ts'),
		import('#engine/retention.ts'),
		import('#engine/recorder.ts'),
		import('#browser/features.ts'),
	]);
	const clock = new BrowserClock();
	const crypto = new WebCrypto();
	const segments = new DexieSegments();
	const preferences = new DexiePreferences();
	const capture = new MediaCapture();
	const house = new House({ crypto, vault: new BrowserVault(), segments, clock });
	const budget = async (): Promise<number> =>
		(await preferences.read()).budgetBytes ?? defaultBudget(await estimate());
	const recorder = new Recorder({
		clock,
		capture,
		encoder: new BrowserEncoder(),
		segments,
		retention: new Retention(segments, budget),
		tenure: new LockTenure(),
		preferences,
		beginRun: (camera, given) => house.beginRun(camera, given),
		camera: () => (house.state.kind === 'ready' ? (house.state.cameras[0]?.id ?? null) : null),
	});
	return {
		clock,
		capture,
		segments,
		preferences,
		house,
		recorder,
		features: await featuresOfBrowser(),
		budget,
		player: async (video) => {
			const [{ Player }, { HlsScreen }, { localDay }] = await Promise.all([
				import('#engine/player.ts'),
				import('#browser/hls-screen.ts'),
				import('#browser/local-day.ts'),
			]);
			return new Player({
				segments,
				opener: house.opener,
				clock,
				screen: new HlsScreen(video),
				dayOf: localDay,
			});
		},
	};
}

async function estimate(): Promise<number | null> {
	try {
		return (await navigator.storage.estimate()).quota ?? null;
	} catch {
		return null;
	}
}
