import { Fault } from '#domain/base/fault.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/media/lens.ts';
import type {
	Capture,
	Captured,
	CapturedEvent,
	CaptureRequest,
	Lens,
	Picture,
} from '#ports/media/capture.ts';

type CaptureFormat = Parameters<Captured['adjust']>[0];

/** A lens controlled by the test. */
export class FakeCaptured implements Captured {
	readonly picture = {} as Picture;
	readonly lensId: string;
	readonly label: string;
	readonly chosen: boolean;
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	readonly sound: boolean;
	closed = false;
	delivered = 0;
	readonly #listeners = new Set<(event: CapturedEvent) => void>();

	constructor(request: CaptureRequest, { id, label }: Pick<Lens, 'id' | 'label'>, chosen: boolean) {
		this.lensId = id;
		this.label = label;
		this.chosen = chosen;
		this.width = request.width;
		this.height = request.height;
		this.frameRate = request.frameRate;
		this.sound = request.sound;
	}

	frames(): number {
		return this.delivered;
	}

	lost(): number {
		return 0;
	}

	adjust({ width, height, frameRate }: CaptureFormat): Promise<void> {
		Object.assign(this, { width, height, frameRate });
		return Promise.resolve();
	}

	on(listener: (event: CapturedEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	tell(event: CapturedEvent): void {
		for (const listener of this.#listeners) listener(event);
	}

	close(): void {
		this.closed = true;
		this.#listeners.clear();
	}
}

export class FakeCapture implements Capture {
	/** Thrown by the next calls of `open`, one each. */
	readonly failures: Fault[] = [];
	readonly opened: FakeCaptured[] = [];
	readonly #listeners = new Set<() => void>();

	/** The connected lenses; the first is the browser's default. */
	plugged: Lens[] = [{ id: 'lens-1', label: 'A lens', facing: 'unknown' }];
	/** Whether there is a microphone. */
	heard = true;

	lenses(): Promise<Lens[]> {
		return Promise.resolve(this.plugged);
	}

	open(request: CaptureRequest, signal?: AbortSignal): Promise<Captured> {
		const failure = signal?.aborted
			? new Fault('aborted', 'the camera is not wanted any more')
			: this.failures.shift();
		if (failure !== undefined) return Promise.reject(failure);
		const { lensId, lensLabel } = request;
		const own = this.plugged.find(({ id }) => id === lensId);
		const named = this.plugged.find(({ label }) => label === lensLabel);
		const [best = { id: 'lens-1', label: 'A lens' }] = this.plugged;
		const drawn = isTestPicture(lensId) ? { id: TEST_PICTURE, label: '' } : undefined;
		const lens = drawn ?? own ?? named ?? best;
		const captured = new FakeCaptured(
			{ ...request, sound: request.sound && this.heard },
			lens,
			lensId === null || (drawn ?? own ?? named) !== undefined,
		);
		this.opened.push(captured);
		return Promise.resolve(captured);
	}

	onLenses(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	get listeners(): number {
		return this.#listeners.size;
	}

	plugIn(): void {
		for (const listener of this.#listeners) listener();
	}

	get current(): FakeCaptured {
		const captured = this.opened.at(-1);
		if (captured === undefined) throw new Fault('not-found', 'no lens was opened');
		return captured;
	}
}
