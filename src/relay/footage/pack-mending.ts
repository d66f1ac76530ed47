import { expectFault } from '#domain/base/fault.ts';
import { parseEntries } from '#domain/footage/index-page.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import { parseSegmentRecord, segmentRecordBytes } from '#domain/sync/segment-record.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { FootageIndex } from './footage-index.ts';
import type { PackFolder, PackKey } from './pack-folder.ts';
import {
	checkedRecord,
	headOf,
	pageFrom,
	placed,
	wholeRecordsOf,
	type Held,
	type MinuteKey,
} from './pack-records.ts';
import { newerRecord, parseRunPack, runPackBytes, writeRunPack } from './run-pack.ts';

export interface MendingTools {
	readonly packs: PackFolder;
	readonly index: FootageIndex;
	readonly crypto: Pick<Crypto, 'sha256'>;
	readonly judge?: RecordJudge;
	/** Of a signed run record. */
	readonly judgeRun?: RecordJudge;
}

/** What a look at one pack found. */
export interface MendedPack {
	/** Records that are gone: torn, flipped, or not there. 0 is the init section. */
	readonly lost: readonly number[];
	readonly lostBytes: number;
}

/** What `recover` found after a crash. */
export interface RecoveryReport {
	/** Packs whose index was rebuilt from their records. */
	readonly rebuilt: number;
	/** Bytes of torn or damaged records that no longer count. */
	readonly lostBytes: number;
	/** Pages whose pack is gone: the camera is asked for them again. */
	readonly missing: number;
}

/** Whether the bytes of a record count, beside their hash. */
export type RecordJudge = (key: PackKey, record: Bytes) => Promise<boolean>;

/** Brings one pack and its index in line. The caller sees to it that nobody writes to the pack. */
export class PackMending {
	readonly #tools: MendingTools;

	constructor(tools: MendingTools) {
		this.#tools = tools;
	}

	/** Indexes the whole records of a pack; returns how many bytes count. */
	rebuild(key: PackKey, size: number): Promise<number> {
		const { minute } = key;
		return minute === null ? this.#rebuildRun(key, size) : this.#rebuild({ ...key, minute }, size);
	}

	/** Which records of an indexed pack are not whole; changes nothing. */
	async inspect(key: PackKey, judge = this.#tools.judge ?? yes): Promise<MendedPack> {
		const { held, lost, lostBytes } = await this.#look(key, judge);
		return { lost: held === null ? [] : lost, lostBytes };
	}

	/** Takes out the records that are not whole: they are asked for again (RS10). */
	async mend(key: PackKey, judge = this.#tools.judge ?? yes): Promise<MendedPack> {
		const { packs, index } = this.#tools;
		// An index that could not be written after its pack: it is the index that is wrong.
		const size = await packs.size(key);
		if (size !== null && size !== this.indexedBytes(key)) await this.rebuild(key, size);
		const { held, lost, lostBytes } = await this.#look(key, judge);
		if (held === null || lost.length === 0) return { lost: [], lostBytes: 0 };
		const { home, camera, runNo, minute } = key;
		if (minute === null) {
			const run = index.run(home, camera, runNo);
			const without = { initBytes: 0, record: run?.record ?? null };
			if (run !== null) index.write(home, camera, { run: { ...run, ...without } });
			await writeRunPack(packs, { home, camera, runNo }, null, without);
		} else if (held.length === 0) {
			index.deletePage({ ...key, minute });
			await packs.delete(key);
		} else {
			await packs.replace(
				key,
				held.map(({ record }) => record),
			);
			index.write(home, camera, { pages: [pageFrom({ ...key, minute }, placed(held, 0))] });
		}
		return { lost, lostBytes };
	}

	/** What should be there; undefined: nothing. */
	indexedBytes(key: PackKey): number | undefined {
		const { index } = this.#tools;
		const { home, camera, runNo, minute } = key;
		if (minute !== null) return index.page({ ...key, minute })?.bytes;
		const run = index.run(home, camera, runNo);
		return run === null ? undefined : runPackBytes(run);
	}

