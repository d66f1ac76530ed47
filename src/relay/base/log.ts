import pino, { type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * JSON lines on stderr: no file is opened. Only ids, numbers and kinds are logged, never frames,
 * tokens, invitations or keys.
 */
export function createLog(part: 'live' | 'store' | 'supervisor', level: LogLevel): Logger {
	const base = { part, pid: process.pid };
	return pino(
		{ level, base, redact: ['*.token', '*.key', '*.secret'] },
		pino.destination({ dest: 2, sync: false }),
	);
}
export type { Logger };
