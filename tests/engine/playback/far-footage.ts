import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Footage } from '#ports/footage/footage.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

/** Footage elsewhere: slow, away or lying on demand, and counted. */
export class FarFootage implements Footage {
	readonly store = new MemorySegmentStore();
	readonly asked: string[] = [];
	/** What everything waits for. */
	answers: Promise<unknown> = Promise.resolve();
	fault: Fault | null = null;
	lies = false;

	async #asked<T>(what: string, work: () => Promise<T>): Promise<T> {
		this.asked.push(what);
		await this.answers;
		if (this.fault !== null) throw this.fault;
		return work();
	}

	cameras(): Promise<CameraId[]> {
		return this.#asked('cameras', () => this.store.cameras());
	}

	runs(...of: Parameters<Footage['runs']>) {
		return this.#asked('runs', () => this.store.runs(...of));
	}

	between(...of: Parameters<Footage['between']>) {
		return this.#asked('between', () => this.store.between(...of));
	}

	firstAt(...of: Parameters<Footage['firstAt']>) {
		return this.#asked('firstAt', () => this.store.firstAt(...of));
	}

	read(segment: SegmentKey): Promise<StoredBytes | null> {
		if (this.lies) return Promise.reject(new Fault('corrupt', 'something else than was signed'));
		return this.#asked('read', () => this.store.read(segment));
	}

	damaged(segment: SegmentKey): Promise<boolean> {
		return this.store.damaged(segment);
	}

	watch(changed: () => void): () => void {
		return this.store.watch(changed);
	}
}
