import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Engine } from '#state/app/engine.ts';

/** Enough to read a code held a hand's width away. */
const SCAN_CONSTRAINTS = { width: 1280, height: 720, frameRate: 15, sound: false } as const;

/** Reads QR codes through the lens until an accepted one appears. */
export class CodeScanner {
	/** The user wants to scan. */
	on = $state(false);
	fault = $state.raw<Fault | null>(null);
	readonly #engine: Pick<Engine, 'cameras' | 'capture' | 'show' | 'codeReader'>;
	readonly #found: (text: string) => boolean;
	#captured: Captured | null = null;
	/** Changes with each scan and stop. */
	#turn = 0;
	#stopReading: () => void = () => undefined;

	/** `found`: whether the code is accepted. */
	constructor(
		engine: Pick<Engine, 'cameras' | 'capture' | 'show' | 'codeReader'>,
		found: (text: string) => boolean,
	) {
		this.#engine = engine;
		this.#found = found;
	}

	/**
	 * Uses the picture of a recording camera if there is one. A newer scan closes what an older one
	 * opens.
	 */
	async scan(video: HTMLVideoElement): Promise<void> {
		this.#end();
		const engine = this.#engine;
		const turn = this.#turn;
		const over = (): boolean => turn !== this.#turn;
		this.fault = null;
		try {
			const views = engine.cameras.all.map(({ recorder: { state } }) =>
				'view' in state ? state.view : null,
			);
			const view = views.find((one) => one !== null) ?? null;
			const captured =
				view === null
					? await this.#preferBackLens(
							await engine.capture.open({ ...SCAN_CONSTRAINTS, lensId: null }),
						)
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

	/** Prefers the back lens; browsers name lenses only once one is open. */
	async #preferBackLens(first: Captured): Promise<Captured> {
		const { capture } = this.#engine;
		const lenses = await capture.lenses().catch(() => []);
		const back = lenses.find(({ facing }) => facing === 'back');
		if (back === undefined || back.id === first.lensId) return first;
		first.close();
		return capture.open({ ...SCAN_CONSTRAINTS, lensId: back.id });
	}
}
