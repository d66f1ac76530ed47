import pino, { type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * One line of JSON for each thing that happened, on stderr: no file is opened. What is logged are
 * ids, numbers and kinds; there is no call that takes a frame, a token, an invitation or a key.
 */
export function createLog(part: 'live' | 'store' | 'supervisor', level: LogLevel): Logger {
	const base = { part, pid: process.pid };
	return pino(
		{ level, base, redact: ['*.token', '*.key', '*.secret'] },
		pino.destination({ dest: 2, sync: false }),
	);
}
export type { Logger };
