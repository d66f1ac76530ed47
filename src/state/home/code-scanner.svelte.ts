import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Engine } from '#state/app/engine.ts';

/** A code fits from a hand's width away. */
const SCAN_CONSTRAINTS = { width: 1280, height: 720, frameRate: 15, sound: false } as const;

/** Reads codes through the lens until one is wanted. */
export class CodeScanner {
	/** Somebody wants to scan. */
	on = $state(false);
	fault = $state.raw<Fault | null>(null);
	readonly #engine: Pick<Engine, 'recorder' | 'capture' | 'show' | 'codeReader'>;
	readonly #found: (text: string) => boolean;
	#captured: Captured | null = null;
	/** Another with each scan and each stop. */
	#turn = 0;
	#stopReading: () => void = () => undefined;

	/** `found`: whether this was the one. */
	constructor(
		engine: Pick<Engine, 'recorder' | 'capture' | 'show' | 'codeReader'>,
		found: (text: string) => boolean,
	) {
		this.#engine = engine;
		this.#found = found;
	}

	/** A camera that records lends its picture. What was begun before lets go of all it opens. */
	async scan(video: HTMLVideoElement): Promise<void> {
		this.#end();
		const engine = this.#engine;
		const turn = this.#turn;
		const over = (): boolean => turn !== this.#turn;
		this.fault = null;
		try {
			const { state } = engine.recorder;
			const view = 'view' in state ? state.view : null;
			const captured =
				view === null
					? await this.#back(await engine.capture.open({ ...SCAN_CONSTRAINTS, lensId: null }))
					: null;
			if (over()) {
				captured?.close();
				return;
			}
			this.#captured = captured;
			engine.show(video, view?.picture ?? captured?.picture ?? null);
			const reader = await engine.codeReader(video);
			if (over()) return;
			this.#stopReading = reader.watch((text) => {
				if (!over() && this.#found(text)) this.stop();
			});
		} catch (error) {
			if (over()) return;
			this.stop();
			this.fault = faultOf(error);
		}
	}

	stop(): void {
		this.on = false;
		this.#end();
	}

	#end(): void {
		this.#turn += 1;
		this.#stopReading();
		this.#stopReading = () => undefined;
		this.#captured?.close();
		this.#captured = null;
	}

	/** The lens at the back, now that the browser tells which one that is. */
	async #back(first: Captured): Promise<Captured> {
		const { capture } = this.#engine;
		const lenses = await capture.lenses().catch(() => []);
		const back = lenses.find(({ facing }) => facing === 'back');
		if (back === undefined || back.id === first.lensId) return first;
		first.close();
		return capture.open({ ...SCAN_CONSTRAINTS, lensId: back.id });
	}
}
