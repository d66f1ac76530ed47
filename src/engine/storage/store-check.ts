import {
	isConsistent,
	mayDeleteUnnamed,
	numbersNotIn,
	type StoreFinding,
	type StoreFindingKind,
} from '#domain/storage/store-check.ts';
import { Fault } from '#domain/base/fault.ts';
import type { IndexEntry } from '#domain/footage/index-page.ts';
import type { RunKey, RunRow } from '#domain/footage/rows.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageRows, RowReader } from '#ports/footage/footage-rows.ts';
import type { ChainPiece, Opener } from '#engine/sealing/opener.ts';
import { rebuildRun } from './index-repair.ts';
import { pagesIn, runAt } from './rows-at.ts';

const PLACES_AT_ONCE = 5000;
const ERASED_AT_ONCE = 50;

export interface CheckReport {
	readonly runs: number;
	readonly segments: number;
	readonly bytes: number;
	readonly findings: readonly StoreFinding[];
	/** CK10: unreferenced bytes may be deleted. */
	readonly mayDelete: boolean;
	readonly signatures: boolean;
}

/** Result of a repair; `freedBytes` is counted while deleting (CK11). */
export interface RepairResult {
	readonly done: Readonly<Record<StoreFindingKind, number>>;
	readonly freedBytes: number;
}

export interface StoreCheckOptions {
	/** CK5: also verifies signatures, which reads every byte. */
	readonly signatures: boolean;
	readonly signal: AbortSignal;
	/** 0 to 1. */
	readonly onProgress: (share: number) => void;
}

export interface StoreCheckTools {
	readonly rows: FootageRows;
	readonly footage: Pick<Footage, 'read' | 'damaged'>;
	readonly opener: Pick<Opener, 'verifyChain'>;
}

interface InspectedRun {
	readonly run: RunRow;
	/** Entries of all its pages, in order. */
	readonly entries: readonly IndexEntry[];
}

/** Checks the consistency of the store and repairs findings. Rules: docs/spec/check.md. */
export class StoreCheck {
	readonly #tools: StoreCheckTools;

	constructor(tools: StoreCheckTools) {
		this.#tools = tools;
	}

