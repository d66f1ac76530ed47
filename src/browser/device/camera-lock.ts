import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import { faultFrom } from '#browser/storage/fault-from.ts';

const ANSWER_TIMEOUT_MS = 5000;
const CAMERA_PREFIX = 'spycam-camera ';

/**
 * Web Locks: shared by all tabs of this origin, and let go by the browser when a tab dies. Throws
 * `Fault`: `unsupported` (no locks here), `timeout`.
 */
export class WebCameraLock implements CameraLock {
	/** Locks given back here, until the browser has really let them go. */
	readonly #leaving = new Map<CameraId, Promise<unknown>>();
	readonly #prefix: string;

	/** Of recording, or of the lens. */
	constructor(what: 'camera' | 'lens' = 'camera') {
		this.#prefix = `spycam-${what} `;
	}

	async acquire(camera: CameraId): Promise<(() => void) | null> {
		// Else stopping and starting at once would find the camera taken, by ourselves.
		await this.#leaving.get(camera);
		return withDeadline<(() => void) | null>((answer, fail) => {
			const held = lockManager().request(this.#prefix + camera, { ifAvailable: true }, (lock) => {
				if (lock === null) return answer(null);
				return new Promise<void>((letGo) => {
					const release = () => {
						this.#leaving.set(camera, settled);
						letGo();
					};
					// An answer that comes too late finds nobody who would ever give the lock back.
					if (!answer(release)) letGo();
				});
			});
			const settled = held.then(
				() => this.#leaving.delete(camera),
				() => this.#leaving.delete(camera),
			);
			held.catch(fail);
		});
	}

	isHeld(camera: CameraId): Promise<boolean> {
		return withDeadline((answer, fail) => {
			lockManager()
				.query()
				.then(({ held = [] }) => answer(held.some(({ name }) => name === this.#prefix + camera)))
				.catch(fail);
		});
	}
}

/** Whether any tab of this browser has any camera. Throws `Fault`: `timeout`. */
export async function anyCameraLocked(): Promise<boolean> {
	// Without locks no tab can have one.
	if (!('locks' in navigator)) return false;
	return withDeadline((answer, fail) => {
		lockManager()
			.query()
			.then(({ held = [] }) =>
				answer(held.some(({ name }) => name?.startsWith(CAMERA_PREFIX) === true)),
			)
			.catch(fail);
	});
}

function lockManager(): LockManager {
	const { locks } = navigator as { locks?: LockManager };
	if (locks === undefined) throw new Fault('unsupported', 'this browser has no locks');
	return locks;
}

/** `answer` says whether anybody was still waiting. */
function withDeadline<T>(
	ask: (answer: (value: T) => boolean, fail: (error: unknown) => void) => void,
): Promise<T> {
	return new Promise((resolve, reject) => {
		let waiting = true;
		const done = (): boolean => {
			const first = waiting;
			waiting = false;
			clearTimeout(timer);
			return first;
		};
		const timer = setTimeout(() => {
			if (done()) reject(new Fault('timeout', 'the browser did not answer about a lock'));
		}, ANSWER_TIMEOUT_MS);
		const fail = (error: unknown) => {
			if (done()) reject(faultFrom(error));
		};
		try {
			ask((value) => {
				const first = done();
				if (first) resolve(value);
				return first;
			}, fail);
		} catch (error) {
			fail(error);
		}
	});
}
