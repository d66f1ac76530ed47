/**
 * All that domain, protocol, ports, engine and relay-core may use beyond ES2024, as
 * `tsc -p tsconfig.inner.json` checks: what browsers and Node both have. No element, no event, no
 * worker, no network.
 */
interface AbortSignal {
	readonly aborted: boolean;
	readonly reason: unknown;
	throwIfAborted(): void;
	addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
	removeEventListener(type: 'abort', listener: () => void): void;
}

declare class AbortController {
	readonly signal: AbortSignal;
	abort(reason?: unknown): void;
}

declare class TextEncoder {
	encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
	constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
	decode(bytes: Uint8Array): string;
}

declare class URL {
	constructor(address: string, base?: string);
	readonly origin: string;
}

/** Only handed on. */
interface Blob {
	readonly size: number;
	readonly type: string;
}

/** Only handed on. */
interface WritableStream {
	readonly locked: boolean;
}