	/** Throws `aborted` after `signal`, and what the ports throw. */
	async run({ signatures, signal, onProgress }: StoreCheckOptions): Promise<CheckReport> {
		const { rows } = this.#tools;
		const newest = await rows.read(['bytes'], (bytes) => bytes.newestPlace());
		const keys = await rows.read(['runs'], (runs) => runs.runKeys('all'));
		const findings: StoreFinding[] = [];
		/** Every place that the index names; bytes anywhere else are unreferenced. */
		const places: number[] = [];
		/** Places whose bytes are missing, with the segment they belong to. */
		const owners = new Map<number, Omit<StoreFinding, 'kind' | 'place'>>();
		const missing = new Set<number>();
		let segments = 0;
		let bytes = 0;
		for (const [at, key] of keys.entries()) {
			throwIfAborted(signal);
			onProgress(((signatures ? 0.9 : 0.5) * at) / keys.length);
			const inspected = await this.#inspect(key);
			if (inspected === null) continue;
			const { run, entries } = inspected;
			const { camera, runNo } = run;
			segments += entries.length;
			bytes += run.bytes;
			if (run.ended !== null && !isConsistent(run, entries)) {
				findings.push({ kind: 'run-row', camera, runNo, seq: 0, place: 0, bytes: 0 });
			}
			places.push(run.initPlace, ...entries.map(({ place }) => place));
			for (const place of await this.#missingPlaces(inspected, newest)) {
				missing.add(place);
				const entry = entries.find((one) => one.place === place);
				owners.set(place, { camera, runNo, seq: entry?.seq ?? 0, bytes: entry?.size ?? 0 });
			}
			if (signatures) findings.push(...(await this.#unsigned(inspected, missing, signal)));
		}
		for (const [place, owner] of owners) findings.push({ kind: 'no-bytes', place, ...owner });
		const named = [...new Set(places)].sort((a, b) => a - b);
		const { unnamed, all } = await this.#unnamed(named, newest, signal, onProgress);
		findings.push(...unnamed);
		const mayDelete = mayDeleteUnnamed(unnamed.length, all);
		onProgress(1);
		return { runs: keys.length, segments, bytes, findings, mayDelete, signatures };
	}

	/** Repairs according to CK8 and CK9. */
	async repair({ findings, mayDelete }: CheckReport): Promise<RepairResult> {
		const { footage } = this.#tools;
		const done = { 'run-row': 0, 'no-bytes': 0, 'not-signed': 0, unnamed: 0 };
		let freedBytes = 0;
		for (const { kind, camera, runNo, seq, place } of findings) {
			if (camera === null) continue;
			if (kind === 'run-row') {
				if (await this.#rebuild([camera, runNo])) done[kind] += 1;
			} else if (seq > 0) {
				const inspected = await this.#inspect([camera, runNo]);
				const entry = inspected?.entries.find((one) => one.seq === seq && one.place === place);
				const stays =
					entry === undefined ||
					entry.bad ||
					(kind === 'no-bytes' && (await this.#sizeAt(place)) !== null);
				if (stays) continue;
				if (await footage.damaged({ camera, runNo, ...entry })) done[kind] += 1;
			}
		}
		const places = findings.filter(({ kind }) => kind === 'unnamed').map(({ place }) => place);
		for (let at = 0; mayDelete && at < places.length; at += ERASED_AT_ONCE) {
			const batch = places.slice(at, at + ERASED_AT_ONCE);
			freedBytes += await this.#deleteBytes(batch);
			done.unnamed += batch.length;
		}
		return { done, freedBytes };
	}

	/** CK3: places of a run that should hold bytes but do not. */
	async #missingPlaces({ run, entries }: InspectedRun, newest: number): Promise<number[]> {
		const wanted = [
			run.initPlace,
			...entries.filter(({ bad, size }) => !bad && size > 0).map(({ place }) => place),
		].filter((place) => place <= newest);
		const found: number[] = [];
		const last = wanted.at(-1) ?? 0;
		let after = run.initPlace - 1;
		while (after < last) {
			const batch = await this.#places(after, last);
			found.push(...batch);
			if (batch.length < PLACES_AT_ONCE) break;
			after = batch.at(-1) ?? last;
		}
		return numbersNotIn(wanted, found, 0);
	}

	/** CK4: bytes that neither a segment nor a run names. */
	async #unnamed(
		named: readonly number[],
		newest: number,
		signal: AbortSignal,
		onProgress: (share: number) => void,
	): Promise<{ unnamed: StoreFinding[]; all: number }> {
		const unnamed: StoreFinding[] = [];
		let all = 0;
		let after = 0;
		while (after < newest) {
			throwIfAborted(signal);
			const batch = await this.#places(after, newest);
			all += batch.length;
			for (const place of numbersNotIn(batch, named, after)) {
				const bytes = (await this.#sizeAt(place)) ?? 0;
				unnamed.push({ kind: 'unnamed', camera: null, runNo: 0, seq: 0, place, bytes });
			}
			if (batch.length < PLACES_AT_ONCE) break;
			after = batch.at(-1) ?? newest;
			onProgress(0.9 + (0.1 * after) / newest);
		}
		return { unnamed, all };
	}

	/** CK5: verifies the stretches of the chain between bad, purged and missing segments. */
	async #unsigned(
		{ run, entries }: InspectedRun,
		missing: ReadonlySet<number>,
		signal: AbortSignal,
	): Promise<StoreFinding[]> {
		const { opener } = this.#tools;
		const { camera, runNo } = run;
		const found: StoreFinding[] = [];
		let rest = [
			{ seq: 0, startUs: run.anchorUs, place: run.initPlace, size: run.initSize },
			...entries.filter(({ bad, size }) => !bad && size > 0),
		].filter(({ place }) => !missing.has(place));
		while (rest.length > 0) {
			throwIfAborted(signal);
			const split = rest.findIndex(({ seq }, at) => at > 0 && seq !== (rest[at - 1]?.seq ?? 0) + 1);
			const piece = split === -1 ? rest : rest.slice(0, split);
			const answer = await opener.verifyChain(run, this.#pieces(run, piece, signal));
			if (answer.kind === 'whole') {
				rest = split === -1 ? [] : rest.slice(split);
				continue;
			}
			const at = piece.findIndex(({ seq }) => seq === answer.seq);
			const { seq, place, size } = piece[at] ?? { seq: 0, place: 0, size: 0 };
			found.push({ kind: 'not-signed', camera, runNo, seq, place, bytes: size });
			rest = rest.slice(at + 1);
		}
		return found;
	}

	async *#pieces(
		{ camera, runNo }: Run,
		piece: readonly { readonly seq: number; readonly startUs: number }[],
		signal: AbortSignal,
	): AsyncGenerator<ChainPiece> {
		for (const { seq, startUs } of piece) {
			throwIfAborted(signal);
			const stored = await this.#tools.footage.read({ camera, runNo, seq, startUs });
			if (stored === null) return;
			yield { seq, ...stored };
		}
	}

	#inspect(key: RunKey): Promise<InspectedRun | null> {
		return this.#tools.rows.read(['runs', 'pages'], (rows) => inspectedRun(rows, key));
	}

	/** CK8: judged and rebuilt in one transaction. */
	#rebuild(key: RunKey): Promise<boolean> {
		return this.#tools.rows.write(['runs', 'pages'], async (rows) => {
			const found = await inspectedRun(rows, key);
			if (found === null || isConsistent(found.run, found.entries)) return false;
			return rebuildRun(rows, key);
		});
	}

	#places(after: number, upTo: number): Promise<number[]> {
		return this.#tools.rows.read(['bytes'], (bytes) => bytes.places(after, upTo, PLACES_AT_ONCE));
	}

	#sizeAt(place: number): Promise<number | null> {
		return this.#tools.rows.read(['bytes'], (bytes) => bytes.sizeAt(place));
	}

	/** CK11: returns how many bytes there were. */
	#deleteBytes(places: readonly number[]): Promise<number> {
		return this.#tools.rows.write(['bytes'], async (bytes) => {
			let freed = 0;
			for (const place of places) freed += (await bytes.sizeAt(place)) ?? 0;
			await bytes.deleteBytes(places);
			return freed;
		});
	}
}

async function inspectedRun(rows: RowReader, key: RunKey): Promise<InspectedRun | null> {
	const run = await runAt(rows, key);
	if (run === null) return null;
	const pages = await pagesIn(rows, { run: key });
	return { run, entries: pages.flatMap(({ parsed }) => parsed) };
}

function throwIfAborted(signal: AbortSignal): void {
	if (signal.aborted) throw new Fault('aborted', 'store check aborted');
}
