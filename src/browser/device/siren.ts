import { Fault } from '#domain/base/fault.ts';
import type { Siren } from '#ports/device/siren.ts';

const LOW_HZ = 650;
const HIGH_HZ = 1450;
const SWEEP_S = 0.7;
const SWEEPS = 90;
const START_TIMEOUT_MS = 1500;

/** A tone that rises and falls: what a small speaker does loudest. */
export class ToneSiren implements Siren {
	#context: AudioContext | null = null;

	async start(): Promise<void> {
		if (this.#context !== null) return;
		if (typeof AudioContext === 'undefined') throw new Fault('unsupported', 'no sound here');
		const context = new AudioContext();
		this.#context = context;
		// Where a touch is missing it waits for one without end.
		await Promise.race([
			context.resume().catch(() => undefined),
			new Promise((late) => setTimeout(late, START_TIMEOUT_MS)),
		]);
		if (context.state !== 'running') {
			this.stop();
			throw new Fault('denied', 'the browser lets no sound out');
		}
		const tone = context.createOscillator();
		tone.type = 'square';
		for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
			const at = context.currentTime + sweep * SWEEP_S;
			tone.frequency.setValueAtTime(LOW_HZ, at);
			tone.frequency.linearRampToValueAtTime(HIGH_HZ, at + SWEEP_S / 2);
			tone.frequency.linearRampToValueAtTime(LOW_HZ, at + SWEEP_S);
		}
		tone.connect(context.destination);
		tone.start();
	}

	stop(): void {
		void this.#context?.close().catch(() => undefined);
		this.#context = null;
	}
}
