/** Reads footage at a steady rate until it is terminated; says when it has begun, and how fast. */
import { parentPort, workerData } from 'node:worker_threads';
import { askerAt, type Asker } from './footage-load.ts';

const { where, token, path, everyMs } = workerData as {
	readonly where: Parameters<typeof askerAt>[0];
	readonly token: string;
	readonly path: string;
	readonly everyMs: number;
};
const asker: Asker = askerAt(where, token);
let bytes = 0;
let begunMs = 0;
setInterval(() => {
	void asker.ask(path).then((length) => {
		bytes += length;
		if (begunMs > 0) return;
		begunMs = performance.now();
		bytes = 0;
		parentPort?.postMessage('begun');
	});
}, everyMs);
parentPort?.on('message', () =>
	parentPort?.postMessage(bytes / 1000 / (performance.now() - begunMs)),
);
