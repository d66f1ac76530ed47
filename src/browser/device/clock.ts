import type { Clock } from '#ports/device/clock.ts';
import timerUrl from './timer.worker.ts?worker&url';
import type { ToTimer } from './timer.worker.ts';
import { trustedWorker } from './trusted.ts';

interface Timer {
	readonly ms: number;
	readonly again: boolean;
	readonly ring: () => void;
	/** Where it runs in the page because there is no worker. */
	local: ReturnType<typeof setTimeout> | null;
}

/** Time of this browser. Rules: docs/spec/clock.md. */
export class BrowserClock implements Clock {
	readonly #timers = new Map<number, Timer>();
	#worker: Worker | null | undefined;
	#lastId = 0;

	wallMs(): number {
		return Date.now();
	}

	monotonicMs(): number {
		return performance.now();
	}

	every(ms: number, tick: () => void): () => void {
		return this.#set({ ms, again: true, ring: tick, local: null });
	}

	after(ms: number, done: () => void): () => void {
		return this.#set({ ms, again: false, ring: done, local: null });
	}

	/** Stops all timers and their worker. */
	dispose(): void {
		for (const id of [...this.#timers.keys()]) this.#clear(id);
		this.#worker?.terminate();
		this.#worker = undefined;
	}

	#set(timer: Timer): () => void {
		const id = (this.#lastId += 1);
		this.#timers.set(id, timer);
		this.#start(id, timer);
		return () => this.#clear(id);
	}

	#start(id: number, timer: Timer): void {
		this.#worker ??= this.#worker === null ? null : this.#hire();
		const { ms, again } = timer;
		if (this.#worker !== null) this.#post(this.#worker, { kind: 'set', id, ms, again });
		else if (again) timer.local = setInterval(() => this.#ring(id), ms);
		else timer.local = setTimeout(() => this.#ring(id), ms);
	}

	#clear(id: number): void {
		const timer = this.#timers.get(id);
		if (timer === undefined) return;
		this.#timers.delete(id);
		if (timer.local !== null) clearTimeout(timer.local);
		else if (this.#worker) this.#post(this.#worker, { kind: 'clear', id });
	}

	/** A ring may already be on its way when its timer is cleared. */
	#ring(id: number): void {
		const timer = this.#timers.get(id);
		if (timer === undefined) return;
		if (!timer.again) this.#timers.delete(id);
		timer.ring();
	}

	#post(worker: Worker, message: ToTimer): void {
		worker.postMessage(message);
	}

	/** `null`: no worker to be had; the page's own timers are better than none. */
	#hire(): Worker | null {
		try {
			const worker = new Worker(trustedWorker(timerUrl), { type: 'module', name: 'timer' });
			worker.onmessage = ({ data }: MessageEvent<number>) => this.#ring(data);
			worker.onerror = () => {
				worker.terminate();
				this.#worker = null;
				for (const [id, timer] of this.#timers) this.#start(id, timer);
			};
			return worker;
		} catch {
			return null;
		}
	}
}
