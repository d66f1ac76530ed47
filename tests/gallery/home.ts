import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { OriginState } from '#domain/footage/origin.ts';
import type { Role } from '#domain/home/roster.ts';
import type { Engine } from '#state/app/engine.ts';
import type { Member, ForkSummary, RevocationProof } from '#engine/members/member-list.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type {
	LiveHostControls,
	LiveViewControls,
	ViewState,
	WatchedCamera,
	Watcher,
} from '#engine/live/controls.ts';
import { CAMERA, NOON } from './scene.ts';

/** A static home, for looking at each of its states. */

const nothing = (): void => undefined;
const off = () => nothing;
const done = () => Promise.resolve();

export const REMOTE_CAMERA = '1'.repeat(32) as CameraId;
const idOf = (n: number) => n.toString(16).padStart(32, '0') as DeviceId;

const SAFETY = '30412 99871 55023 71764 08825 61190 43207 12289 90034 67715 28846 50931';

function member(
	n: number,
	name: string | null,
	roles: readonly Role[],
	more: Partial<Member> = {},
) {
	return {
		...{ device: idOf(n), name, roles, self: false, online: false, safety: SAFETY },
		...{ addedMs: NOON - 86_400_000, notAfterMs: null },
		...more,
	};
}

export const MEMBERS: readonly Member[] = [
	member(0, 'Hall', ['camera', 'viewer', 'owner'], { self: true, online: true }),
	member(1, 'Kitchen phone', ['camera'], { online: true }),
	member(2, 'Laptop at work with a rather long name', ['viewer'], {
		notAfterMs: NOON + 30 * 86_400_000,
	}),
	member(3, 'Grandma', ['viewer', 'live']),
	member(4, null, ['recovery']),
];

/** A minute, a day, or never. */
const SEEN: ReadonlyMap<DeviceId, number> = new Map([
	[idOf(1), NOON - 3_600_000],
	[idOf(2), NOON - 86_400_000],
]);

export const PROOFS: readonly RevocationProof[] = [
	{ atMs: NOON, relayMs: null, cameras: [{ device: idOf(1), ms: null }] },
	{ atMs: NOON, relayMs: 320, cameras: [{ device: idOf(1), ms: 812 }] },
];

export const WATCHED: WatchedCamera = {
	...{ id: REMOTE_CAMERA, device: idOf(1), name: 'Kitchen phone', own: false, online: true },
	state: {
		...{ id: REMOTE_CAMERA, name: 'Kitchen phone', kind: 'recording', sinceMs: NOON - 7_200_000 },
		...{ savedMs: NOON, sound: true, torch: false, lens: 'back', quality: 'standard' },
		lenses: [
			{ id: 'back', label: 'Back camera' },
			{ id: 'front', label: '' },
		],
		...{ guard: false, battery: { level: 0.63, charging: true } },
	},
	...{ stateMs: NOON - 3_600_000, fares: 'recording', blank: false },
};

export const OWN: WatchedCamera = {
	...{ id: CAMERA, device: idOf(0), name: 'Hall', own: true, online: true },
	...{ state: null, stateMs: null, fares: null, blank: false },
};

export const VIEWS: readonly ViewState[] = [
	{ kind: 'connecting', trying: 'direct', sinceMs: NOON },
	{ kind: 'live', path: 'direct', reason: 'best', ageMs: 180, sound: true, fragmented: false },
	{ kind: 'live', path: 'turn', reason: 'blocked', ageMs: 900, sound: false, fragmented: false },
	{
		kind: 'live',
		path: 'relayed',
		reason: 'blocked',
		ageMs: 1300,
		sound: false,
		fragmented: false,
	},
	{ kind: 'live', path: 'relayed', reason: 'blocked', ageMs: 1900, sound: true, fragmented: true },
	{ kind: 'live', path: 'relayed', reason: 'full', ageMs: 1300, sound: false, fragmented: false },
	{ kind: 'stale', path: 'direct', ageMs: 12_300, trying: 'relayed' },
	{ kind: 'ended', why: 'camera-away', fault: null },
	{ kind: 'ended', why: 'camera-off', fault: null },
	{ kind: 'ended', why: 'revoked', fault: null },
	{ kind: 'ended', why: 'no-relay', fault: null },
	{ kind: 'ended', why: 'failed', fault: null },
];

