import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { parseEntries, type IndexEntry } from '#domain/footage/index-page.ts';
import { segmentRecordBytes } from '#domain/sync/segment-record.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { FootageIndex } from './footage-index.ts';
import type { PackFolder, PackKey } from './pack-folder.ts';
import type { RecordJudge } from './pack-mending.ts';
import { checkedRecord, headOf } from './pack-records.ts';

/** How long a record that had its hash is served without being hashed again. */
const CHECKED_MS = 10 * 60_000;
/** About an hour of sixteen cameras. */
const MAX_CHECKED = 65_536;

export interface PackReaderTools {
	readonly packs: PackFolder;
	readonly index: FootageIndex;
	readonly crypto: Pick<Crypto, 'sha256'>;
	readonly judge?: RecordJudge;
	readonly monotonicMs: () => number;
}

/** Reads records, and never returns one whose bytes are not those of its signed head (RS10). */
export class PackReader {
	readonly #tools: PackReaderTools;
	/** Records that had their hash, and when; the oldest leave first. */
	readonly #checked = new Map<string, number>();

	constructor(tools: PackReaderTools) {
		this.#tools = tools;
	}

	/**
	 * Records of a run, `first` to `last`, as far as they are here and whole and fit into `maxBytes`;
	 * at least one if any is. `damaged`: packs in which one was not whole.
	 */
	async read(
		run: Pick<PackKey, 'home' | 'camera' | 'runNo'>,
		[first, last]: readonly [number, number],
		maxBytes: number,
	): Promise<{ readonly records: Bytes; readonly damaged: readonly PackKey[] }> {
		const { index } = this.#tools;
		const parts: Bytes[] = [];
		const damaged = new Set<PackKey>();
		let length = 0;
		const add = (key: PackKey, record: Bytes | null): void => {
			if (record === null) damaged.add(key);
			else parts.push(record);
			length += record?.length ?? 0;
		};
		if (first === 0) {
			const { initBytes = 0 } = index.run(run.home, run.camera, run.runNo) ?? {};
			const key = { ...run, minute: null };
			if (initBytes > 0) add(key, await this.#whole(key, null, 0, initBytes));
		}
		for (const page of index.pagesOfRun(run.home, run.camera, run.runNo, first, last)) {
			const key = { ...run, minute: page.minute };
			const asked = parseEntries(page.entries).filter(({ seq }) => seq >= first && seq <= last);
			let fits = 0;
			for (let bytes = length; fits < asked.length; fits += 1) {
				bytes += segmentRecordBytes(asked[fits]?.size ?? 0);
				if (bytes > maxBytes && length + fits > 0) break;
			}
			const taken = asked.slice(0, fits);
			const block = await this.#block(key, taken);
			const before = parts.length;
			for (const entry of taken) {
				const size = segmentRecordBytes(entry.size);
				const at = entry.place - (taken[0]?.place ?? 0);
				const given = block?.subarray(at, at + size);
				add(key, await this.#whole(key, entry, entry.place, size, given));
			}
			// As it was read: a copy of megabytes costs more than all of the rest.
			if (block !== null && parts.length - before === taken.length)
				parts.splice(before, taken.length, block);
			if (fits < asked.length) break;
		}
		const [only] = parts;
		const records = parts.length === 1 && only !== undefined ? only : concatBytes(...parts);
		return { records, damaged: [...damaged] };
	}

	/** Records that stand one behind the other, read at once; `null`: each has to be read alone. */
	async #block(key: PackKey, taken: readonly IndexEntry[]): Promise<Bytes | null> {
		const [first, last] = [taken[0], taken.at(-1)];
		if (first === undefined || last === undefined || first === last) return null;
		const length = last.place + segmentRecordBytes(last.size) - first.place;
		const sizes = taken.reduce((sum, { size }) => sum + segmentRecordBytes(size), 0);
		if (sizes !== length) return null;
		try {
			return await this.#tools.packs.read(key, first.place, length);
		} catch (error) {
			expectFault(error);
			if (error.kind === 'unavailable') throw error;
			return null;
		}
	}

	/** `null`: it is not what its head says, or not there. `given`: read already. */
	async #whole(
		key: PackKey,
		entry: IndexEntry | null,
		at: number,
		size: number,
		given?: Bytes,
	): Promise<Bytes | null> {
		const { packs, crypto, judge, monotonicMs } = this.#tools;
		const { home, camera, runNo, minute } = key;
		const name = [home, camera, runNo, minute ?? 'run', at].join();
		try {
			const record = given ?? (await packs.read(key, at, size));
			if (entry !== null) checkedRecord(entry, record);
			const checkedMs = this.#checked.get(name) ?? -Infinity;
			if (monotonicMs() - checkedMs < CHECKED_MS) return record;
			if ((await headOf(crypto, record))?.seq !== (entry?.seq ?? 0))
				throw new Fault('corrupt', 'record: not the bytes of its head');
			if (judge && !(await judge(key, record)))
				throw new Fault('corrupt', 'record: its head is not signed');
			this.#noteChecked(name);
			return record;
		} catch (error) {
			expectFault(error);
			this.#checked.delete(name);
			if (error.kind === 'unavailable') throw error;
			return null;
		}
	}

	#noteChecked(name: string): void {
		this.#checked.delete(name);
		this.#checked.set(name, this.#tools.monotonicMs());
		for (const oldest of this.#checked.keys()) {
			if (this.#checked.size <= MAX_CHECKED) break;
			this.#checked.delete(oldest);
		}
	}
}
