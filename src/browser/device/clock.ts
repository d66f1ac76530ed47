import type { Clock } from '#ports/device/clock.ts';
import timerUrl from './timer.worker.ts?worker&url';
import type { TimerCommand } from './timer.worker.ts';
import { trustedWorkerUrl } from './trusted-worker-url.ts';

interface Timer {
	readonly ms: number;
	readonly repeats: boolean;
	readonly callback: () => void;
	/** Set when the timer runs in the page for want of a worker. */
	pageTimer: ReturnType<typeof setTimeout> | null;
}

/** Browser time and timers. Rules: docs/spec/clock.md. */
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
		return this.#set({ ms, repeats: true, callback: tick, pageTimer: null });
	}

	after(ms: number, done: () => void): () => void {
		return this.#set({ ms, repeats: false, callback: done, pageTimer: null });
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
		this.#worker ??= this.#worker === null ? null : this.#startWorker();
		const { ms, repeats: again } = timer;
		if (this.#worker !== null) this.#post(this.#worker, { kind: 'set', id, ms, again });
		else if (again) timer.pageTimer = setInterval(() => this.#fire(id), ms);
		else timer.pageTimer = setTimeout(() => this.#fire(id), ms);
	}

	#clear(id: number): void {
		const timer = this.#timers.get(id);
		if (timer === undefined) return;
		this.#timers.delete(id);
		if (timer.pageTimer !== null) clearTimeout(timer.pageTimer);
		else if (this.#worker) this.#post(this.#worker, { kind: 'clear', id });
	}

	/** A timer's message may already be queued when the timer is cleared. */
	#fire(id: number): void {
		const timer = this.#timers.get(id);
		if (timer === undefined) return;
		if (!timer.repeats) this.#timers.delete(id);
		timer.callback();
	}

	#post(worker: Worker, message: TimerCommand): void {
		worker.postMessage(message);
	}

	/** `null`: no worker is available. Page timers are throttled, but better than none. */
	#startWorker(): Worker | null {
		try {
			const worker = new Worker(trustedWorkerUrl(timerUrl), { type: 'module', name: 'timer' });
			worker.onmessage = ({ data }: MessageEvent<number>) => this.#fire(data);
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
