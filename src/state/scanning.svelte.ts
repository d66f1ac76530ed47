import { faultOf, type Fault } from '#domain/fault.ts';
import type { Captured } from '#ports/capture.ts';
import type { Engine } from './engine.ts';

/** A code fits from a hand's width away. */
const LOOK = { width: 1280, height: 720, frameRate: 15, sound: false } as const;

/** Reads codes through the lens until one is wanted. */
export class Scanner {
	/** Somebody wants to scan. */
	on = $state(false);
	fault = $state.raw<Fault | null>(null);
	readonly #engine: Pick<Engine, 'recorder' | 'capture' | 'show' | 'codeReader'>;
	readonly #found: (text: string) => boolean;
	#captured: Captured | null = null;
	#stopReading: () => void = () => undefined;

	/** `found`: whether this was the one. */
	constructor(
		engine: Pick<Engine, 'recorder' | 'capture' | 'show' | 'codeReader'>,
		found: (text: string) => boolean,
	) {
		this.#engine = engine;
		this.#found = found;
	}

	/** A camera that records lends its picture. */
	async scan(video: HTMLVideoElement): Promise<void> {
		const engine = this.#engine;
		this.fault = null;
		try {
			const { state } = engine.recorder;
			const view = 'view' in state ? state.view : null;
			if (view === null)
				this.#captured = await this.#back(await engine.capture.open({ ...LOOK, lensId: null }));
			if (!this.on) {
				this.stop();
				return;
			}
			engine.show(video, view?.picture ?? this.#captured?.picture ?? null);
			const reader = await engine.codeReader(video);
			this.#stopReading = reader.watch((text) => {
				if (this.on && this.#found(text)) this.stop();
			});
		} catch (error) {
			this.stop();
			this.fault = faultOf(error);
		}
	}

	stop(): void {
		this.on = false;
		this.#stopReading();
		this.#stopReading = () => undefined;
		this.#captured?.close();
		this.#captured = null;
	}

	/** The lens at the back, now that the browser tells which one that is. */
	async #back(first: Captured): Promise<Captured> {
		const { capture } = this.#engine;
		const back = (await capture.lenses()).find(({ facing }) => facing === 'back');
		if (back === undefined || back.id === first.lensId) return first;
		first.close();
		return capture.open({ ...LOOK, lensId: back.id });
	}
}
