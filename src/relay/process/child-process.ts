import type { FailedMessage } from '#relay/base/ipc.ts';

/** What `live` or `store` does once it has begun. */
export interface ChildWork<In> {
	/** Every message but `begin`, `ping` and `stop`. */
	heard(message: In): void;
	/** Ends it in order. */
	stop(): Promise<void>;
}

export interface ChildProgram<In, Out, Begin> {
	/** `null`: from another version of this program. */
	decode(message: unknown): In | null;
	begin(begin: Begin, send: (message: Out) => void): Promise<ChildWork<In>>;
	/** What the terminal says when it cannot begin; rethrows what is no such case. */
	sentenceOf(error: unknown, begin: Begin): string;
}

/**
 * The frame of a child process (`live`, `store`): takes its supervisor's messages. Without a
 * supervisor it exits; nothing that was confirmed is lost.
 */
export function runChild<
	In extends { readonly t: string },
	Out extends { readonly t: string },
	Begin extends In = Extract<In, { t: 'begin' }>,
>(program: ChildProgram<In, Out, Begin>): void {
	if (!process.send) {
		console.error('Start this program with npm start, not directly.');
		process.exit(2);
	}
	const send = (message: Out | FailedMessage | { readonly t: 'pong' }): void => {
		if (process.connected) process.send?.(message);
	};
	let work: ChildWork<In> | null = null;
	const receive = async (raw: unknown): Promise<void> => {
		const message = program.decode(raw);
		switch (message?.t) {
			case undefined:
				break;
			case 'begin': {
				const begin = message as Begin;
				try {
					work = await program.begin(begin, send);
				} catch (error) {
					send({ t: 'failed', sentence: program.sentenceOf(error, begin) });
				}
				break;
			}
			case 'ping':
				send({ t: 'pong' });
				break;
			case 'stop':
				await work?.stop();
				process.exit(0);
				break;
			default:
				if (message) work?.heard(message);
		}
	};
	process.on('message', (raw) => void receive(raw));
	process.on('disconnect', () => process.exit(0));
	// Ignored: a terminal signals the whole process group, but the supervisor stops its children in
	// order.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(signal, () => undefined);
}
