import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type { FromRelay } from '#protocol/wire.ts';

/** A device's line, as the rest sees it: what cannot be sent is dropped there. */
export interface Peer {
	readonly home: HomeId;
	readonly device: DeviceId;
	/** The cameras that are made of this device; empty where it is none. */
	cameras: ReadonlySet<CameraId>;
	send(frame: FromRelay): void;
	/** A live part, as it came. `key`: it begins with a key frame. */
	sendPart(camera: CameraId, frame: Uint8Array, key: boolean): void;
	/** Looks itself up in the roster; whoever is no member any more is closed (RL11). */
	checkMembership(): boolean;
	/** Its place is needed for another device of its home. */
	end(): void;
}

const MAX_SOCKETS = 256;

interface HomeRoom {
	readonly devices: Map<DeviceId, Set<Peer>>;
	/** By camera. A viewer may watch before the camera is there. */
	readonly watchers: Map<CameraId, Set<Peer>>;
	sockets: number;
	/** Who has not been told yet, not even that nothing changed. */
	readonly fresh: Set<Peer>;
	/** Who was there when it was told last. */
	told: string;
}

/** Who of which home is here, and the way from one to the others. */
export class Hub {
	readonly #rooms = new Map<HomeId, HomeRoom>();
	/** Homes in which somebody came or went: told once for many at a time. */
	readonly #changed = new Set<HomeId>();
	readonly #onChange: () => void;

	/** `changed`: somebody came or went, and `tellPresence` is wanted soon. */
	constructor(changed: () => void) {
		this.#onChange = changed;
	}

	/** `false`: the home has as many as it may have, and none of its devices more than this one. */
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

	/** `true`: this peer watches from now on. */
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

	/** How many cameras this peer watches. */
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

	/** Tells the homes in which somebody came or went who is there now (RL16). */
	sendPresence(): void {
		for (const home of this.#changed) {
			const room = this.#rooms.get(home);
			const online = [...(room?.devices.keys() ?? [])].sort().slice(0, 64);
			if (!room) continue;
			const told = online.join();
			const whom = room.told === told ? room.fresh : this.peersIn(home);
			for (const peer of [...whom]) peer.send({ t: 'presence', online });
			room.told = told;
			room.fresh.clear();
		}
		this.#changed.clear();
	}

	#change(home: HomeId): void {
		if (this.#changed.size === 0) this.#onChange();
		this.#changed.add(home);
	}
}

/** Each once, however many sockets it has. */
function devicesOf(watchers: Iterable<Peer> = []): DeviceId[] {
	return [...new Set(Array.from(watchers, ({ device }) => device))];
}

/**
 * Ends the oldest socket of the device that has most, so that one device keeps no other out (RL7).
 */
function makeRoom({ devices }: HomeRoom, peer: Peer): boolean {
	let most: ReadonlySet<Peer> = devices.get(peer.device) ?? new Set();
	for (const peers of devices.values()) if (peers.size > most.size) most = peers;
	const [oldest] = most;
	if (!oldest || oldest.device === peer.device) return false;
	oldest.end();
	return true;
}

function emptyRoom(): HomeRoom {
	return { devices: new Map(), watchers: new Map(), sockets: 0, fresh: new Set(), told: '' };
}
