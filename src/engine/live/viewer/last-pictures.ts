import { only } from '#domain/base/listeners.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { LastPicture, LastPictureStore } from '#ports/storage/last-picture-store.ts';
import type { CameraDirectoryControls, LastPictureControls } from '#engine/live/controls.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';

/** While a camera is on show, its picture is kept this often. */
const INTERVAL_MS = 30_000;
const MAX_BYTES = 20_000;

export interface LastPictureTools {
	readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly store: LastPictureStore;
	readonly cameraDirectory: Pick<CameraDirectoryControls, 'cameras' | 'on'>;
	readonly members: Pick<MemberListControls, 'list' | 'on'>;
	readonly messenger: Pick<Messenger, 'state' | 'on'>;
}

/**
 * The last picture of each remote camera, for when it is offline. Only of cameras of this home.
 * Rules: docs/spec/live.md, LV45.
 */
export class LastPictures implements LastPictureControls {
	readonly #tools: LastPictureTools;
	readonly #known = new Map<CameraId, LastPicture>();
	readonly #keptMs = new Map<CameraId, number>();
	/** The devices and cameras that were last pruned for. */
	#pruned = '';

	constructor(tools: LastPictureTools) {
		this.#tools = tools;
		tools.members.on(only(['members'], () => void this.#prune()));
		tools.messenger.on(only(['connection'], () => void this.#prune()));
		tools.cameraDirectory.on(() => void this.#prune());
	}

	async find(camera: CameraId): Promise<LastPicture | null> {
		const known = this.#known.get(camera);
		if (known !== undefined) return known;
		try {
			const found = await this.#tools.store.read(camera);
			if (found === null || !this.#wanted(found)) return null;
			// One that was kept meanwhile is newer.
			const newest = this.#known.get(camera) ?? found;
			this.#known.set(camera, newest);
			return newest;
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	isDue(camera: CameraId): boolean {
		const keptMs = this.#keptMs.get(camera);
		return keptMs === undefined || this.#tools.clock.monotonicMs() - keptMs >= INTERVAL_MS;
	}

	async keep(camera: CameraId, jpeg: LastPicture['jpeg'], ageMs: number): Promise<void> {
		const { clock, cameraDirectory, store } = this.#tools;
		const of = cameraDirectory.cameras.find(({ id }) => id === camera);
		if (of === undefined || of.own || jpeg.length > MAX_BYTES) return;
		const picture = { camera, device: of.device, atMs: clock.wallMs() - ageMs, jpeg };
		if (!this.#wanted(picture)) return;
		this.#known.set(camera, picture);
		this.#keptMs.set(camera, clock.monotonicMs());
		try {
			await store.write(picture);
		} catch (error) {
			// It is known as long as the page is open.
			expectFault(error);
		}
	}

	/** Whether its device is in the home and may still be seen, and it is a camera of that device. */
	#wanted({ camera, device }: Pick<LastPicture, 'camera' | 'device'>): boolean {
		if (this.#refused) return false;
		const { members, cameraDirectory } = this.#tools;
		// Until the roster is read.
		if (!members.list.some(({ self }) => self)) return true;
		if (!members.list.some((one) => one.device === device)) return false;
		const reported = cameraDirectory.cameras.filter(
			(one) => one.device === device && one.state !== null,
		);
		return reported.length === 0 || reported.some(({ id }) => id === camera);
	}

	/** LV14: a removed device shows nothing any more. */
	get #refused(): boolean {
		const { state } = this.#tools.messenger;
		return state.kind === 'refused' && state.why === 'not-a-member';
	}

	async #prune(): Promise<void> {
		const { members, cameraDirectory } = this.#tools;
		if (!this.#refused && !members.list.some(({ self }) => self)) return;
		const reported = cameraDirectory.cameras.flatMap(({ id, state }) => (state ? [id] : []));
		const now = [this.#refused, ...members.list.map(({ device }) => device), ...reported].join();
		if (now === this.#pruned) return;
		this.#pruned = now;
		for (const picture of [...this.#known.values()]) {
			if (this.#wanted(picture)) continue;
			this.#known.delete(picture.camera);
			this.#keptMs.delete(picture.camera);
		}
		try {
			await this.#tools.store.keepOnly((of) => this.#wanted(of));
		} catch (error) {
			// The next change tries again.
			this.#pruned = '';
			expectFault(error);
		}
	}
}
