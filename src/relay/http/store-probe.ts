import { request } from 'node:http';

const ANSWER_MS = 1_000;
const MAX_BYTES = 1024 * 1024;

/** What `store` says of itself over its socket. */
export class StoreProbe {
	readonly #socketPath: string;
	/** Those that ask at the same moment share one request. */
	readonly #asked = new Map<string, Promise<string | null>>();

	constructor(socketPath: string) {
		this.#socketPath = socketPath;
	}

	/** `away`: it does not answer within a second. `wrong`: why it cannot write, in words. */
	async health(): Promise<{ readonly store: string; readonly wrong: readonly string[] }> {
		const text = await this.#ask('/api/health');
		if (text === null) return { store: 'away', wrong: ['store'] };
		const { store, wrong } = JSON.parse(text) as { store: string; wrong: string[] };
		return { store, wrong };
	}

	/** In Prometheus' text format; empty while it is away. */
	async metrics(): Promise<string> {
		return (await this.#ask('/metrics')) ?? '';
	}

	#ask(path: string): Promise<string | null> {
		const asked = this.#asked.get(path) ?? this.#get(path);
		this.#asked.set(path, asked);
		return asked.finally(() => this.#asked.delete(path));
	}

	#get(path: string): Promise<string | null> {
		return new Promise((resolve) => {
			const asked = request({ socketPath: this.#socketPath, path, headers: { host: 'store' } });
			const late = setTimeout(() => asked.destroy(), ANSWER_MS);
			asked.once('response', (answer) => {
				let text = '';
				answer.setEncoding('utf8');
				answer.on('data', (chunk: string) => {
					text += chunk;
					if (text.length > MAX_BYTES) asked.destroy();
				});
				answer.once('end', () => resolve(text));
			});
			asked.on('error', () => undefined);
			asked.once('close', () => {
				clearTimeout(late);
				resolve(null);
			});
			asked.end();
		});
	}
}
