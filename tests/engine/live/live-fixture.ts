/** A camera and its viewers, with a fake relay and network controlled by the test. */
import type { CameraState } from '#protocol/message.ts';
import { WebCrypto } from '#web/crypto.ts';
import { ascii, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import type { FramesPart, LivePart } from '#domain/live/live-part.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import type { TamperSign } from '#domain/recording/tamper.ts';
import type { StorageLevel } from '#domain/storage/usage.ts';
import type { Role } from '#domain/home/roster.ts';
import { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import { DeviceHost, type DeviceHostTools } from '#engine/live/host/device-host.ts';
import { LiveHost, type LiveHostTools } from '#engine/live/host/live-host.ts';
import type { LocalDeviceState } from '#engine/home/local-device.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import type { Member, MembersChange } from '#engine/members/member-list.ts';
import type { ScheduleStatus } from '#engine/recording/scheduler.ts';
import type { RecorderChoice, RecorderState } from '#engine/recording/recorder-controls.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { CameraDirectory } from '#engine/live/viewer/camera-directory.ts';
import type { LiveViewControls } from '#engine/live/controls.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Certificate, DtlsCertificate } from '#ports/keys/crypto.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryEventLog } from '../../fakes/event-log.ts';
import { FakeLiveEncoder, FakeLiveScreen } from '../../fakes/live-media.ts';
import { FakePeerNetwork, FakePeerConnections, makePicture } from '../../fakes/peer-connections.ts';
import { FakeMessengerRelay, type FakeMessenger } from '../../fakes/messenger.ts';
import { MemoryCameraPreferences } from '../../fakes/preference-store.ts';
import { MemoryLastSeenStore } from '../../fakes/last-seen-store.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';

const crypto = new WebCrypto();
/** Real time that loading a module may take on a busy machine. */
const LOAD_TIMEOUT_MS = 15_000;
const FRAME_MS = 50;
const BY_HAND: ScheduleStatus = {
	plan: { when: 'by-hand', times: [], away: false },
	...{ records: null, untilMs: null, pressed: false },
};
const nobody = (): (() => void) => () => undefined;

/** A value with change listeners. */
class Observable<T> {
	readonly #listeners = new Set<() => void>();
	#value: T;

	constructor(value: T) {
		this.#value = value;
	}

	get value(): T {
		return this.#value;
	}

	set(value: T): void {
		this.#value = value;
		for (const listener of this.#listeners) listener();
	}

	readonly on = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};
}

function dtls(): DtlsCertificate {
	const certificate = {} as Certificate;
	return { certificate, fingerprint: crypto.random(32), expiresMs: Infinity };
}

const device = () => Array.from(crypto.random(16), (b) => b.toString(16).padStart(2, '0')).join('');

function member(id: DeviceId, name: string, roles: readonly Role[], self: boolean): Member {
	const times = { addedMs: 0, notAfterMs: null };
	return { device: id, name, roles, self, online: true, safety: '', ...times };
}

/** Not encrypted: contains the run, for which a viewer may lack the key. */
const sealed = (run: RunId, seq: number, part: LivePart): Bytes =>
	ascii(
		JSON.stringify({
			run,
			seq,
			part: { ...part, frames: framesOf(part).map(({ key, capturedUs }) => ({ key, capturedUs })) },
		}),
	);

function framesOf(part: LivePart): FramesPart['frames'] {
	if (part.kind !== 'frames') throw new Error('the fakes encode frames only');
	return part.frames;
}

export type Home = Awaited<ReturnType<typeof makeHome>>;

export async function makeHome() {
	const clock = new ManualClock();
	const relay = new FakeMessengerRelay(clock);
	const network = new FakePeerNetwork(clock);
	const host = device() as DeviceId;
	const camera = await cameraIdOf(crypto, host, 1);
	const members = new Observable<
		readonly { device: DeviceId; name: string; roles: readonly Role[] }[]
	>([{ device: host, name: 'Hall phone', roles: ['camera', 'owner'] }]);
	const membersOf = (self: DeviceId) => ({
		get list() {
			return members.value.map((one) =>
				member(one.device, one.name, one.roles, one.device === self),
			);
		},
		on: (listener: (change: MembersChange) => void) => members.on(() => listener('members')),
	});
	let picture = makePicture();
	const lens = { frames: 0, running: true, choices: [] as RecorderChoice[] };
	const view = () => ({ picture, lensId: 'lens-1', label: 'A lens', sound: true });
	const recording = new Observable<RecorderState>({ kind: 'preview', view: view() });
	clock.every(FRAME_MS, () => {
		if (!lens.running || recording.value.kind === 'off') return;
		lens.frames += 1;
		for (const frame of [...picture.onFrame]) frame();
	});
	/** Runs of the live keys, newest last. */
	const keys: RunId[] = [];
	const events = new MemoryEventLog(clock);
	const encoder = new FakeLiveEncoder(clock);
	const guarding = new GuardModeSwitch();
	const tamper = new Observable<TamperSign | null>(null);
	const storage = new Observable<StorageLevel>('fine');
	const torch = { on: false as boolean | null };
	const siren = { failure: null as Fault | null, sounds: false };
	const commands: string[] = [];
	/** Whether the camera ever recorded, and whether its scheduler has decided yet. */
	const recorded = { ever: true, copied: null as CameraState['copied'] | null };
	const known = new Observable(true);
	const planned = {
		get known() {
			return known.value;
		},
		on: known.on,
	};
	/** A start takes until this resolves. */
	const starting = { until: Promise.resolve() };
	const recorder = {
		get state() {
			return recording.value;
		},
		camera,
		on: recording.on,
		change: (choice: RecorderChoice) => {
			lens.choices.push(choice);
			picture = makePicture();
			recording.set({ kind: 'preview', view: view() });
			return Promise.resolve();
		},
		retry: () => Promise.resolve(),
		close: () => Promise.resolve(),
	};
	const messenger: FakeMessenger = relay.join(host, ['camera', 'owner']);
	const ready: LocalDeviceState = {
		...{ kind: 'ready', homeId: 'cd'.repeat(16) as never, deviceId: host, strength: 'sealed' },
		cameras: [{ id: camera, number: 1, name: 'Front door' }],
		removed: [],
	};
	const certificate = dtls();
	const locks = new Set<CameraId>();
	const tools: LiveHostTools & Omit<DeviceHostTools, 'hosts' | 'onHosts'> = {
		...{ clock, messenger, crypto, encoder, recorder, guarding, eventLog: events },
		peers: new FakePeerConnections(network),
		members: membersOf(host),
		dtls: () => Promise.resolve(certificate),
		liveSealer: (_camera, { run }) => {
			keys.push(run);
			let seq = 0;
			return Promise.resolve({
				seal: (part) => Promise.resolve(sealed(run, (seq += 1), part)),
			});
		},
		frames: () => lens.frames,
		phone: true,
		rosterSeq: () => 1,
		localDevice: { state: ready, on: nobody },
		capture: {
			lenses: () =>
				Promise.resolve(
					['lens-1', 'lens-2'].map((id) => ({ id, label: 'A lens', facing: 'unknown' })),
				),
			onLenses: nobody,
		},
		preferences: new MemoryCameraPreferences(),
		power: { charge: { level: 0.5, charging: true }, on: nobody },
		tamperDetector: {
			get sign() {
				return tamper.value;
			},
			on: tamper.on,
		},
		storage: {
			get level() {
				return storage.value;
			},
			on: storage.on,
		},
		torch: {
			lit: () => torch.on,
			light: (_picture, on) => {
				torch.on = on;
				return Promise.resolve();
			},
		},
		siren: {
			start: () => {
				if (siren.failure !== null) return Promise.reject(siren.failure);
				siren.sounds = true;
				return Promise.resolve();
			},
			stop: () => {
				siren.sounds = false;
			},
		},
		...{ recorded: () => Promise.resolve(recorded.ever), copied: () => recorded.copied },
		scheduler: {
			get now() {
				return planned.known ? BY_HAND : null;
			},
			on: planned.on,
			start: async () => {
				commands.push('start');
				await starting.until;
			},
			stop: () => {
				commands.push('stop');
				return Promise.resolve();
			},
		},
		tabLock: new MemoryCameraLock(locks),
	};
	/** A tab of the camera's device, with its own lens. */
	const tab = (own: Partial<typeof tools>) => {
		const all = { ...tools, ...own };
		const hosts: LiveHost[] = [];
		const shared = new DeviceHost({ ...all, hosts: () => hosts, onHosts: nobody });
		hosts.push(new LiveHost(all, shared));
		return { hosts, shared, all };
	};
	const own = tab({});
	const [hosting] = own.hosts as [LiveHost];
	/** Another camera of the same device. */
	const addCamera = (more: Partial<typeof tools>): LiveHost => {
		const made = new LiveHost({ ...own.all, ...more }, own.shared);
		own.hosts.push(made);
		return made;
	};
	/** Another camera of the same device, in another tab. */
	const tabOf = (more: Partial<typeof tools>): LiveHost =>
		tab({ tabLock: new MemoryCameraLock(locks), ...more }).hosts[0] as LiveHost;
	const removeCamera = (host: LiveHost): void => {
		own.hosts.splice(own.hosts.indexOf(host), 1);
		host.dispose();
	};
	/** Another tab of the camera’s device, with a closed lens. */
	const otherTab = () => {
		const off = new Observable<RecorderState>({ kind: 'off', fault: null });
		const idle = {
			...recorder,
			get state() {
				return off.value;
			},
			on: off.on,
		};
		const other = tab({ recorder: idle, tabLock: new MemoryCameraLock(locks) });
		return { hosting: other.hosts[0] as LiveHost, off };
	};

	function viewer(
		name: string,
		roles: readonly Role[] = ['viewer'],
		seen = new MemoryLastSeenStore(),
	) {
		const id = device() as DeviceId;
		const mine = relay.join(id, roles);
		members.set([...members.value, { device: id, name, roles }]);
		const screens: FakeLiveScreen[] = [];
		/** Makes all parts count as an unknown version. */
		const later = { version: false };
		const own = dtls();
		const home: LocalDeviceState = {
			...{ kind: 'ready', homeId: 'cd'.repeat(16) as never, deviceId: id, strength: 'sealed' },
			...{ cameras: [], removed: [] },
		};
		/** While asleep, none of the page’s intervals fires. */
		const page = { asleep: false };
		const pageClock: Pick<Clock, 'wallMs' | 'monotonicMs' | 'every' | 'after'> = {
			wallMs: () => clock.wallMs(),
			monotonicMs: () => clock.monotonicMs(),
			every: (ms, tick) => clock.every(ms, () => page.asleep || tick()),
			after: (ms, ring) => clock.after(ms, ring),
		};
		const lastSeen = new LastSeenTracker(pageClock, seen);
		const watching = new CameraDirectory({
			lastSeen,
			...{ clock: pageClock, crypto, messenger: mine, peers: new FakePeerConnections(network) },
			members: membersOf(id),
			localDevice: { state: home, on: nobody },
			dtls: () => Promise.resolve(own),
			opener: {
				openLive: (_camera, bytes, key) => {
					const opened = JSON.parse(new TextDecoder().decode(bytes)) as {
						run: RunId;
						seq: number;
						part: LivePart;
					};
					if (later.version)
						return Promise.reject(new Fault('unsupported', 'live part of an unknown version'));
					if (opened.run !== key.run)
						return Promise.reject(new Fault('not-found', 'no key for this run'));
					return Promise.resolve({ runId: opened.run, seq: opened.seq, part: opened.part });
				},
			},
			screen: () => {
				const screen = new FakeLiveScreen();
				screens.push(screen);
				return screen;
			},
		});
		const open = (): { view: LiveViewControls; screen: FakeLiveScreen } => {
			const opened = watching.view(camera);
			const screen = screens.at(-1);
			if (screen === undefined) throw new Error('the view created no screen');
			return { view: opened, screen };
		};
		return { id, messenger: mine, watching, lastSeen, later, page, open, dtls: own };
	}

	/**
	 * Advances the clock frame by frame until the condition holds; returns the clock time taken.
	 * Modules load in real time, however fast the clock runs.
	 */
	async function until(condition: () => boolean, timeoutMs = 60_000): Promise<number> {
		const [begunMs, realMs] = [clock.monotonicMs(), performance.now()];
		while (!condition()) {
			const over = clock.monotonicMs() - begunMs > timeoutMs;
			if (over && performance.now() - realMs > LOAD_TIMEOUT_MS)
				throw new Error(`condition not met within ${timeoutMs} ms`);
			await clock.pass(FRAME_MS, FRAME_MS);
		}
		return clock.monotonicMs() - begunMs;
	}

	/** A viewer that already has the camera’s status. */
	async function guest(name: string, roles?: readonly Role[], seen?: MemoryLastSeenStore) {
		const made = viewer(name, roles, seen);
		await until(() => made.watching.cameras[0]?.state?.kind !== undefined);
		return made;
	}

	return {
		...{ clock, relay, network, camera, host, messenger, hosting, encoder, recording, lens, view },
		preferences: own.all.preferences,
		...{
			keys,
			events,
			guarding,
			tamper,
			storage,
			torch,
			siren,
			commands,
			recorded,
			known,
			starting,
			members,
			viewer,
			guest,
			until,
		},
		...{ otherTab, tabOf, addCamera, removeCamera, recorder, host },
		profile: profileNamed('standard'),
		camera2: 'ab'.repeat(16) as CameraId,
	};
}

/** Advances the clock until the promise is settled. */
export async function settle<T>({ clock }: Home, work: Promise<T>): Promise<T> {
	const settled: unknown[] = [];
	const done = work.finally(() => settled.push(work));
	done.catch(() => undefined);
	while (settled.length === 0) await clock.pass(50, 50);
	return done;
}
