import { Listeners, only } from '#domain/base/listeners.ts';
import { Serial } from '#domain/base/serial.ts';
import { hexOf } from '#domain/base/bytes.ts';
import { expectFault, Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { LiveScreen } from '#ports/media/live-screen.ts';
import type { CameraState, CommandName, Message } from '#protocol/message.ts';
import { ACTION_TIMEOUT_MS } from '#engine/messaging/freshness-gate.ts';
import type { LocalDeviceControls } from '#engine/home/local-device.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { Sender } from '#engine/messaging/messenger.ts';
import type { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { DeviceReports } from './device-reports.ts';
import { LiveView, type LiveViewTools } from './live-view.ts';
import type {
	LiveViewControls,
	WatchedCamera,
	CameraDirectoryControls,
} from '#engine/live/controls.ts';

/** How long to wait after asking once more for the outcome of an unanswered command. */
const OUTCOME_TIMEOUT_MS = 3000;
/**
 * Cameras report every 10 s. Asks again after a lost report, or when this tab is no longer
 * informed.
 */
const STATUS_INTERVAL_MS = 15_000;
/** Asks again in any case: a tab reports only to those who asked it (LV49). */
const ASK_AGAIN_MS = 60_000;
/** How long a closed view may be taken over (LV18). */
const HANDOVER_MS = 1000;

export type CameraDirectoryTools = Omit<
	LiveViewTools,
	| 'source'
	| 'screen'
	| 'sendCommand'
	| 'park'
	| 'closed'
	| 'crypto'
	| 'pictureSeen'
	| 'statusChanged'
> & {
	readonly clock: Clock;
	readonly crypto: Crypto;
	readonly localDevice: Pick<LocalDeviceControls, 'state' | 'on'>;
	readonly members: Pick<MemberListControls, 'list' | 'on'>;
	readonly screen: () => LiveScreen;
	readonly lastSeen: Pick<LastSeenTracker, 'recordSeen' | 'recordCamera' | 'neverRecorded' | 'on'>;
};

type MessageOf<T extends Message['t']> = Extract<Message, { t: T }>;

/** Another device that is a camera, as far as known. */
interface CameraHost {
	/** Its camera ids by number (ID5): other ids that it claims are ignored. */
	readonly ids: readonly CameraId[];
	/** Nonce of the last status request. */
	requestNonce: string;
	/** Monotonic ms of that request. */
	requestedMs: number;
	readonly reports: DeviceReports;
}

interface PendingCommand {
	readonly device: DeviceId;
	readonly done: (fault: FaultKind | null) => void;
}

/** The cameras of this home: their status, views and commands. Rules: docs/spec/live.md. */
export class CameraDirectory implements CameraDirectoryControls {
	cameras: readonly WatchedCamera[] = [];
	readonly #tools: CameraDirectoryTools;
	readonly #listeners = new Listeners();
	readonly #hosts = new Map<DeviceId, CameraHost>();
	readonly #views = new Map<LiveView, CameraId>();
	/** Closed views, with the function that cancels their end. */
	readonly #parked = new Map<LiveView, () => void>();
	readonly #pending = new Map<string, PendingCommand>();
	#online: ReadonlySet<DeviceId> = new Set();
	readonly #work = new Serial();

	constructor(tools: CameraDirectoryTools) {
		this.#tools = tools;
		tools.localDevice.on(only(['identity', 'names'], () => this.#rebuild()));
		tools.members.on(only(['members'], () => this.#refresh()));
		tools.messenger.on(only(['connection', 'presence'], () => this.#refresh()));
		tools.lastSeen.on(() => this.#rebuild());
		tools.messenger.onMessage((message, from) => {
			this.#receive(message, from);
		});
		tools.clock.every(STATUS_INTERVAL_MS, () => {
			for (const [device, host] of this.#hosts) {
				const { reports, requestedMs } = host;
				if (reports.expire(tools.clock.wallMs())) this.#rebuild();
				const silentMs = Math.abs(tools.clock.wallMs() - (reports.oldestMs ?? 0));
				const askedMs = tools.clock.monotonicMs() - requestedMs;
				const silent = !reports.current || silentMs > STATUS_INTERVAL_MS;
				if (silent || askedMs >= ASK_AGAIN_MS) this.#requestStatus(device, host);
			}
		});
		this.#refresh();
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	view(camera: CameraId): LiveViewControls {
		for (const [view, keep] of this.#parked) {
			if (this.#views.get(view) !== camera) continue;
			keep();
			this.#parked.delete(view);
			view.setPath('best');
			return view;
		}
		let last = this.cameras.find(({ id }) => id === camera) ?? unknownCamera(camera);
		const view = new LiveView({
			...this.#tools,
			screen: this.#tools.screen(),
			// A camera removed from the home while it is watched counts as offline.
			source: () => {
				const now = this.cameras.find(({ id }) => id === camera);
				last = now ?? { ...last, online: false };
				return last;
			},
			sendCommand: (name, value) => this.sendCommand(camera, name, value),
			park: (left) => {
				if (this.#parked.has(left)) return false;
				this.#parked.set(left, this.#tools.clock.after(HANDOVER_MS, left.end.bind(left)));
				return true;
			},
			pictureSeen: (atMs) => {
				// Only devices of this home are remembered.
				if (this.#hosts.has(last.device)) this.#tools.lastSeen.recordSeen(last.device, atMs);
			},
			statusChanged: this.#rebuild.bind(this),
			closed: (closed) => {
				this.#parked.delete(closed);
				this.#views.delete(closed);
			},
		});
		this.#views.set(view, camera);
		return view;
	}

	async sendCommand(
		camera: CameraId,
		name: CommandName,
		value: string | boolean | null,
	): Promise<void> {
		const { messenger, crypto, clock } = this.#tools;
		const found = this.cameras.find(({ id }) => id === camera);
		const nonce = found && this.#nonceOf(found);
		if (!found?.online || typeof nonce !== 'string') throw unreachable();
		const { device } = found;
		const id = hexOf(crypto.random(16));
		const untilMs = clock.monotonicMs() + ACTION_TIMEOUT_MS;
		const answer = new Promise<FaultKind | null>((done) => {
			this.#pending.set(id, { device, done });
		});
		try {
			const sent = await messenger.sendAction(device, {
				t: 'command',
				id,
				nonce,
				camera,
				name,
				value,
			});
			// The relay may have accepted it without confirming.
			if (sent !== 'taken' && clock.monotonicMs() < untilMs) throw unreachable();
			let kind = await this.#within(untilMs - clock.monotonicMs(), answer);
			if (kind === 'unconfirmed') {
				void messenger.send(device, { t: 'what-became', id, nonce });
				kind = await this.#within(OUTCOME_TIMEOUT_MS, answer);
			}
			if (kind !== null) throw new Fault(kind, `the camera did not confirm the command ${name}`);
		} finally {
			this.#pending.delete(id);
		}
	}

	async #within(ms: number, answer: Promise<FaultKind | null>): Promise<FaultKind | null> {
		let cancel: () => void = () => undefined;
		const late = new Promise<FaultKind>((done) => {
			cancel = this.#tools.clock.after(Math.max(0, ms), () => {
				done('unconfirmed');
			});
		});
		try {
			return await Promise.race([answer, late]);
		} finally {
			cancel();
		}
	}

	#receive(message: Message, { device, roles }: Sender): void {
		if (!may(roles, 'record')) return;
		if (message.t === 'state') this.#receiveStatus(message, device);
		else if (message.t === 'done') {
			const waiting = this.#pending.get(message.id);
			if (waiting?.device === device) waiting.done(message.fault);
		} else if ('sid' in message) {
			for (const [view, camera] of this.#views) {
				if (this.#deviceOf(camera) === device) view.receive(message);
			}
		}
	}

	#receiveStatus(state: MessageOf<'state'>, device: DeviceId): void {
		const host = this.#hosts.get(device);
		if (host?.requestNonce !== state.peer) return;
		const { clock } = this.#tools;
		const named = (): number => host.reports.states(host.ids).length;
		const before = named();
		const asked = { request: host.requestNonce, sentMs: host.requestedMs };
		const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
		if (!host.reports.receive(state, asked, now)) return;
		// The tab that has the camera now was perhaps not there at the last request.
		if (named() < before) this.#requestStatus(device, host);
		const own = state.cameras.filter(({ id }) => host.ids.some((known) => known === id));
		for (const { id, kind, recorded } of own) {
			const ever = recorded !== false || kind === 'recording' || kind === 'blind';
			this.#tools.lastSeen.recordCamera(device, id as CameraId, ever);
		}
		this.#rebuild();
	}

	/** Updates the cameras from the member list and presence. */
	#refresh(): void {
		this.#work.run(() => this.#updateHosts()).catch(expectFault);
	}

	async #updateHosts(): Promise<void> {
		const { members, messenger, crypto } = this.#tools;
		const hosts = members.list.filter(({ self, roles }) => !self && may(roles, 'record'));
		for (const device of this.#hosts.keys()) {
			if (!hosts.some((member) => member.device === device)) this.#hosts.delete(device);
		}
		for (const { device } of hosts) {
			if (this.#hosts.has(device)) continue;
			const ids = await cameraIdsOf(crypto, device);
			this.#hosts.set(device, {
				...{ ids, requestNonce: '', requestedMs: 0, reports: new DeviceReports() },
			});
		}
		const before = this.#online;
		this.#online = messenger.state.kind === 'connected' ? new Set(messenger.online) : new Set();
		for (const [device, host] of this.#hosts) {
			if (!this.#online.has(device)) host.reports.leave();
			else if (!before.has(device) || host.requestNonce === '') this.#requestStatus(device, host);
		}
		this.#rebuild();
	}

	#requestStatus(device: DeviceId, host: CameraHost): void {
		if (!this.#online.has(device)) return;
		const nonce = hexOf(this.#tools.crypto.random(16));
		host.requestNonce = nonce;
		host.requestedMs = this.#tools.clock.monotonicMs();
		void this.#tools.messenger.send(device, { t: 'ask', nonce });
	}

	#rebuild(): void {
		const { localDevice, members, lastSeen } = this.#tools;
		const cameras: WatchedCamera[] = [];
		const { state: own } = localDevice;
		if (own.kind === 'ready') {
			for (const { id, name } of own.cameras) {
				const common = { own: true, online: true, state: null, stateMs: null };
				const blank = { fares: null, blank: false };
				cameras.push({ id, name, device: own.deviceId, ...common, ...blank });
			}
		}
		for (const [device, { ids, reports }] of this.#hosts) {
			const states = reports.states(ids);
			const online = this.#online.has(device);
			const deviceName = members.list.find((member) => member.device === device)?.name ?? null;
			const common = { device, own: false, online };
			// Until it reports, a camera device is assumed to have one camera.
			const [first] = ids;
			if (states.length === 0 && first !== undefined && !(reports.current && online)) {
				const fares = this.#directStatusOf(first);
				const blank = fares === null && lastSeen.neverRecorded(device, first);
				const about = { state: null, stateMs: reports.oldestMs, fares, blank };
				cameras.push({ id: first, name: deviceName, ...about, ...common });
			}
			for (const { state, statusMs, current } of states) {
				const id = state.id as CameraId;
				// Until an online device answers, its last report does not count as current.
				const known = online && !current ? null : state;
				const fares = online && current ? state.kind : this.#directStatusOf(id);
				const on = fares !== null && fares !== 'off';
				const blank = !on && lastSeen.neverRecorded(device, id);
				const about = { state: known, stateMs: statusMs, fares, blank };
				cameras.push({ id, name: state.name ?? deviceName, ...about, ...common });
			}
		}
		this.cameras = cameras;
		this.#refreshViews();
		this.#listeners.notify();
	}

	/** Of the tab that speaks for the camera; `null`: none answered since the device is online. */
	#nonceOf({ id, device }: Pick<WatchedCamera, 'id' | 'device'>): string | null {
		const [reported] = this.#hosts.get(device)?.reports.states([id]) ?? [];
		return reported?.current === true ? reported.nonce : null;
	}

	#directStatusOf(camera: CameraId): CameraState['kind'] | null {
		for (const [view, of] of this.#views) if (of === camera && view.kind !== null) return view.kind;
		return null;
	}

	#refreshViews(): void {
		for (const view of this.#views.keys()) view.refresh();
	}

	#deviceOf(camera: CameraId): DeviceId | undefined {
		return this.cameras.find(({ id }) => id === camera)?.device;
	}
}

function unreachable(): Fault {
	return new Fault('offline', 'the camera is offline');
}

function unknownCamera(id: CameraId): WatchedCamera {
	const device = '0'.repeat(32) as DeviceId;
	const state = { state: null, stateMs: null, fares: null, blank: false };
	return { id, device, name: null, own: false, online: false, ...state };
}
