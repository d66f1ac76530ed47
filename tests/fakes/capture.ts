import { Fault } from '#domain/fault.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/lens.ts';
import type {
	Capture,
	Captured,
	CapturedEvent,
	CaptureRequest,
	Lens,
	Picture,
} from '#ports/capture.ts';

type Wish = Parameters<Captured['adjust']>[0];

/** A lens that a test holds in its hand. */
export class FakeCaptured implements Captured {
	readonly picture = {} as Picture;
	readonly lensId: string;
	readonly label = 'A lens';
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	readonly sound: boolean;
	closed = false;
	delivered = 0;
	readonly #listeners = new Set<(event: CapturedEvent) => void>();

	constructor(request: CaptureRequest) {
		this.lensId = isTestPicture(request.lensId) ? TEST_PICTURE : 'lens-1';
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

	adjust({ width, height, frameRate }: Wish): Promise<void> {
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
	/** What the next openings throw, one each. */
	readonly failures: Fault[] = [];
	readonly opened: FakeCaptured[] = [];
	readonly #listeners = new Set<() => void>();

	lenses(): Promise<Lens[]> {
		return Promise.resolve([{ id: 'lens-1', label: 'A lens', facing: 'unknown' }]);
	}

	open(request: CaptureRequest, signal?: AbortSignal): Promise<Captured> {
		const failure = signal?.aborted
			? new Fault('aborted', 'the camera is not wanted any more')
			: this.failures.shift();
		if (failure !== undefined) return Promise.reject(failure);
		const captured = new FakeCaptured(request);
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
