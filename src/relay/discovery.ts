import { Bonjour } from 'bonjour-service';
import type { Logger } from './log.ts';

export interface Announced {
	/** The addresses changed. */
	again(): void;
	end(): Promise<void>;
}

const END_MS = 1_000;

/**
 * Says in the local network what this machine is called (RFC 6762, 6763). Where that does not work, as in networks without
 * multicast, devices need another name: a line in the log, and nothing else is different.
 */
export function announce(name: string, port: number, log: Logger): Announced {
	const failed = (error: unknown): void => {
		const why = error instanceof Error ? error.message : 'unknown';
		log.warn({ why }, 'the name cannot be announced in the local network');
	};
	const publish = (): Bonjour | null => {
		try {
			const bonjour = new Bonjour({}, failed);
			const service = { name: 'Spy-cam', type: 'https', port, host: name, txt: { path: '/' } };
			bonjour.publish(service).on('error', failed);
			return bonjour;
		} catch (error) {
			failed(error);
			return null;
		}
	};
	const end = (bonjour: Bonjour | null): Promise<void> =>
		new Promise((resolve) => {
			if (!bonjour) {
				resolve();
				return;
			}
			// A goodbye that cannot be sent is not waited for.
			setTimeout(resolve, END_MS);
			bonjour.unpublishAll(() => bonjour.destroy(resolve));
		});
	let now = publish();
	return {
		again: () => {
			const before = now;
			void end(before).then(() => (now = publish()));
		},
		end: () => end(now),
	};
}
