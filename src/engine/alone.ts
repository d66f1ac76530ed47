import { Fault } from '#domain/fault.ts';
import type { HouseControls } from './house.ts';
import type { Member, MembersControls } from './members.ts';
import type { Post } from './post.ts';
import type { HostingControls, WatchedCamera, WatchingControls } from './watching.ts';

/** A home of one device that nobody can reach. */
export class Alone implements WatchingControls, HostingControls, MembersControls {
	readonly watchers = [];
	readonly newcomers = [];
	readonly talking = null;
	readonly siren = null;
	readonly forked = false;
	readonly post: Pick<Post, 'state' | 'on'> = {
		state: { kind: 'none' },
		on: () => () => undefined,
	};
	readonly #house: HouseControls;

	constructor(house: HouseControls) {
		this.#house = house;
	}

	get cameras(): readonly WatchedCamera[] {
		const { state } = this.#house;
		if (state.kind !== 'ready') return [];
		const here = { device: state.deviceId, own: true, online: true, state: null, stateMs: null };
		return state.cameras.map((camera) => ({ ...camera, ...here }));
	}

	get list(): readonly Member[] {
		const { state } = this.#house;
		if (state.kind !== 'ready') return [];
		return [
			{
				device: state.deviceId,
				roles: ['camera', 'viewer', 'owner'],
				name: state.cameras[0]?.name ?? null,
				...{ self: true, online: false, seenMs: null, addedMs: 0, notAfterMs: null, safety: '' },
			},
		];
	}

	get owner(): boolean {
		return this.#house.state.kind === 'ready';
	}

	on(listener: () => void): () => void {
		return this.#house.on(listener);
	}

	seen(): void {
		// Nobody came.
	}

	hush(): void {
		// Nobody is heard.
	}

	view(): never {
		throw new Fault('offline', 'no other camera is reached from here');
	}

	command(): Promise<never> {
		return Promise.reject(new Fault('offline', 'no other camera is reached from here'));
	}

	async rename(_: string, name: string): Promise<void> {
		const { state } = this.#house;
		const camera = state.kind === 'ready' ? state.cameras[0] : undefined;
		if (camera) await this.#house.name(camera.id, name);
	}

	revoke(): Promise<never> {
		return Promise.reject(new Fault('denied', 'the last owner stays'));
	}

	change(): Promise<never> {
		return Promise.reject(new Fault('denied', 'the last owner stays'));
	}

	showEarlier(): Promise<never> {
		return Promise.reject(new Fault('denied', 'nobody to show it to'));
	}
}
