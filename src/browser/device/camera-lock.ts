import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import { faultFrom } from '#browser/storage/fault-from.ts';

const ANSWER_TIMEOUT_MS = 5000;
const CAMERA_PREFIX = 'spycam-camera ';

/**
 * Web Locks: shared by all tabs of this origin, and released by the browser when a tab dies. Throws
 * `Fault`: `unsupported` (no Web Locks API), `timeout`.
 */
export class WebCameraLock implements CameraLock {
	/** Locks this tab has released, until the browser confirms the release. */
	readonly #leaving = new Map<CameraId, Promise<unknown>>();
	readonly #prefix: string;

	/** `camera`: the right to record; `lens`: tab leadership; `upload`: the copy to the relay. */
	constructor(what: 'camera' | 'lens' | 'upload' | 'looks' = 'camera') {
		this.#prefix = `spycam-${what} `;
	}

	async acquire(camera: CameraId): Promise<(() => void) | null> {
		// Otherwise a quick stop and start would find the camera locked by this very tab.
		await this.#leaving.get(camera);
		return withDeadline<(() => void) | null>((answer, fail) => {
			const held = lockManager().request(this.#prefix + camera, { ifAvailable: true }, (lock) => {
				if (lock === null) return answer(null);
				return new Promise<void>((releaseLock) => {
					const release = () => {
						this.#leaving.set(camera, settled);
						releaseLock();
					};
					// After the deadline nobody would release the lock.
					if (!answer(release)) releaseLock();
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

/** Whether any tab of this browser holds the lock of any camera. Throws `Fault`: `timeout`. */
export async function anyCameraLocked(): Promise<boolean> {
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
	if (locks === undefined) throw new Fault('unsupported', 'this browser has no Web Locks API');
	return locks;
}

/** `answer` returns false once the deadline has passed. */
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
			if (done())
				reject(new Fault('timeout', 'the browser did not answer a lock request within 5 s'));
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
