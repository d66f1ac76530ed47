import { ageMs, betterOffset, type ClockOffset } from '#domain/live/age.ts';
import { hexOf } from '#domain/base/bytes.ts';
import { Fault, faultOf, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { may } from '#domain/home/rights.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { LiveScreen } from '#ports/media/live-screen.ts';
import type { CameraState, CommandName, Message } from '#protocol/message.ts';
import { ACTION_TIMEOUT_MS } from '#engine/messaging/freshness-gate.ts';
import type { LocalDeviceControls } from '#engine/home/local-device.ts';
import { cameraIdOf } from '#engine/home/keys.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { Sender } from '#engine/messaging/messenger.ts';
import type { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { LiveView, type LiveViewTools } from './live-view.ts';
import type {
	LiveViewControls,
	WatchedCamera,
	CameraDirectoryControls,
} from '#engine/live/controls.ts';

/** What became of a command that nobody answered is asked for once more. */
const OUTCOME_TIMEOUT_MS = 3000;
/**
 * A camera tells every 10 s. What was lost on the way, or is not told to this tab any more, is
 * asked for again.
 */
const STATUS_INTERVAL_MS = 15_000;
/** What a camera that is there said longer ago says nothing of now. */
const STATUS_TTL_MS = 45_000;
const MAX_CAMERAS = 16;
/** A view that nobody looks at may be taken over so long (LV18). */
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

/** Another device that is a camera, as far as it is known. */
interface CameraHost {
	/** Its cameras' ids by their number (ID5): whatever else it claims to be is not believed. */
	readonly ids: readonly CameraId[];
	/** The nonce it was asked with. */
	asked: string;
	/** When, by the monotonic clock; `null`: that was answered. */
	askedMs: number | null;
	/** What a command must carry; `null`: it has not answered since it came. */
	nonce: string | null;
	offset: ClockOffset | null;
	states: readonly CameraState[];
	/** Wall ms: when it was so, at the earliest. */
	soMs: number | null;
}

interface PendingCommand {
	readonly device: DeviceId;
	readonly done: (fault: FaultKind | null) => void;
}

/** The cameras of this home, watched and ordered about. Rules: docs/spec/live.md. */
export class CameraDirectory implements CameraDirectoryControls {
	cameras: readonly WatchedCamera[] = [];
	readonly #tools: CameraDirectoryTools;
	readonly #listeners = new Set<() => void>();
	readonly #hosts = new Map<DeviceId, CameraHost>();
	readonly #views = new Map<LiveView, CameraId>();
	/** Closed, and how to keep them from ending. */
	readonly #parked = new Map<LiveView, () => void>();
	readonly #pending = new Map<string, PendingCommand>();
	#online: ReadonlySet<DeviceId> = new Set();
	#work: Promise<void> = Promise.resolve();

	constructor(tools: CameraDirectoryTools) {
		this.#tools = tools;
		const look = (): void => {
			this.#refresh();
		};
		tools.localDevice.on(look);
		tools.members.on(look);
		tools.messenger.on(look);
		tools.lastSeen.on(look);
		tools.messenger.onMessage((message, from) => {
			this.#receive(message, from);
		});
		tools.clock.every(STATUS_INTERVAL_MS, () => {
			for (const [device, host] of this.#hosts) {
				const silentMs = Math.abs(tools.clock.wallMs() - (host.soMs ?? 0));
				if (silentMs > STATUS_TTL_MS && host.nonce !== null) {
					host.nonce = null;
					this.#rebuild();
				}
				if (host.nonce === null || silentMs > STATUS_INTERVAL_MS) this.#requestStatus(device, host);
			}
		});
		look();
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
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
			// A camera that leaves the home while it is watched: away.
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
				// Only who belongs to the home is remembered.
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
		const nonce = found && (this.#hosts.get(found.device)?.nonce ?? null);
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
			// A relay that said nothing may have taken it all the same.
			if (sent !== 'taken' && clock.monotonicMs() < untilMs) throw unreachable();
			let kind = await this.#within(untilMs - clock.monotonicMs(), answer);
			if (kind === 'unconfirmed') {
				void messenger.send(device, { t: 'what-became', id, nonce });
				kind = await this.#within(OUTCOME_TIMEOUT_MS, answer);
			}
			if (kind !== null) throw new Fault(kind, `the camera did not confirm: ${name}`);
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
		if (host?.asked !== state.peer) return;
		const { atMs } = state;
		const heardMs = this.#tools.clock.monotonicMs();
		if (host.askedMs !== null) {
			// Another page has a clock of live of its own.
			const known = host.nonce === state.nonce ? host.offset : null;
			host.offset = betterOffset(known, { sentMs: host.askedMs, heardMs, theirsMs: atMs });
			host.askedMs = null;
		}
		if (host.offset === null) return;
		host.nonce = state.nonce;
		host.soMs = this.#tools.clock.wallMs() - ageMs(heardMs, host.offset, atMs);
		host.states = state.cameras.filter(({ id }) => host.ids.some((own) => own === id));
		for (const { id, kind, recorded } of host.states) {
			const ever = recorded !== false || kind === 'recording' || kind === 'blind';
			this.#tools.lastSeen.recordCamera(device, id as CameraId, ever);
		}
		this.#rebuild();
	}

	/** Who is in the home, and who of them is there. */
	#refresh(): void {
		this.#work = this.#work.then(async () => {
			try {
				await this.#updateHosts();
			} catch (error) {
				faultOf(error);
			}
		});
	}

	async #updateHosts(): Promise<void> {
		const { members, messenger, crypto } = this.#tools;
		const hosts = members.list.filter(({ self, roles }) => !self && may(roles, 'record'));
		for (const device of this.#hosts.keys()) {
			if (!hosts.some((member) => member.device === device)) this.#hosts.delete(device);
		}
		for (const { device } of hosts) {
			if (this.#hosts.has(device)) continue;
			const numbers = Array.from({ length: MAX_CAMERAS }, (_, at) => at + 1);
			const ids = await Promise.all(numbers.map((n) => cameraIdOf(crypto, device, n)));
			this.#hosts.set(device, {
				...{ ids, asked: '', askedMs: null, nonce: null },
				...{ offset: null, states: [], soMs: null },
			});
		}
		const before = this.#online;
		this.#online = messenger.state.kind === 'connected' ? new Set(messenger.online) : new Set();
		for (const [device, host] of this.#hosts) {
			if (!this.#online.has(device)) host.nonce = null;
			else if (!before.has(device) || host.asked === '') this.#requestStatus(device, host);
		}
		this.#rebuild();
	}

	#requestStatus(device: DeviceId, host: CameraHost): void {
		if (!this.#online.has(device)) return;
		const nonce = hexOf(this.#tools.crypto.random(16));
		host.asked = nonce;
		host.askedMs = this.#tools.clock.monotonicMs();
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
		for (const [device, { ids, states, soMs, nonce }] of this.#hosts) {
			const online = this.#online.has(device);
			const called = members.list.find((member) => member.device === device)?.name ?? null;
			const common = { device, own: false, online, stateMs: soMs };
			// Until it says more, a device that is a camera has one.
			const [first] = ids;
			if (states.length === 0 && first !== undefined && (nonce === null || !online)) {
				const fares = this.#directStatusOf(first);
				const blank = fares === null && lastSeen.neverRecorded(device, first);
				cameras.push({ id: first, name: called, state: null, fares, blank, ...common });
			}
			for (const state of states) {
				const id = state.id as CameraId;
				// Of one that is there and has not answered, what it said before is not of now.
				const known = online && nonce === null ? null : state;
				const fares = online && nonce !== null ? state.kind : this.#directStatusOf(id);
				const on = fares !== null && fares !== 'off';
				const blank = !on && lastSeen.neverRecorded(device, id);
				const about = { state: known, fares, blank };
				cameras.push({ id, name: state.name ?? called, ...about, ...common });
			}
		}
		this.cameras = cameras;
		this.#refreshViews();
		for (const listener of this.#listeners) listener();
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
	return new Fault('offline', 'the camera is not there');
}

function unknownCamera(id: CameraId): WatchedCamera {
	const device = '0'.repeat(32) as DeviceId;
	const state = { state: null, stateMs: null, fares: null, blank: false };
	return { id, device, name: null, own: false, online: false, ...state };
}
