import type { EventCommand } from '#domain/recording/event.ts';
import { faultOf, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { mostDirect } from '#domain/live/path.ts';
import { may, rightFor, type Right } from '#domain/home/rights.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Dtls } from '#ports/keys/crypto.ts';
import type { Tenure } from '#ports/device/tenure.ts';
import type { Message } from '#protocol/message.ts';
import { HostedCall, type CallTools } from './hosting-call.ts';
import { HostedEvents, type HostedEventTools } from './hosting-events.ts';
import { LiveKeys, type KeyTools } from './hosting-keys.ts';
import { noted, Orders, viewOf, type OrderTools } from './hosting-orders.ts';
import { HostedParts, type PartTools } from './hosting-parts.ts';
import { RelayedViews, Unasked, watchersOf, type RelayedView } from './hosting-relayed.ts';
import { Reports, standing, type ReportTools } from './hosting-report.ts';
import { Stage } from './hosting-stage.ts';
import { Turns } from './hosting-turns.ts';
import { LensPulse, LiveClock } from '#engine/live/live-clock.ts';
import type { Member, MembersControls } from '#engine/members/members.ts';
import type { Post, Sender } from '#engine/messaging/post.ts';
import { Rates } from '#engine/messaging/rates.ts';
import type { HostingControls, Watcher } from '#engine/live/watching.ts';

/** A viewer at the relay says every 15 s that it is there. */
const RELAYED_LIVES_MS = 40_000;
const LOOK_MS = 5000;
/** Connections that one device asks for: each costs some twenty letters. */
const DIRECT = { perSecond: 0.5, atOnce: 6 };

export type HostingTools = Omit<CallTools, 'live' | 'pulse' | 'kind'> &
	Omit<PartTools, 'live' | 'sealerOf'> &
	HostedEventTools &
	KeyTools &
	OrderTools &
	Omit<ReportTools, 'rosterSeq' | 'speaks' | 'live'> & {
		readonly post: Post;
		readonly members: Pick<MembersControls, 'list' | 'on'>;
		/** What this device answers for itself with; `null`: nothing direct. */
		readonly dtls: () => Promise<Dtls | null>;
		/** Frames that the open lens gave. */
		readonly frames: () => number;
		readonly phone: boolean;
		readonly rosterSeq: () => number;
		/** Of the lens, among this device's tabs. */
		readonly stage: Tenure;
	};

type Said<T extends Message['t']> = Extract<Message, { t: T }>;

/**
 * The camera's side of live: who is served, and how; what others order. Rules: docs/spec/live.md.
 */
export class Hosting implements HostingControls {
	newcomers: readonly DeviceId[] = [];
	talking: DeviceId | null = null;
	readonly #tools: HostingTools;
	readonly #live: LiveClock;
	readonly #pulse: LensPulse;
	readonly #parts: HostedParts;
	readonly #orders: Orders;
	readonly #reports: Reports;
	readonly #stage: Stage;
	readonly #listeners = new Set<() => void>();
	#calls: readonly HostedCall[] = [];
	readonly #relayed = new RelayedViews();
	readonly #keys: LiveKeys;
	readonly #events: HostedEvents;
	/** Whom the relay sends parts to, as it says. */
	#atRelay: readonly DeviceId[] = [];
	readonly #unasked: Unasked;
	#picture: Picture | null = null;
	readonly #turns: Turns;
	readonly #rate: Rates;

	constructor(tools: HostingTools) {
		this.#tools = tools;
		this.#live = new LiveClock(tools.clock);
		this.#pulse = new LensPulse(this.#live, tools.frames);
		this.#events = new HostedEvents(tools);
		this.#unasked = new Unasked(tools.clock);
		this.#turns = new Turns(tools.clock);
		this.#rate = new Rates(tools.clock, DIRECT);
		this.#keys = new LiveKeys(
			tools,
			(key) => this.#giveKey(key),
			() => this.#parts.renew(),
		);
		const sealerOf = this.#keys.sealerOf.bind(this.#keys);
		this.#parts = new HostedParts({ ...tools, sealerOf, live: this.#live });
		const [tell, look] = [this.#tell.bind(this), this.#look.bind(this)];
		this.#orders = new Orders(tools, tell);
		this.#stage = new Stage(tools.stage, tell);
		const speaks = (camera: CameraId): Promise<boolean> => this.#stage.speaks(camera);
		this.#reports = new Reports({ ...tools, live: this.#live, speaks }, () =>
			this.watchers.filter(({ path }) => path !== 'sealed').map(({ device }) => device),
		);
		tools.post.onMessage((message, from) => {
			this.#read(message, from);
		});
		tools.post.onWatched((camera, devices) => {
			if (camera !== tools.recorder.camera) return;
			const more = devices.length > this.#atRelay.length;
			this.#atRelay = devices;
			this.#follow();
			if (more) this.#parts.keyFrame();
			this.#tell();
		});
		tools.post.on(look);
		tools.members.on(look);
		tools.recorder.on(() => {
			this.#follow();
		});
		tools.clock.every(LOOK_MS, look);
		this.#follow();
	}

	get watchers(): readonly Watcher[] {
		const ways = [...this.#relayed.all, ...this.#calls, ...this.#unasked.all];
		return watchersOf(ways, (device) => this.#nameOf(device));
	}

	get siren(): DeviceId | null {
		return this.#orders.siren;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	seen(): void {
		this.newcomers = [];
		this.#tell();
	}

	hush(): void {
		this.#orders.hush();
		this.#speak(null);
	}

	#read(message: Message, { device, roles }: Sender): void {
		if (!may(roles, 'watch') || !this.#inForce(device)) return;
		if (message.t === 'ask') this.#reports.ask(device, message.nonce);
		else if (message.t === 'call') void this.#answer(message, device);
		else if (message.t === 'answer' || message.t === 'candidate') {
			this.#callOf(device, message.sid)?.heard(message);
		} else if (message.t === 'hang-up') this.#leave(device, message.sid);
		else if (message.t === 'command') this.#order(message, device);
		else if (message.t === 'what-became') this.#answerFor(message, device);
	}

	async #answer(call: Said<'call'>, device: DeviceId): Promise<void> {
		const { recorder, peers, post } = this.#tools;
		const { sid, nonce: peer } = call;
		if (recorder.camera !== null && !(await this.#stage.speaks(recorder.camera))) return;
		const picture = this.#picture;
		if (call.camera !== recorder.camera || picture === null) {
			await post.send(device, { t: 'hang-up', sid, peer, why: 'closed' });
			return;
		}
		this.#tools.encoder.warm();
		const direct = call.ways.includes('direct');
		if (direct && this.#callOf(device, sid) !== undefined) return;
		const often = direct && !this.#rate.take(device);
		if (direct && !often) this.#makeWay(device);
		const full = often || this.#calls.length >= mostDirect(this.#tools.phone);
		const dtls = direct && !full ? await this.#dtls() : null;
		if (dtls !== null && this.#picture !== null) {
			try {
				const changed = (changedCall: HostedCall): void => {
					this.#changed(changedCall);
				};
				const kind = () => standing(recorder.state).kind;
				const tools = { ...this.#tools, peers, live: this.#live, pulse: this.#pulse, kind };
				const hosted = new HostedCall(tools, dtls, device, call, this.#picture, changed);
				this.#calls = [...this.#calls, hosted];
				this.#follow();
				return;
			} catch (error) {
				faultOf(error);
			}
		}
		const why = !direct ? 'asked' : full ? 'full' : 'failed';
		const kept = call.ways.includes('relayed');
		if (kept) this.#keepRelayed(device, call);
		await this.#tellRelayed(device, { sid, peer }, why, kept ? this.#keys.now : null);
	}

	/** LV10 and LV24: by this the viewer knows the camera's time, and the key of the parts of now. */
	async #tellRelayed(
		device: DeviceId,
		{ sid, peer }: Pick<RelayedView, 'sid' | 'peer'>,
		why: Said<'relayed'>['why'],
		key: Said<'relayed'>['key'],
	): Promise<void> {
		const now = { atMs: this.#live.nowMs(), key };
		await this.#tools.post.send(device, { t: 'relayed', sid, peer, why, ...now });
	}

	/**
	 * LV4. Who calls once more while it holds a place gives that up: most often it is what is left of
	 * a page that was closed. And nobody keeps several while others have none.
	 */
	#makeWay(device: DeviceId): void {
		if (this.#calls.length < mostDirect(this.#tools.phone)) return;
		const of = (whose: DeviceId) => this.#calls.filter((call) => call.device === whose);
		const [own] = of(device);
		const spare = this.#calls.find((call) => of(call.device).length > 1);
		(own ?? spare)?.hangUp('full');
	}

	#giveKey(key: Said<'relayed'>['key']): Promise<unknown> {
		const allowed = this.#relayed.all.filter(({ device }) => this.#inForce(device));
		return Promise.all(allowed.map((view) => this.#tellRelayed(view.device, view, 'asked', key)));
	}

	#keepRelayed(device: DeviceId, { sid, nonce: peer, sound }: Said<'call'>): void {
		const { clock } = this.#tools;
		const watched = this.#watches(device);
		const now = { sinceMs: clock.wallMs(), seenMs: clock.monotonicMs() };
		const view = { device, path: 'relayed', sid, peer, listens: sound === true } as const;
		const fresh = this.#relayed.keep({ ...view, ...now });
		if (fresh) this.#parts.keyFrame();
		this.#follow();
		if (!fresh) return;
		if (!watched) this.#welcome(device);
		this.#tell();
	}

	#changed(call: HostedCall): void {
		if (call.over) {
			this.#calls = this.#calls.filter((other) => other !== call);
			if (this.talking === call.device) this.#speak(null);
		} else if (call.path !== null && !this.#watches(call.device, call)) this.#welcome(call.device);
		this.#follow();
		this.#tell();
	}

	#welcome(device: DeviceId): void {
		if (!this.newcomers.includes(device)) this.newcomers = [...this.newcomers, device];
	}

	/** Already, `besides` this call. */
	#watches(device: DeviceId, besides?: HostedCall): boolean {
		const others = this.#calls.filter((call) => call !== besides && call.device === device);
		return this.#relayed.of(device).length > 0 || others.some(({ path }) => path !== null);
	}

	#leave(device: DeviceId, sid: string): void {
		this.#callOf(device, sid)?.hangUp(null);
		if (!this.#relayed.drop(device, sid)) return;
		this.#follow();
		this.#tell();
	}

	/** The lens and who looks at it: what has to run for them. */
	#follow(): void {
		const { recorder, clock } = this.#tools;
		const { camera } = recorder;
		const picture = viewOf(recorder.state)?.picture ?? null;
		this.#stage.follow(picture === null ? null : camera);
		if (picture !== this.#picture) {
			this.#picture = picture;
			// Without a lens the picture stands, and its age tells: it may be back in a moment.
			if (picture !== null) for (const call of this.#calls) call.show(picture);
		}
		if (picture === null && recorder.state.kind === 'off') this.#hangUpAll('closed');
		const { devices } = this.#relayed;
		this.#keys.follow(devices, false);
		const wanted = devices.length > 0 && this.#atRelay.length > 0;
		if (camera !== null) this.#parts.follow(camera, wanted ? picture : null);
		this.#parts.sound(this.#relayed.listens);
		this.#pulse.follow(clock, this.#calls.length > 0);
	}

	/** Who may not watch any more, and who went without a word. */
	#look(): void {
		const { post, clock } = this.#tools;
		for (const call of this.#calls) if (!this.#inForce(call.device)) call.hangUp('revoked');
		for (const { device, sid, seenMs } of this.#relayed.all) {
			const inForce = this.#inForce(device);
			if (inForce && post.online.has(device) && clock.monotonicMs() - seenMs < RELAYED_LIVES_MS)
				continue;
			this.#relayed.drop(device, sid);
			if (!inForce) this.#keys.follow(this.#relayed.devices, true);
			if (!inForce) void post.send(device, { t: 'hang-up', sid, peer: sid, why: 'revoked' });
		}
		if (this.talking !== null && !this.#inForce(this.talking, 'control')) this.#speak(null);
		this.#reports.keep((device) => this.#inForce(device));
		this.#follow();
		this.#tell();
	}

	#hangUpAll(why: 'closed'): void {
		for (const call of this.#calls) call.hangUp(why);
		for (const { device, sid } of this.#relayed.all) {
			this.#relayed.drop(device, sid);
			void this.#tools.post.send(device, { t: 'hang-up', sid, peer: sid, why });
		}
	}

	/** LV13: once, in turn, and answered. */
	#order({ id, nonce, camera, name, value }: Said<'command'>, device: DeviceId): void {
		if (nonce !== this.#reports.nonce) return;
		const work = async (): Promise<FaultKind | null> => {
			try {
				const { recorder } = this.#tools;
				const others = name === 'siren' && this.siren !== null && this.siren !== device;
				if (!this.#inForce(device, rightFor(name, value, others))) return 'denied';
				if (camera !== recorder.camera) return 'not-found';
				if (name === 'talk') return this.#talk(value === true, device);
				await this.#orders.carryOut(name, value, device);
				return null;
			} catch (error) {
				return faultOf(error).kind;
			}
		};
		this.#turns.take(device, id, work, (fault) => {
			this.#note(device, noted(name, value, fault));
			this.#reports.changed();
			void this.#tools.post.send(device, { t: 'done', id, fault });
		});
	}

	/** EV12. Who stops talking only ends what was written when it began. */
	#note(device: DeviceId, order: EventCommand): void {
		const { camera } = this.#tools.recorder;
		if (camera === null || (order.name === 'talk' && order.value === false)) return;
		this.#events.ordered(camera, { device, name: this.#nameOf(device) }, order);
	}

	/** LT12. What has not come by now will not count any more: its time is past. */
	#answerFor({ id, nonce }: Said<'what-became'>, device: DeviceId): void {
		if (nonce !== this.#reports.nonce) return;
		const fault = this.#turns.became(device, id);
		if (fault !== undefined) void this.#tools.post.send(device, { t: 'done', id, fault });
	}

	/** Half duplex: one at a time, and it is heard while it is not spoken to. */
	#talk(on: boolean, device: DeviceId): Said<'done'>['fault'] {
		if (!on) {
			if (this.talking === device) this.#speak(null);
			return null;
		}
		if (this.talking !== null && this.talking !== device) return 'conflict';
		if (!this.#calls.some((call) => call.device === device && call.path !== null))
			return 'unavailable';
		this.#speak(device);
		return null;
	}

	#speak(device: DeviceId | null): void {
		if (device === this.talking) return;
		if (this.talking !== null) this.#events.quiet(this.talking);
		this.talking = device;
		for (const call of this.#calls) call.hear(call.device === device);
		this.#tell();
	}

	#callOf(device: DeviceId, sid: string): HostedCall | undefined {
		return this.#calls.find((call) => call.sid === sid && call.device === device);
	}

	#inForce(device: DeviceId, right: Right = 'watch'): boolean {
		const member = this.#memberOf(device);
		if (member === undefined || !may(member.roles, right)) return false;
		return member.notAfterMs === null || this.#tools.clock.wallMs() < member.notAfterMs;
	}

	#nameOf(device: DeviceId): string | null {
		return this.#memberOf(device)?.name ?? null;
	}

	#memberOf(device: DeviceId): Member | undefined {
		return this.#tools.members.list.find((one) => one.device === device);
	}

	async #dtls(): Promise<Dtls | null> {
		try {
			return await this.#tools.dtls();
		} catch (error) {
			faultOf(error);
			return null;
		}
	}

	#tell(): void {
		const { camera } = this.#tools.recorder;
		// Who called and is not connected has no picture: that hides nothing.
		const direct = this.#calls.filter(({ path }) => path !== null);
		const asked = [...this.#relayed.devices, ...direct.map(({ device }) => device)];
		const isMember = (device: DeviceId): boolean => this.#memberOf(device) !== undefined;
		this.#unasked.follow(this.#atRelay, asked, isMember).forEach(this.#welcome.bind(this));
		if (camera !== null) this.#events.watched(camera, this.watchers);
		this.#reports.changed();
		for (const listener of this.#listeners) listener();
	}
}
