/**
 * Web Crypto works on threads of its own and takes real time, more of it on a busy machine. Counted
 * here, so that clocks that tests move by hand wait for it.
 */
const underWay = new Set<Promise<unknown>>();

type Operation = (...given: unknown[]) => Promise<unknown>;

const operations = globalThis.crypto.subtle.constructor.prototype as Record<string, Operation>;
for (const name of Object.getOwnPropertyNames(operations)) {
	const real = operations[name];
	if (name === 'constructor' || typeof real !== 'function') continue;
	operations[name] = function (this: SubtleCrypto, ...given) {
		const operation = real.apply(this, given);
		underWay.add(operation);
		const over = (): void => void underWay.delete(operation);
		operation.then(over, over);
		return operation;
	};
}

/** Lets every promise that is ready settle, and those that follow from it. */
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Lets promises settle, cryptography and what follows from it, too. */
export async function settled(): Promise<void> {
	await turn();
	while (underWay.size > 0) {
		await Promise.allSettled(underWay);
		await turn();
	}
}
