/** Runs on the audio thread: posts microphone samples in batches of about 20 ms. */
declare abstract class AudioWorkletProcessor {
	readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const FRAMES = 1024;

registerProcessor(
	'microphone',
	class extends AudioWorkletProcessor {
		#samples = new Float32Array(FRAMES);
		#filled = 0;

		process(inputs: Float32Array[][]): boolean {
			const channel = inputs[0]?.[0];
			if (channel === undefined) return true;
			this.#samples.set(channel, this.#filled);
			this.#filled += channel.length;
			if (this.#filled + channel.length > FRAMES) {
				const samples = this.#samples.slice(0, this.#filled);
				this.port.postMessage(samples, [samples.buffer]);
				this.#filled = 0;
			}
			return true;
		}
	},
);
