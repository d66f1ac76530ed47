import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type { FromRelay } from '#protocol/wire.ts';

/** A member's socket as other sessions see it. Frames that cannot be sent are dropped. */
export interface Peer {
	readonly home: HomeId;
	readonly device: DeviceId;
	/** Cameras of this device; empty if it is not a camera. */
	cameras: ReadonlySet<CameraId>;
	send(frame: FromRelay): void;
	/** Forwards a live part unchanged. `key`: it begins with a key frame. */
	sendPart(camera: CameraId, frame: Uint8Array, key: boolean): void;
	/**
	 * Checks the roster again; returns `false` after closing a socket that is no longer a member's
	 * (RL11).
	 */
	checkMembership(): boolean;
	/** Closes it to make room for another device of its home (RL7). */
	end(): void;
}

const MAX_SOCKETS = 256;

interface HomeRoom {
	readonly devices: Map<DeviceId, Set<Peer>>;
	/** By camera. A viewer may subscribe before the camera connects. */
	readonly watchers: Map<CameraId, Set<Peer>>;
	/** Who wants to hear of changes of saved footage. */
	readonly followers: Set<Peer>;
	sockets: number;
	/** Peers that have not received any presence yet. */
	readonly fresh: Set<Peer>;
	/** The devices in the last presence sent, joined. */
	lastOnline: string;
}

/** Connected members by home, and routing between them. */
export class Hub {
	readonly #rooms = new Map<HomeId, HomeRoom>();
	/** Homes whose presence changed: sent in batches. */
	readonly #changed = new Set<HomeId>();
	readonly #onChange: () => void;

	/** `changed`: presence changed; call `sendPresence` soon. */
	constructor(changed: () => void) {
		this.#onChange = changed;
	}

	/**
	 * `false`: the home is at its socket limit and no other device has more sockets than this one.
	 */
	enter(peer: Peer): boolean {
		const room = this.#rooms.get(peer.home) ?? emptyRoom();
		if (room.sockets >= MAX_SOCKETS && !makeRoom(room, peer)) return false;
		this.#rooms.set(peer.home, room);
		const peers = room.devices.get(peer.device);
		if (peers) peers.add(peer);
		else room.devices.set(peer.device, new Set([peer]));
		room.sockets += 1;
		room.fresh.add(peer);
		this.#change(peer.home);
		for (const camera of peer.cameras) {
			const devices = devicesOf(room.watchers.get(camera));
			if (devices.length > 0) peer.send({ t: 'watched', camera, devices });
		}
		return true;
	}

	leave(peer: Peer): void {
		const room = this.#rooms.get(peer.home);
		const peers = room?.devices.get(peer.device);
		if (!room || !peers?.delete(peer)) return;
		room.sockets -= 1;
		room.fresh.delete(peer);
		if (peers.size === 0) room.devices.delete(peer.device);
		this.unwatch(peer);
		room.followers.delete(peer);
		if (room.sockets === 0) {
			this.#rooms.delete(peer.home);
			this.#changed.delete(peer.home);
		} else this.#change(peer.home);
	}

	peersOf(home: HomeId, device: DeviceId): ReadonlySet<Peer> {
		return this.#rooms.get(home)?.devices.get(device) ?? new Set();
	}

	*peersIn(home: HomeId): Iterable<Peer> {
		for (const peers of this.#rooms.get(home)?.devices.values() ?? []) yield* peers;
	}

	broadcast(home: HomeId, frame: FromRelay, but?: Peer): void {
		for (const peer of this.peersIn(home)) if (peer !== but) peer.send(frame);
	}

	/** Returns `true` if the peer was not watching before and is now. */
	watch(peer: Peer, camera: CameraId, on: boolean): boolean {
		const room = this.#rooms.get(peer.home);
		if (!room) return false;
		const watchers = room.watchers.get(camera) ?? new Set();
		if (watchers.has(peer) === on) return false;
		if (on) room.watchers.set(camera, watchers.add(peer));
		else watchers.delete(peer);
		if (watchers.size === 0) room.watchers.delete(camera);
		const devices = devicesOf(watchers);
		for (const peers of room.devices.values())
			for (const other of peers)
				if (other.cameras.has(camera)) other.send({ t: 'watched', camera, devices });
		return on;
	}

	unwatch(peer: Peer): void {
		const cameras = this.#rooms.get(peer.home)?.watchers.keys() ?? [];
		for (const camera of [...cameras]) this.watch(peer, camera, false);
	}

	follow(peer: Peer, on: boolean): void {
		const followers = this.#rooms.get(peer.home)?.followers;
		if (on) followers?.add(peer);
		else followers?.delete(peer);
	}

	tellFollowers(home: HomeId, frame: FromRelay): void {
		for (const peer of this.#rooms.get(home)?.followers ?? []) peer.send(frame);
	}

	watches(peer: Peer): number {
		const all = this.#rooms.get(peer.home)?.watchers.values() ?? [];
		return [...all].filter((watchers) => watchers.has(peer)).length;
	}

	forwardPart(home: HomeId, camera: CameraId, frame: Uint8Array, key: boolean): number {
		const watchers = this.#rooms.get(home)?.watchers.get(camera);
		if (!watchers) return 0;
		for (const peer of watchers) peer.sendPart(camera, frame, key);
		return watchers.size;
	}

	/** Sends presence to the homes in which it changed (RL16). */
	sendPresence(): void {
		for (const home of this.#changed) {
			const room = this.#rooms.get(home);
			const online = [...(room?.devices.keys() ?? [])].sort().slice(0, 64);
			if (!room) continue;
			const joined = online.join();
			const recipients = room.lastOnline === joined ? room.fresh : this.peersIn(home);
			for (const peer of [...recipients]) peer.send({ t: 'presence', online });
			room.lastOnline = joined;
			room.fresh.clear();
		}
		this.#changed.clear();
	}

	#change(home: HomeId): void {
		if (this.#changed.size === 0) this.#onChange();
		this.#changed.add(home);
	}
}

/** Each device once, however many sockets it has. */
function devicesOf(watchers: Iterable<Peer> = []): DeviceId[] {
	return [...new Set(Array.from(watchers, ({ device }) => device))];
}

/**
 * Closes the oldest socket of the device that has the most, so that no device can keep others out
 * (RL7).
 */
function makeRoom({ devices }: HomeRoom, peer: Peer): boolean {
	let largest: ReadonlySet<Peer> = devices.get(peer.device) ?? new Set();
	for (const peers of devices.values()) if (peers.size > largest.size) largest = peers;
	const [oldest] = largest;
	if (!oldest || oldest.device === peer.device) return false;
	oldest.end();
	return true;
}

function emptyRoom(): HomeRoom {
	const [watchers, followers] = [new Map<CameraId, Set<Peer>>(), new Set<Peer>()];
	return {
		...{ devices: new Map(), watchers, followers, sockets: 0 },
		...{ fresh: new Set(), lastOnline: '' },
	};
}
