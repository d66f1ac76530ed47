import { Fault } from '#domain/base/fault.ts';
import type { Siren } from '#ports/device/siren.ts';

const LOW_HZ = 650;
const HIGH_HZ = 1450;
const SWEEP_S = 0.7;
const SWEEPS = 90;
const START_TIMEOUT_MS = 1500;

/** A square wave that sweeps up and down: small speakers are loudest at this. */
export class ToneSiren implements Siren {
	#context: AudioContext | null = null;

	async start(): Promise<void> {
		if (this.#context !== null) return;
		if (typeof AudioContext === 'undefined')
			throw new Fault('unsupported', 'this browser has no Web Audio');
		const context = new AudioContext();
		this.#context = context;
		// Without user activation `resume` may stay pending forever.
		await Promise.race([
			context.resume().catch(() => undefined),
			new Promise((late) => setTimeout(late, START_TIMEOUT_MS)),
		]);
		if (context.state !== 'running') {
			this.stop();
			throw new Fault('denied', 'the browser blocked the siren: it needs a user gesture');
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
