import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a request may take (SY13). */
export interface PaceLimits {
	/** A window in which a body brings `bodyBytes`, and somebody takes something of an answer. */
	readonly windowMs: number;
	readonly bodyBytes: number;
	/** For a whole body. */
	readonly bodyMs: number;
	/** From the end of the body to the head of the answer, and for what takes the body to take it. */
	readonly waitMs: number;
	/** For a whole answer. */
	readonly answerMs: number;
}

export const PACE: PaceLimits = {
	...{ windowMs: 15_000, bodyBytes: 8 * 1024, bodyMs: 120_000 },
	...{ waitMs: 10_000, answerMs: 600_000 },
};
const TICK_MS = 1_000;

/** Who is late: the sender of the body, what answers, or the reader of the answer. */
export type LatePart = 'sender' | 'server' | 'reader';

export interface PacedRequest {
	readonly asked: IncomingMessage;
	readonly answer: ServerResponse;
	/** Whether what takes the body takes no more for now. */
	full(): boolean;
	late(part: LatePart): void;
}

interface Watched extends PacedRequest {
	readonly startMs: number;
	windowFromMs: number;
	/** Counted at the start of the window. */
	read: number;
	written: number;
	/** Since when nobody takes the body; `null`: somebody does. */
	fullSinceMs: number | null;
	completeMs: number | null;
	headMs: number | null;
}

/**
 * Holds requests with long bodies and answers to a minimum rate, by one timer for all: Node's own
 * limit is one time for a whole request, which is too long for a trickle and too short for a phone
 * on a slow line.
 */
export class RequestPace {
	readonly #limits: PaceLimits;
	readonly #watched = new Set<Watched>();
	#timer: NodeJS.Timeout | null = null;

	constructor(limits = PACE) {
		this.#limits = limits;
	}

	/** Until the answer is closed. */
	watch(request: PacedRequest): void {
		const nowMs = performance.now();
		const one: Watched = {
			...request,
			...{ startMs: nowMs, windowFromMs: nowMs, read: 0, written: 0 },
			...{ fullSinceMs: null, completeMs: null, headMs: null },
		};
		this.#count(one, nowMs);
		this.#watched.add(one);
		request.answer.once('close', () => {
			this.#watched.delete(one);
			if (this.#watched.size > 0 || this.#timer === null) return;
			clearInterval(this.#timer);
			this.#timer = null;
		});
		this.#timer ??= setInterval(
			() => {
				for (const each of this.#watched) this.#check(each, performance.now());
			},
			Math.min(TICK_MS, this.#limits.windowMs / 4),
		);
	}

	#check(one: Watched, nowMs: number): void {
		const part = this.#lateOf(one, nowMs);
		if (part === null) return;
		this.#watched.delete(one);
		one.late(part);
	}

	#lateOf(one: Watched, nowMs: number): LatePart | null {
		const { windowMs, bodyBytes, bodyMs, waitMs, answerMs } = this.#limits;
		const { asked, answer } = one;
		const over = nowMs - one.windowFromMs >= windowMs;
		if (answer.headersSent) {
			if (one.headMs === null) {
				one.headMs = nowMs;
				this.#count(one, nowMs);
				return null;
			}
			if (nowMs - one.headMs > answerMs) return 'reader';
			if (!over) return null;
			const still = writtenBy(answer) === one.written;
			this.#count(one, nowMs);
			return still ? (answer.writableNeedDrain ? 'reader' : 'server') : null;
		}
		if (asked.complete) {
			one.completeMs ??= nowMs;
			return nowMs - one.completeMs > waitMs ? 'server' : null;
		}
		if (nowMs - one.startMs > bodyMs) return 'sender';
		one.fullSinceMs = one.full() ? (one.fullSinceMs ?? nowMs) : null;
		if (one.fullSinceMs !== null) {
			// Not the sender's fault: its window begins when its bytes are taken again.
			this.#count(one, nowMs);
			return nowMs - one.fullSinceMs > waitMs ? 'server' : null;
		}
		if (!over) return null;
		const few = asked.socket.bytesRead - one.read < bodyBytes;
		this.#count(one, nowMs);
		return few ? 'sender' : null;
	}

	#count(one: Watched, nowMs: number): void {
		one.windowFromMs = nowMs;
		one.read = one.asked.socket.bytesRead;
		one.written = writtenBy(one.answer);
	}
}

/** Bytes that were handed on; what waits in this process does not count. */
function writtenBy({ socket, writableLength }: ServerResponse): number {
	return (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? writableLength);
}
