import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Fault } from '#domain/base/fault.ts';
import { Backoff } from './backoff.ts';
import type { Logger } from '#relay/base/log.ts';

/**
 * MiB for what is young: by itself V8 takes three times 16 in a burst of sockets, and gives none of
 * it back.
 */
const YOUNG_HEAP = '--max-semi-space-size=1';
/**
 * The old is looked through when it grew by three tenths: V8 lets it grow to several times its
 * size.
 */
const OLD_HEAP = '--heap-growing-percent=30';
/** To glibc: with an arena for each thread that checks signatures, a burst leaves holes in all. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };
/**
 * To Node: from the second start on, a child need not load the compiler of TypeScript: 17 MiB less
 * for each.
 */
const COMPILED = {
	NODE_COMPILE_CACHE:
		process.env['NODE_COMPILE_CACHE'] ??
		fileURLToPath(new URL('../../../node_modules/.cache/node', import.meta.url)),
};
const PING_MS = 5_000;
/** A child that answers nothing for so long hangs, and is ended. */
const HANG_TIMEOUT_MS = 30_000;

interface ChildMessage {
	readonly t: string;
	readonly sentence?: string;
}

export interface ChildHandlers<In extends ChildMessage, Out extends ChildMessage> {
	/** Decodes what the child says; `null`: nothing of ours. */
	decode(message: unknown): Out | null;
	/** The first message, made anew at each start. */
	begin(): In;
	heard(message: Out): void;
	ended(): void;
}

/** Keeps one process running: starts it again when it ends, ends it when it hangs. */
export class ChildSupervisor<In extends ChildMessage, Out extends ChildMessage> {
	readonly #name: 'live' | 'store';
	readonly #log: Logger;
	readonly #handlers: ChildHandlers<In, Out>;
	readonly #fork: typeof fork;
	readonly #backoff = new Backoff();
	#child: ChildProcess | null = null;
	#listening = false;
	#begun = false;
	#stopping = false;
	#heardMs = 0;
	#restartTimer: NodeJS.Timeout | null = null;
	readonly #pinging: NodeJS.Timeout;

	constructor(name: 'live' | 'store', log: Logger, keeping: ChildHandlers<In, Out>, run = fork) {
		this.#fork = run;
		this.#name = name;
		this.#log = log;
		this.#handlers = keeping;
		this.#pinging = setInterval(() => this.#ping(), PING_MS);
	}

	get running(): boolean {
		return this.#listening;
	}

	/**
	 * Throws `Fault` when it cannot begin; from the first success on it is started again for ever.
	 */
	start(): Promise<void> {
		return new Promise((resolve, reject) => this.#start(resolve, reject));
	}

	send(message: In | { t: 'ping' }): void {
		if (this.#child?.connected && (this.#listening || message.t === 'begin'))
			// One that ends at this moment says so by its end.
			this.#child.send(message, () => undefined);
	}

	async stop(message: In, deadlineMs: number): Promise<void> {
		this.#over();
		const child = this.#child;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		// Not `once` of node:events: an error, as of a message that could not be sent, is no end.
		const exit = new Promise((ended) => child.once('exit', ended));
		const cut = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
		if (this.#listening) this.send(message);
		else child.kill('SIGKILL');
		await exit;
		clearTimeout(cut);
	}

	kill(): void {
		this.#over();
		this.#child?.kill('SIGKILL');
	}

	#over(): void {
		this.#stopping = true;
		clearInterval(this.#pinging);
		if (this.#restartTimer) clearTimeout(this.#restartTimer);
	}

	#start(begun?: () => void, failed?: (fault: Fault) => void): void {
		const startedMs = performance.now();
		this.#heardMs = startedMs;
		const script = fileURLToPath(new URL(`../${this.#name}.ts`, import.meta.url));
		let sentence = `The ${this.#name} process of Spy-cam ended before it had begun.`;
		const ended = (code: number | null, signal: string | null): void => {
			this.#child = null;
			this.#listening = false;
			this.#handlers.ended();
			if (this.#stopping) return;
			if (!this.#begun) return failed?.(new Fault('unavailable', sentence));
			const waitMs = this.#backoff.nextMs(performance.now() - startedMs);
			this.#log.error({ child: this.#name, code, signal, waitMs }, 'ended, is started again');
			this.#restartTimer = setTimeout(() => this.#start(), waitMs);
		};
		let child: ChildProcess;
		try {
			// Settings of this process are handed over by message: one place decides what counts.
			child = this.#fork(script, [], {
				...{ serialization: 'advanced', stdio: ['ignore', 1, 2, 'ipc'] },
				execArgv: [...process.execArgv, YOUNG_HEAP, OLD_HEAP],
				env: { ...process.env, ...ONE_ARENA, ...COMPILED },
			});
		} catch (error) {
			// No memory for one more process, say.
			this.#log.error({ child: this.#name, why: nameOf(error) }, 'cannot be started');
			ended(null, null);
			return;
		}
		this.#child = child;
		child.on('message', (raw) => {
			const message = this.#handlers.decode(raw);
			this.#heardMs = performance.now();
			if (!message) return;
			if (message.t === 'failed') {
				sentence = message.sentence ?? sentence;
				child.kill('SIGKILL');
			}
			if (message.t === 'listening') {
				this.#listening = this.#begun = true;
				this.#log.info({ child: this.#name, childPid: child.pid }, 'started');
			}
			this.#handlers.heard(message);
			if (message.t === 'listening') begun?.();
		});
		// One that never came to run has no `exit`.
		child.once('close', ended);
		child.on('error', (error) =>
			this.#log.error({ child: this.#name, why: nameOf(error) }, 'trouble'),
		);
		this.send(this.#handlers.begin());
	}

	#ping(): void {
		if (this.#child === null) return;
		if (performance.now() - this.#heardMs > HANG_TIMEOUT_MS) {
			this.#log.error({ child: this.#name }, 'hangs, is ended');
			this.#child.kill('SIGKILL');
		} else this.send({ t: 'ping' });
	}
}

function nameOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