	/** `held`: `null` when the index knows nothing of the pack. */
	async #look(
		key: PackKey,
		judge: RecordJudge,
	): Promise<MendedPack & { readonly held: readonly Held[] | null }> {
		const { index } = this.#tools;
		const lost: number[] = [];
		let lostBytes = 0;
		const { home, camera, runNo, minute } = key;
		if (minute === null) {
			const bytes = index.run(home, camera, runNo)?.initBytes ?? 0;
			if (bytes === 0) return { held: null, lost, lostBytes };
			const record = await this.#wholeRecord(key, 0, bytes, judge);
			if (record === null) return { held: [], lost: [0], lostBytes: bytes };
			return { held: [], lost, lostBytes };
		}
		const page = index.page({ ...key, minute });
		if (page === null) return { held: null, lost, lostBytes };
		const held: Held[] = [];
		for (const entry of parseEntries(page.entries)) {
			const size = segmentRecordBytes(entry.size);
			const record = await this.#wholeRecord(key, entry.place, size, async (one, bytes) => {
				checkedRecord(entry, bytes);
				return judge(one, bytes);
			});
			if (record !== null) held.push({ ...entry, record });
			else {
				lost.push(entry.seq);
				lostBytes += size;
			}
		}
		return { held, lost, lostBytes };
	}

	async #wholeRecord(
		key: PackKey,
		at: number,
		size: number,
		judge: RecordJudge,
	): Promise<Bytes | null> {
		const { packs, crypto } = this.#tools;
		try {
			const record = await packs.read(key, at, size);
			const whole = (await headOf(crypto, record)) !== null && (await judge(key, record));
			return whole ? record : null;
		} catch (error) {
			expectFault(error);
			// The disk did not answer: that says nothing of the bytes.
			if (error.kind === 'unavailable') throw error;
			return null;
		}
	}

	async #rebuildRun(key: PackKey, size: number): Promise<number> {
		const { packs, index, crypto } = this.#tools;
		const { home, camera, runNo } = key;
		const found = parseRunPack(await packs.read(key, 0, size));
		const head = found.init === null ? null : await headOf(crypto, found.init);
		const init = head?.seq === 0 && head.runNo === runNo ? found.init : null;
		const before = index.run(home, camera, runNo);
		const runId = before?.runId ?? (init === null ? null : head?.runId) ?? null;
		const kept = await this.#runRecordOf(key, found.record, runId);
		const record = newerRecord(before?.record ?? null, kept);
		const ownId = runId ?? (record === null ? null : parseRunRecord(record).record.runId);
		if (ownId === null) {
			await packs.delete(key);
			return 0;
		}
		// Earlier versions put no run record there.
		const isWhole = init === found.init && record === kept;
		const initBytes = init?.length ?? 0;
		if (!isWhole || runPackBytes({ initBytes, record }) !== size)
			await writeRunPack(packs, { home, camera, runNo }, init, { initBytes: 0, record });
		index.write(home, camera, { run: { runNo, runId: ownId, record, initBytes } });
		return Math.min(size, runPackBytes({ initBytes, record: kept }));
	}

	/** `null`: it is not the one of that run, or not signed by its camera. */
	async #runRecordOf(key: PackKey, signed: Bytes | null, runId: string | null) {
		if (signed === null) return null;
		const { record } = parseRunRecord(signed);
		const { judgeRun = yes } = this.#tools;
		const own =
			record.camera === key.camera &&
			record.runNo === key.runNo &&
			(runId === null || record.runId === runId);
		return own && (await judgeRun(key, signed)) ? signed : null;
	}

	async #rebuild(key: MinuteKey, size: number): Promise<number> {
		const { packs, index, crypto } = this.#tools;
		const bytes = await packs.read(key, 0, size);
		const whole: Held[] = [];
		let at = 0;
		for (const record of wholeRecordsOf(bytes)) {
			const { entry } = parseSegmentRecord(record);
			if (entry === null || entry.seq <= (whole.at(-1)?.seq ?? 0)) break;
			// One that is flipped does not take those behind it with it.
			if ((await headOf(crypto, record)) !== null) whole.push({ ...entry, place: at, record });
			at += record.length;
		}
		if (whole.length === 0) {
			index.deletePage(key);
			await packs.delete(key);
			return 0;
		}
		const page = pageFrom(key, whole);
		if (page.bytes < size) await packs.append(key, page.bytes, []);
		index.write(key.home, key.camera, { pages: [page] });
		return page.bytes;
	}
}

async function yes(): Promise<boolean> {
	return Promise.resolve(true);
}