/** Paints a room with a window and a door, at dusk. */
function paint(canvas: HTMLCanvasElement): void {
	canvas.width = 640;
	canvas.height = 360;
	const pen = canvas.getContext('2d');
	if (!pen) return;
	const fill = (colour: string, x: number, y: number, width: number, height: number) => {
		pen.fillStyle = colour;
		pen.fillRect(x, y, width, height);
	};
	fill('#5b6b70', 0, 0, 640, 250);
	fill('#8a7a63', 0, 250, 640, 110);
	fill('#dfe6df', 70, 50, 150, 120);
	fill('#5d7f93', 80, 60, 60, 100);
	fill('#6d8fa0', 150, 60, 60, 100);
	fill('#3d2f26', 430, 70, 110, 190);
	fill('#c9a227', 520, 160, 10, 10);
}

export function stubView(state: ViewState): LiveViewControls {
	return {
		state,
		on: off,
		setRate: nothing,
		attach(video: HTMLVideoElement, canvas: HTMLCanvasElement) {
			video.style.visibility = 'hidden';
			paint(canvas);
		},
		...{ setPath: nothing, mute: nothing, talk: done, retry: nothing, close: nothing },
	};
}

/** The part of an interface that a screen needs; return types are not checked. */
export type Stub<T> = T extends (...given: infer A) => unknown
	? (...given: A) => unknown
	: T extends readonly unknown[] | Promise<unknown>
		? T
		: T extends object
			? { readonly [K in keyof T]?: Stub<T[K]> }
			: T;

export interface HomeOptions {
	readonly view?: ViewState;
	readonly cameras?: readonly WatchedCamera[];
	/** The result of a command. */
	readonly command?: 'done' | 'waits' | FaultKind;
	readonly members?: readonly Member[];
	readonly owner?: boolean;
	readonly forked?: boolean;
	readonly fork?: ForkSummary;
	readonly watchers?: readonly Watcher[];
	readonly newcomers?: readonly DeviceId[];
	readonly heard?: boolean;
	readonly link?: RelayConnectionState;
	/** What the relay answers about saved footage. */
	readonly relay?: OriginState;
	/** The proof of a revocation so far. */
	readonly proof?: RevocationProof;
}

export const WATCHERS: readonly Watcher[] = [
	{
		device: idOf(2),
		name: 'Laptop at work with a rather long name',
		path: 'direct',
		sinceMs: NOON,
	},
	{ device: idOf(3), name: 'Grandma', path: 'relayed', sinceMs: NOON - 600_000 },
	{ device: idOf(5), name: null, path: 'sealed', sinceMs: NOON - 60_000 },
];

export const LINKS: readonly RelayConnectionState[] = [
	{ kind: 'none' },
	{ kind: 'connecting', origin: 'https://cam.local:8443' },
	{ kind: 'connected', origin: 'https://cam.local:8443' },
	{ kind: 'away', origin: 'https://cam.local:8443', againMs: NOON + 30_000 },
	{ kind: 'refused', origin: 'https://cam.local:8443', why: 'unknown-home' },
];

export function stubHosting(options: HomeOptions): LiveHostControls {
	return {
		watchers: options.watchers ?? [],
		newcomers: options.newcomers ?? [],
		talking: options.heard === true ? idOf(3) : null,
		siren: options.heard === true ? idOf(2) : null,
		...{ on: off, hush: nothing, acknowledge: nothing },
	};
}

export function stubHome(options: HomeOptions): Stub<Engine> {
	return {
		cameraDirectory: {
			cameras: options.cameras ?? [],
			on: off,
			view: () => stubView(options.view ?? { kind: 'connecting', trying: 'camera', sinceMs: NOON }),
			sendCommand: () => {
				if (options.command === undefined || options.command === 'done') return done();
				if (options.command === 'waits') return new Promise<void>(nothing);
				return Promise.reject(new Fault(options.command, 'for the picture'));
			},
		},
		lastPictures: {
			find: () => Promise.resolve(null),
			isDue: () => false,
			keep: done,
		},
		lastSeen: {
			isAcknowledged: () => false,
			acknowledge: nothing,
			seenMs: (device: DeviceId) => SEEN.get(device) ?? null,
		},
		members: {
			list: options.members ?? MEMBERS,
			owner: options.owner ?? true,
			forked: options.forked ?? false,
			fork: options.fork ?? null,
			on: off,
			rename: done,
			rollBackClaims: () => Promise.resolve(),
			settle: done,
			revoke: (_: DeviceId, tell: (revoked: RevocationProof) => void) => {
				if (options.proof) tell(options.proof);
				return done();
			},
			change: done,
			showEarlier: done,
		},
		arrivals: { list: [], on: off, dismiss: done },
		messenger: {
			state: options.link ?? { kind: 'connected', origin: 'https://cam.local:8443' },
			on: off,
		},
	};
}
