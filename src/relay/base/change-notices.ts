import type { CameraId, HomeId } from '#domain/base/ids.ts';

/** The first change is told at once, those after it together. */
const NOTICE_MS = 1_000;

/** Footage or what stands beside it changed in these wall minutes, both included. */
export interface ChangeNotice {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly from: number;
	readonly to: number;
}

/** Tells what changed, of each camera at most once a second (PB37). */
export class ChangeNotices {
	readonly #send: (notice: ChangeNotice) => void;
	/** By camera: told within the last second, and what came since. */
	readonly #waiting = new Map<string, ChangeNotice | null>();

	constructor(send: (notice: ChangeNotice) => void) {
		this.#send = send;
	}

	note({ home, camera }: Pick<ChangeNotice, 'home' | 'camera'>, minute: number): void {
		const name = `${home}/${camera}`;
		const before = this.#waiting.get(name);
		if (before === undefined) {
			this.#tell(name, { home, camera, from: minute, to: minute });
			return;
		}
		const { from, to } = before ?? { from: minute, to: minute };
		const notice = { home, camera, from: Math.min(from, minute), to: Math.max(to, minute) };
		this.#waiting.set(name, notice);
	}

	#tell(name: string, notice: ChangeNotice): void {
		this.#send(notice);
		this.#waiting.set(name, null);
		setTimeout(() => {
			const next = this.#waiting.get(name) ?? null;
			this.#waiting.delete(name);
			if (next !== null) this.#tell(name, next);
		}, NOTICE_MS).unref();
	}
}
