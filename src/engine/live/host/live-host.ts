import { Listeners, only } from '#domain/base/listeners.ts';
import type { EventCommand } from '#domain/recording/event.ts';
import { expectFault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { CommandName } from '#domain/home/rights.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import type { Message } from '#protocol/message.ts';
import { DirectViewer, type DirectViewerTools } from './direct-viewer.ts';
import { AccessLog, type AccessLogTools } from './access-log.ts';
import { LiveKeyRotation, type LiveKeyTools } from './live-key-rotation.ts';
import { CommandExecutor, viewOf, type ExecutorTools } from './command-executor.ts';
import { RelayPublisher, type RelayPublisherTools } from './relay-publisher.ts';
import { RelayViewers, UnannouncedViewers, watchersOf, type RelayViewer } from './relay-viewers.ts';
import type { DeviceHost } from './device-host.ts';
import { recordingStatus, type ReportedCamera } from './status-reports.ts';
import { TabLeader } from './tab-leader.ts';
import { LensFrameMonitor } from '#engine/live/live-clock.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';
import type { RecorderControls } from '#engine/recording/recorder-controls.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';
import type { TamperStatus } from '#engine/recording/tamper-detector.ts';
import type { LiveHostControls, Watcher } from '#engine/live/controls.ts';

/** Viewers at the relay call again every 15 s. */
const RELAY_VIEWER_TTL_MS = 40_000;
const REFRESH_MS = 5000;

export type LiveHostTools = Omit<DirectViewerTools, 'live' | 'pulse' | 'kind'> &
	Omit<RelayPublisherTools, 'live' | 'sealerOf'> &
	AccessLogTools &
	LiveKeyTools &
	Omit<ExecutorTools, 'siren' | 'recorder' | 'scheduler'> & {
		readonly recorder: ExecutorTools['recorder'] & Pick<RecorderControls, 'camera' | 'on'>;
		readonly scheduler: ExecutorTools['scheduler'] & Pick<SchedulerControls, 'now' | 'on'>;
		readonly tamperDetector: TamperStatus;
		readonly messenger: Messenger;
		readonly members: Pick<MemberListControls, 'list' | 'on'>;
		/** This device's certificate; `null`: no direct connections. */
		readonly dtls: () => Promise<DtlsCertificate | null>;
		/** Number of frames captured by the open lens. */
		readonly frames: () => number;
		/** Held by the tab whose lens is open. */
		readonly tabLock: CameraLock;
	};

type MessageOf<T extends Message['t']> = Extract<Message, { t: T }>;

/**
 * The camera's side of live: its viewers, paths and commands. What comes from them it gets from the
 * `DeviceHost`. Rules: docs/spec/live.md.
 */
export class LiveHost implements LiveHostControls, ReportedCamera {
	/** Direct viewers. */
	calls: readonly DirectViewer[] = [];
	newcomers: readonly DeviceId[] = [];
	talking: DeviceId | null = null;
	readonly #tools: LiveHostTools;
	readonly #device: DeviceHost;
	readonly #pulse: LensFrameMonitor;
	readonly #publisher: RelayPublisher;
	readonly #executor: CommandExecutor;
	readonly #leader: TabLeader;
	readonly #listeners = new Listeners();
	readonly #relayed = new RelayViewers();
	readonly #keys: LiveKeyRotation;
	readonly #accessLog: AccessLog;
	/** Devices that receive the parts, according to the relay. */
	#atRelay: readonly DeviceId[] = [];
	readonly #unannounced: UnannouncedViewers;
	#picture: Picture | null = null;
	readonly #unsubscribe: readonly (() => void)[];

	constructor(tools: LiveHostTools, device: DeviceHost) {
		this.#tools = tools;
		this.#device = device;
		this.#pulse = new LensFrameMonitor(device.live, tools.frames);
		this.#accessLog = new AccessLog(tools);
		this.#unannounced = new UnannouncedViewers(tools.clock);
		this.#keys = new LiveKeyRotation(
			tools,
			(key) => this.#giveKey(key),
			() => this.#publisher.rekey(),
		);
		const sealerOf = this.#keys.sealerOf.bind(this.#keys);
		this.#publisher = new RelayPublisher({ ...tools, sealerOf, live: device.live });
		const [notify, refresh] = [this.#notify.bind(this), this.#refresh.bind(this)];
		this.#executor = new CommandExecutor({ ...tools, siren: device.siren });
		this.#leader = new TabLeader(tools.tabLock, notify);
		const { messenger, members, recorder, scheduler, tamperDetector, clock } = tools;
		this.#unsubscribe = [
			messenger.onWatched((camera, devices) => {
				if (camera !== recorder.camera) return;
				const more = devices.length > this.#atRelay.length;
				this.#atRelay = devices;
				this.#update();
				if (more) this.#publisher.requestKeyFrame();
				this.#notify();
			}),
			messenger.on(only(['presence'], refresh)),
			members.on(only(['members'], refresh)),
			recorder.on(() => {
				this.#update();
				device.schedule();
			}),
			scheduler.on(() => device.schedule()),
			tamperDetector.on(() => device.schedule()),
			device.siren.on(notify),
			clock.every(REFRESH_MS, refresh),
		];
		this.#update();
	}

	/** Nobody watches any longer. */
	dispose(): void {
		for (const off of this.#unsubscribe) off();
		this.#picture = null;
		this.#hangUpAll('closed');
		this.#keys.setViewers([], false);
		this.#leader.setCamera(null);
		this.#pulse.setActive(this.#tools.clock, false);
		if (this.camera !== null) this.#publisher.setSource(this.camera, null);
	}

	get camera(): CameraId | null {
		return this.#tools.recorder.camera;
	}

	get recorder() {
		return this.#tools.recorder;
	}

	get preferences() {
		return this.#tools.preferences;
	}

	get scheduler() {
		return this.#tools.scheduler;
	}

	get tamperDetector() {
		return this.#tools.tamperDetector;
	}

	async isLeader(): Promise<boolean> {
		return this.camera === null || this.#leader.isLeader(this.camera);
	}

	get watchers(): readonly Watcher[] {
		const paths = [...this.#relayed.all, ...this.calls, ...this.#unannounced.all];
		return watchersOf(paths, (device) => this.#nameOf(device));
	}

	get siren(): DeviceId | null {
		return this.#device.siren.by;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	acknowledge(): void {
		this.newcomers = [];
		this.#notify();
	}

	hush(): void {
		this.#device.siren.hush();
		this.#speak(null);
	}

	async accept(call: MessageOf<'call'>, device: DeviceId): Promise<void> {
		const { recorder, peers, messenger } = this.#tools;
		const { sid, nonce: peer } = call;
		if (!(await this.isLeader())) return;
		const picture = this.#picture;
		if (call.camera !== recorder.camera || picture === null) {
			await messenger.send(device, { t: 'hang-up', sid, peer, why: 'closed' });
			return;
		}
		this.#tools.encoder.preload();
		const direct = call.ways.includes('direct');
		if (direct && this.callOf(device, sid) !== undefined) return;
		const limited = direct && !this.#device.rate.take(device);
		if (direct && !limited) this.#device.evictOne(device);
		const full = limited || this.#device.full;
		const dtls = direct && !full ? await this.#dtls() : null;
		if (dtls !== null && this.#picture !== null) {
			try {
				const changed = (changedCall: DirectViewer): void => {
					this.#changed(changedCall);
				};
				const kind = () => recordingStatus(recorder.state).kind;
				const tools = { ...this.#tools, peers, live: this.#device.live, pulse: this.#pulse, kind };
				const hosted = new DirectViewer(tools, dtls, device, call, this.#picture, changed);
				this.calls = [...this.calls, hosted];
				this.#update();
				return;
			} catch (error) {
				expectFault(error);
			}
		}
		const why = !direct ? 'asked' : full ? 'full' : 'failed';
		const kept = call.ways.includes('relayed');
		if (kept) this.#addRelayed(device, call);
		await this.#sendRelayed(device, { sid, peer }, why, kept ? this.#keys.current : null);
	}

	/** LV10, LV24: tells the viewer the camera's time and the key of the current parts. */
	async #sendRelayed(
		device: DeviceId,
		{ sid, peer }: Pick<RelayViewer, 'sid' | 'peer'>,
		why: MessageOf<'relayed'>['why'],
		key: MessageOf<'relayed'>['key'],
	): Promise<void> {
		const now = { atMs: this.#device.live.nowMs(), key };
		await this.#tools.messenger.send(device, { t: 'relayed', sid, peer, why, ...now });
	}

	#giveKey(key: MessageOf<'relayed'>['key']): Promise<unknown> {
		const allowed = this.#relayed.all.filter(({ device }) => this.#device.inForce(device));
		return Promise.all(allowed.map((view) => this.#sendRelayed(view.device, view, 'asked', key)));
	}

	#addRelayed(device: DeviceId, { sid, nonce: peer, sound }: MessageOf<'call'>): void {
		const { clock } = this.#tools;
		const watched = this.#watches(device);
		const now = { sinceMs: clock.wallMs(), seenMs: clock.monotonicMs() };
		const view = { device, path: 'relayed', sid, peer, listens: sound === true } as const;
		const fresh = this.#relayed.upsert({ ...view, ...now });
		if (fresh) this.#publisher.requestKeyFrame();
		this.#update();
		if (!fresh) return;
		if (!watched) this.#announce(device);
		this.#notify();
	}

	#changed(call: DirectViewer): void {
		if (call.over) {
			this.calls = this.calls.filter((other) => other !== call);
			if (this.talking === call.device) this.#speak(null);
		} else if (call.path !== null && !this.#watches(call.device, call)) this.#announce(call.device);
		this.#update();
		this.#notify();
	}

	#announce(device: DeviceId): void {
		if (!this.newcomers.includes(device)) this.newcomers = [...this.newcomers, device];
	}

	/** Whether it watches already, apart from the `besides` call. */
	#watches(device: DeviceId, besides?: DirectViewer): boolean {
		const others = this.calls.filter((call) => call !== besides && call.device === device);
		return this.#relayed.of(device).length > 0 || others.some(({ path }) => path !== null);
	}

	remove(device: DeviceId, sid: string): void {
		this.callOf(device, sid)?.hangUp(null);
		if (!this.#relayed.remove(device, sid)) return;
		this.#update();
		this.#notify();
	}

	/** Starts and stops what the lens and its viewers need. */
	#update(): void {
		const { recorder, clock } = this.#tools;
		const { camera } = recorder;
		const picture = viewOf(recorder.state)?.picture ?? null;
		this.#leader.setCamera(picture === null ? null : camera);
		if (picture !== this.#picture) {
			this.#picture = picture;
			// Without a lens the picture stands still and its age shows it; the lens may return soon.
			if (picture !== null) for (const call of this.calls) call.show(picture);
		}
		if (picture === null && recorder.state.kind === 'off') this.#hangUpAll('closed');
		const { devices } = this.#relayed;
		this.#keys.setViewers(devices, false);
		const wanted = devices.length > 0 && this.#atRelay.length > 0;
		if (camera !== null) this.#publisher.setSource(camera, wanted ? picture : null);
		this.#publisher.setSound(this.#relayed.listens);
		this.#pulse.setActive(clock, this.calls.length > 0);
	}

	/** Removes viewers that lost the right to watch, or left without hanging up. */
	#refresh(): void {
		const { messenger, clock } = this.#tools;
		for (const call of this.calls) if (!this.#device.inForce(call.device)) call.hangUp('revoked');
		for (const { device, sid, seenMs } of this.#relayed.all) {
			const inForce = this.#device.inForce(device);
			if (
				inForce &&
				messenger.online.has(device) &&
				clock.monotonicMs() - seenMs < RELAY_VIEWER_TTL_MS
			)
				continue;
			this.#relayed.remove(device, sid);
			if (!inForce) this.#keys.setViewers(this.#relayed.devices, true);
			if (!inForce) void messenger.send(device, { t: 'hang-up', sid, peer: sid, why: 'revoked' });
		}
		if (this.talking !== null && !this.#device.inForce(this.talking, 'control')) this.#speak(null);
		this.#update();
		this.#notify();
	}

	#hangUpAll(why: 'closed'): void {
		for (const call of this.calls) call.hangUp(why);
		for (const { device, sid } of this.#relayed.all) {
			this.#relayed.remove(device, sid);
			void this.#tools.messenger.send(device, { t: 'hang-up', sid, peer: sid, why });
		}
	}

	/** Resolves to why it was not done. Throws `Fault`. */
	async carryOut(
		name: CommandName,
		value: string | boolean | null,
		device: DeviceId,
	): Promise<FaultKind | null> {
		if (name === 'talk') return this.#talk(value === true, device);
		await this.#executor.execute(name, value, device);
		return null;
	}

	/** EV12. Ending talk only closes the event that its beginning opened. */
	logCommand(device: DeviceId, command: EventCommand): void {
		const { camera } = this.#tools.recorder;
		if (camera === null || (command.name === 'talk' && command.value === false)) return;
		this.#accessLog.recordCommand(camera, { device, name: this.#nameOf(device) }, command);
	}

	/** Half duplex: one talks at a time, and hears nothing meanwhile. */
	#talk(on: boolean, device: DeviceId): MessageOf<'done'>['fault'] {
		if (!on) {
			if (this.talking === device) this.#speak(null);
			return null;
		}
		const other = this.#device.talking;
		if (other !== null && other !== device) return 'conflict';
		if (!this.calls.some((call) => call.device === device && call.path !== null))
			return 'unavailable';
		this.#speak(device);
		return null;
	}

	#speak(device: DeviceId | null): void {
		if (device === this.talking) return;
		if (this.talking !== null) this.#accessLog.endSpeech(this.talking);
		this.talking = device;
		for (const call of this.calls) call.setTalk(call.device === device);
		this.#notify();
	}

	callOf(device: DeviceId, sid: string): DirectViewer | undefined {
		return this.calls.find((call) => call.sid === sid && call.device === device);
	}

	#nameOf(device: DeviceId): string | null {
		return this.#device.memberOf(device)?.name ?? null;
	}

	#dtls(): Promise<DtlsCertificate | null> {
		return this.#tools.dtls().catch((error: unknown) => {
			expectFault(error);
			return null;
		});
	}

	#notify(): void {
		const { camera } = this.#tools.recorder;
		// A caller that is not connected has no picture, and may still be at the relay unannounced.
		const direct = this.calls.filter(({ path }) => path !== null);
		const asked = [...this.#relayed.devices, ...direct.map(({ device }) => device)];
		const isMember = (device: DeviceId): boolean => this.#device.memberOf(device) !== undefined;
		this.#unannounced.update(this.#atRelay, asked, isMember).forEach(this.#announce.bind(this));
		if (camera !== null) this.#accessLog.recordWatchers(camera, this.watchers);
		this.#device.schedule();
		this.#listeners.notify();
	}
}
