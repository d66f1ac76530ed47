import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Fault } from '#domain/base/fault.ts';
import { Backoff } from './backoff.ts';
import type { Logger } from '#relay/base/log.ts';

/**
 * Young generation in MiB: by default V8 grows it to 3 × 16 MiB in a burst of sockets and never
 * shrinks it.
 */
const YOUNG_HEAP = '--max-semi-space-size=1';
/**
 * Collects the old generation after 30 % growth: by default V8 lets it grow to several times its
 * size.
 */
const OLD_HEAP = '--heap-growing-percent=30';
/** For glibc: with one arena per thread that verifies signatures, a burst fragments all of them. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };
/**
 * For Node: cached compilation spares each child from loading the TypeScript compiler from the
 * second start on (17 MiB each).
 */
const COMPILED = {
	NODE_COMPILE_CACHE:
		process.env['NODE_COMPILE_CACHE'] ??
		fileURLToPath(new URL('../../../node_modules/.cache/node', import.meta.url)),
};
const PING_MS = 5_000;
/** A child that answers nothing for this long is killed. */
const HANG_TIMEOUT_MS = 30_000;

interface ChildMessage {
	readonly t: string;
	readonly sentence?: string;
}

export interface ChildHandlers<In extends ChildMessage, Out extends ChildMessage> {
	/** Decodes a message from the child; `null`: not a valid message. */
	decode(message: unknown): Out | null;
	/** The first message; called at each start. */
	begin(): In;
	heard(message: Out): void;
	ended(): void;
}

/** Keeps one child process running: restarts it when it exits, kills it when it hangs. */
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

	constructor(name: 'live' | 'store', log: Logger, handlers: ChildHandlers<In, Out>, run = fork) {
		this.#fork = run;
		this.#name = name;
		this.#log = log;
		this.#handlers = handlers;
		this.#pinging = setInterval(() => this.#ping(), PING_MS);
	}

	get running(): boolean {
		return this.#listening;
	}

	/** Rejects with a `Fault` if the first start fails; after that the child is always restarted. */
	start(): Promise<void> {
		return new Promise((resolve, reject) => this.#start(resolve, reject));
	}

	send(message: In | { t: 'ping' }): void {
		if (this.#child?.connected && (this.#listening || message.t === 'begin'))
			// A failed send needs no handling: the child's exit is noticed anyway.
			this.#child.send(message, () => undefined);
	}

	async stop(message: In, deadlineMs: number): Promise<void> {
		this.#markStopping();
		const child = this.#child;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		// Not `once` from node:events: it rejects on `error`, such as a failed send, which is not an
		// exit.
		const exit = new Promise((ended) => child.once('exit', ended));
		const cut = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
		if (this.#listening) this.send(message);
		else child.kill('SIGKILL');
		await exit;
		clearTimeout(cut);
	}

	kill(): void {
		this.#markStopping();
		this.#child?.kill('SIGKILL');
	}

	#markStopping(): void {
		this.#stopping = true;
		clearInterval(this.#pinging);
		if (this.#restartTimer) clearTimeout(this.#restartTimer);
	}

	#start(begun?: () => void, failed?: (fault: Fault) => void): void {
		const startedMs = performance.now();
		this.#heardMs = startedMs;
		const script = fileURLToPath(new URL(`../${this.#name}.ts`, import.meta.url));
		let sentence = `The ${this.#name} process of Spy-cam exited before it was ready.`;
		const ended = (code: number | null, signal: string | null): void => {
			this.#child = null;
			this.#listening = false;
			this.#handlers.ended();
			if (this.#stopping) return;
			if (!this.#begun) return failed?.(new Fault('unavailable', sentence));
			const waitMs = this.#backoff.nextMs(performance.now() - startedMs);
			this.#log.error({ child: this.#name, code, signal, waitMs }, 'child exited, restarting it');
			this.#restartTimer = setTimeout(() => this.#start(), waitMs);
		};
		let child: ChildProcess;
		try {
			// No arguments: the child gets its settings by message, so that one place decides.
			child = this.#fork(script, [], {
				...{ serialization: 'advanced', stdio: ['ignore', 1, 2, 'ipc'] },
				execArgv: [...process.execArgv, YOUNG_HEAP, OLD_HEAP],
				env: { ...process.env, ...ONE_ARENA, ...COMPILED },
			});
		} catch (error) {
			// Out of memory, for example.
			this.#log.error({ child: this.#name, why: nameOf(error) }, 'cannot start the child');
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
		// Not `exit`: a child that failed to spawn emits only `close`.
		child.once('close', ended);
		child.on('error', (error) =>
			this.#log.error({ child: this.#name, why: nameOf(error) }, 'child process error'),
		);
		this.send(this.#handlers.begin());
	}

	#ping(): void {
		if (this.#child === null) return;
		if (performance.now() - this.#heardMs > HANG_TIMEOUT_MS) {
			this.#log.error({ child: this.#name }, 'child does not respond, killing it');
			this.#child.kill('SIGKILL');
		} else this.send({ t: 'ping' });
	}
}

function nameOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
