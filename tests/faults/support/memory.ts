import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK = 8 * 2 ** 20;
const BLOCK = 64 * 2 ** 10;
const ZEROS = Buffer.alloc(BLOCK);

interface Marker {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** Secrets to search for, in every encoding they may have in memory or in a file. */
export class Markers {
	/** By their first two bytes. */
	readonly #byStart: (Marker[] | undefined)[] = Array.from({ length: 65_536 });
	#longest = 0;
	#count = 0;

	get count(): number {
		return this.#count;
	}

	get longest(): number {
		return this.#longest;
	}

	/** Raw bytes, hex, and both kinds of base64. */
	secret(name: string, bytes: Buffer): void {
		this.#add(name, bytes);
		this.text(`${name} in hex`, bytes.toString('hex'));
		this.#base64(name, bytes);
	}

	/** Text in UTF-8, in UTF-16, and within base64. */
	text(name: string, text: string): void {
		this.#add(name, Buffer.from(text, 'utf8'));
		this.#add(`${name} in UTF-16`, Buffer.from(text, 'utf16le'));
		if (text.length >= 12) this.#base64(name, Buffer.from(text, 'utf8'));
	}

	bytes(name: string, bytes: Buffer): void {
		this.#add(name, bytes);
	}

	/** The names of the markers found. */
	foundIn(hay: Uint8Array, found = new Set<string>()): Set<string> {
		const lists = this.#byStart;
		const last = hay.length - 1;
		for (let at = 0; at < last; at += 1) {
			// Most allocated memory was never used.
			if (at % BLOCK === 0 && isZeros(hay, at)) {
				at += BLOCK - 1;
				continue;
			}
			const list = lists[((hay[at] ?? 0) << 8) | (hay[at + 1] ?? 0)];
			if (list === undefined) continue;
			for (const { name, bytes } of list) if (liesAt(hay, at, bytes)) found.add(name);
		}
		return found;
	}

	/** Within the base64 of something longer: all three alignments. */
	#base64(name: string, bytes: Buffer): void {
		for (let shift = 0; shift < 3; shift += 1) {
			const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
			const inner = whole.replace(/=+$/, '').slice(shift === 0 ? 0 : shift + 1, -1);
			this.#add(`${name} in base64`, Buffer.from(inner));
			this.#add(`${name} in base64url`, Buffer.from(inner.replace(/\+/g, '-').replace(/\//g, '_')));
		}
	}

	#add(name: string, bytes: Uint8Array): void {
		// A marker that begins with a zero could start in a skipped block.
		if (bytes[0] === 0) {
			this.#add(name, bytes.subarray(1));
			return;
		}
		if (bytes.length < 8) throw new Error(`too short to rule out chance: ${name}`);
		const start = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
		(this.#byStart[start] ??= []).push({ name, bytes });
		this.#longest = Math.max(this.#longest, bytes.length);
		this.#count += 1;
	}
}

function isZeros(hay: Uint8Array, at: number): boolean {
	return at + BLOCK <= hay.length && ZEROS.equals(hay.subarray(at, at + BLOCK));
}

function liesAt(hay: Uint8Array, at: number, bytes: Uint8Array): boolean {
	if (at + bytes.length > hay.length) return false;
	for (let n = 2; n < bytes.length; n += 1) if (hay[at + n] !== bytes[n]) return false;
	return true;
}

export interface MemoryScan {
	readonly found: Set<string>;
	readonly scannedBytes: number;
}

/** Scans a process's writable memory through `/proc`. `null`: not permitted. */
export function scanMemory(pid: number, markers: Markers): MemoryScan | null {
	let memory: number;
	try {
		memory = openSync(`/proc/${pid}/mem`, 'r');
	} catch {
		return null;
	}
	const found = new Set<string>();
	let scannedBytes = 0;
	const chunk = Buffer.alloc(CHUNK);
	try {
		for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
			const region = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \d+\s*(.*)$/.exec(line);
			if (region === null || region[3] === '[vvar]') continue;
			const [from, to] = [parseInt(region[1] ?? '', 16), parseInt(region[2] ?? '', 16)];
			for (let at = from; at < to;) {
				const length = readAt(memory, chunk, Math.min(CHUNK, to - at), at);
				if (length === 0) break;
				markers.foundIn(chunk.subarray(0, length), found);
				scannedBytes += length;
				// What crosses the border of two chunks is found in the second.
				at += length < CHUNK ? length : length - markers.longest;
			}
		}
	} finally {
		closeSync(memory);
	}
	return { found, scannedBytes };
}

/** 0: a region that was unmapped or cannot be read. */
function readAt(file: number, into: Buffer, length: number, at: number): number {
	try {
		return readSync(file, into, 0, length, at);
	} catch {
		return 0;
	}
}
