import { BrowserInstaller } from '#browser/install.ts';
import type { CameraId } from '#domain/ids.ts';
import type { Updates } from '#ports/updates.ts';
import type { Engine } from '#state/engine.ts';

const installer = new BrowserInstaller();
let made: Promise<Engine> | null = null;

/** Made once, when first asked for: the start page must not wait for databases and codecs. */
export function engine(): Promise<Engine> {
	made ??= make();
	return made;
}

/** `null` in development: files kept on the device would hide what was just changed. */
export async function updates(): Promise<Updates | null> {
	if (import.meta.env.DEV) return null;
	const { ServiceWorkerUpdates } = await import('#browser/updates.ts');
	return new ServiceWorkerUpdates();
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
		{ Allowance },
		{ Retention },
		{ Recorder },
		{ featuresOfBrowser },
		{ streamOf },
		{ ScreenAwake },
		{ localCalendar },
		{ DexieThumbnails },
		{ WorkerThumbnails },
		{ Previews },
		{ TabSign },
		{ DexieLedger },
		{ DexieReserve },
		{ BrowserOrigin },
		{ Journal },
		{ NotedPreferences },
		{ Pins },
		{ Caretaker },
		{ DexieEvents },
		{ DeviceMotion },
		{ Happenings },
		{ Sentry },
		{ BrowserPower },
		{ PageReloading },
		{ Repairs },
		{ Planning },
		{ Sparing },
		{ ComputePressure },
		{ Members },
		{ Granting },
		{ Granted },
		{ WebSocketRelays },
		{ BrowserNetwork },
		{ Membership },
		{ Link },
		{ Guarding },
		{ Hosting },
		{ Watching },
		{ viewOf },
		{ certificateOf },
		{ BrowserPeers },
		{ CodecLiveEncoder },
		{ PaneScreen },
		{ TrackTorch },
		{ ToneSiren },
		{ EarlyGiven },
		{ Pairing },
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
		import('#engine/allowance.ts'),
		import('#engine/retention.ts'),
		import('#engine/recorder.ts'),
		import('#browser/features.ts'),
		import('#browser/picture.ts'),
		import('#browser/awake.ts'),
		import('#browser/calendar.ts'),
		import('#browser/thumbnails.ts'),
		import('#browser/thumbnail-maker.ts'),
		import('#engine/previews.ts'),
		import('#browser/tab-sign.ts'),
		import('#browser/ledger.ts'),
		import('#browser/reserve.ts'),
		import('#browser/origin.ts'),
		import('#engine/journal.ts'),
		import('#engine/noted.ts'),
		import('#engine/pins.ts'),
		import('#engine/caretaker.ts'),
		import('#browser/events.ts'),
		import('#browser/motion.ts'),
		import('#engine/happenings.ts'),
		import('#engine/sentry.ts'),
		import('#browser/power.ts'),
		import('#browser/reloading.ts'),
		import('#engine/repairs.ts'),
		import('#engine/planning.ts'),
		import('#engine/sparing.ts'),
		import('#browser/strain.ts'),
		import('#engine/members.ts'),
		import('#engine/granting.ts'),
		import('#engine/granted.ts'),
		import('#browser/relays.ts'),
		import('#browser/network.ts'),
		import('#engine/membership.ts'),
		import('#engine/link.ts'),
		import('#engine/guarding.ts'),
		import('#engine/hosting.ts'),
		import('#engine/watching-cameras.ts'),
		import('#engine/hosting-orders.ts'),
		import('#engine/certificate.ts'),
		import('#browser/peer.ts'),
		import('#browser/live-encoder.ts'),
		import('#browser/live-screen.ts'),
		import('#browser/torch.ts'),
		import('#browser/siren.ts'),
		import('#browser/given.ts'),
		import('#engine/pairing-controls.ts'),
	]);
	const clock = new BrowserClock();
	const crypto = new WebCrypto();
	const segments = new DexieSegments();
	const thumbnails = new DexieThumbnails();
	const ledger = new DexieLedger();
	const reserve = new DexieReserve();
	const origin = new BrowserOrigin();
	const journal = new Journal(ledger, clock);
	const preferences = new NotedPreferences(new DexiePreferences(), ledger, clock);
	const capture = new MediaCapture();
	const awake = new ScreenAwake();
	const power = new BrowserPower();
	const tab = new TabSign();
	const vault = new BrowserVault();
	const house = new House({ crypto, vault, segments, clock });

	const membership = new Membership({ house, crypto, vault, clock });
	const pairing = new Pairing({
		...{ crypto, clock, relays: new WebSocketRelays(), joining: membership },
		here: location.origin,
		relay: () => membership.relay,
	});
	const allowance = new Allowance(preferences, clock, estimate);
	const pins = new Pins(segments, allowance);
	const retention = new Retention({ segments, allowance, reserve, journal });
	const caretaker = new Caretaker({
		...{ clock, segments, thumbnails, reserve, ledger, journal },
		...{ allowance, retention, pins, origin, preferences },
	});
	const sealerOf = (camera: CameraId) => house.beginMeta(camera);
	const events = new DexieEvents();
	const happenings = new Happenings({ clock, events, opener: house.opener, sealerOf });
	const sentry = new Sentry(happenings, clock, new DeviceMotion(), power);
	const repairs = new Repairs({ clock, happenings, reloading: new PageReloading() });
	const recorder = new Recorder({
		clock,
		capture,
		encoder: new BrowserEncoder(),
		segments,
		retention,
		tenure: new LockTenure(),
		preferences,
		beginRun: (camera, given) => house.beginRun(camera, given),
		thumbnailing: {
			maker: new WorkerThumbnails(),
			thumbnails,
			sealerOf,
			seen: (camera, look, wallUs) => sentry.see(camera, look, wallUs),
		},
		repairs: (camera, repair) => repairs.before(camera, repair),
		camera: () => (house.state.kind === 'ready' ? (house.state.cameras[0]?.id ?? null) : null),
	});
	const planning = new Planning({
		...{ clock, preferences, recorder, happenings },
		calendar: localCalendar,
	});
	const post = new Link({
		...{ relays: new WebSocketRelays(), network: new BrowserNetwork() },
		...{ crypto, clock, house, membership },
	});
	const granting = new Granting({
		...{ crypto, vault, clock, house, membership, post },
		renew: () => recorder.renew(),
	});
	const granted = new Granted({ crypto, vault, house, membership, post });
	const members = new Members({ crypto, clock, house, membership, link: post, granting });
	const guarding = new Guarding();
	const live = {
		...{ clock, crypto, house, post, members },
		...{ peers: new BrowserPeers(), dtls: certificateOf(house, crypto, clock) },
	};
	const hosting = new Hosting({
		...live,
		...{ recorder, planning, preferences, capture, power, guarding, sealerOf },
		encoder: new CodecLiveEncoder(),
		frames: () => recorder.pulse.frames,
		torch: new TrackTorch(),
		siren: new ToneSiren(),
		phone: matchMedia('(pointer: coarse) and (hover: none)').matches,
		rosterSeq: () => membership.entries.length,
	});
	const watching = new Watching({
		...live,
		opener: house.opener,
		screen: () => new PaneScreen(),
		lens: () => viewOf(recorder.state)?.picture ?? null,
		onLens: (listener) => recorder.on(listener),
	});
	granting.begin();
	granted.begin();
	post.begin();
	sentry.follow(recorder);
	const sparing = new Sparing({ clock, happenings, power, strain: new ComputePressure() });
	sparing.follow(recorder);
	recorder.on(() => {
		if (recorder.state.kind === 'recording') repairs.over();
	});
	return {
		clock,
		capture,
		segments,
		preferences,
		house,
		recorder,
		features: featuresOfBrowser(),
		calendar: localCalendar,
		previews: new Previews(thumbnails, house.opener),
		installer,
		allowance,
		pins,
		ledger,
		origin,
		care: caretaker,
		happenings,
		planning,
		sentry,
		sparing,
		watching,
		hosting,
		guarding,
		members,
		post,
		show: (video, picture) => {
			const stream = picture === null ? null : streamOf(picture);
			// The same again would make the element begin anew.
			if (video.srcObject !== stream) video.srcObject = stream;
		},
		awake,
		power,
		membership,
		pairing,
		given: new EarlyGiven(),
		codeReader: async (video) => {
			const { VideoCodeReader } = await import('#browser/code-reader.ts');
			return new VideoCodeReader(video);
		},
		clips: async () => {
			const [{ Clips }, { WorkerMuxer }] = await Promise.all([
				import('#engine/clips.ts'),
				import('#browser/clip-muxer.ts'),
			]);
			return new Clips({ segments, opener: house.opener, muxer: new WorkerMuxer() });
		},
		check: async () => {
			const [{ Check }, { DexieExamining }] = await Promise.all([
				import('#engine/check.ts'),
				import('#browser/examining.ts'),
			]);
			return new Check({ segments, opener: house.opener, examining: new DexieExamining() });
		},
		sign: (sign) => {
			tab.show(sign);
		},
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
