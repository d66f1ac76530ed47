import {
	isWhole,
	mayDeleteUnnamed,
	notIn,
	type Finding,
	type FindingKind,
} from '#domain/storage/check.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Examined, Examining } from '#ports/footage/examining.ts';
import type { Segments } from '#ports/footage/segments.ts';
import type { ChainPiece, Opener } from '#engine/sealing/open.ts';

const PLACES_AT_ONCE = 5000;
const ERASED_AT_ONCE = 50;

export interface Report {
	readonly runs: number;
	readonly segments: number;
	readonly bytes: number;
	readonly findings: readonly Finding[];
	/** CK10: bytes that nothing names may be deleted. */
	readonly mayDelete: boolean;
	readonly signatures: boolean;
}

/** What a repair did; `freedBytes` as deleted. */
export interface Repaired {
	readonly done: Readonly<Record<FindingKind, number>>;
	readonly freedBytes: number;
}

export interface CheckWish {
	/** CK5, which reads every byte. */
	readonly signatures: boolean;
	readonly signal: AbortSignal;
	/** 0 to 1. */
	readonly onProgress: (share: number) => void;
}

export interface CheckTools {
	readonly examining: Examining;
	readonly segments: Pick<Segments, 'read' | 'quarantine'>;
	readonly opener: Pick<Opener, 'verifyChain'>;
}

/** Looks whether the store is in order, and repairs what it found. Rules: docs/spec/check.md. */
export class Check {
	readonly #tools: CheckTools;

	constructor(tools: CheckTools) {
		this.#tools = tools;
	}

	/** Throws `aborted` when it was stopped, and what the ports throw. */
	async look({ signatures, signal, onProgress }: CheckWish): Promise<Report> {
		const { examining } = this.#tools;
		const newest = await examining.newestPlace();
		const keys = await examining.keys();
		const findings: Finding[] = [];
		/** Every place that the index names: what else has bytes is unnamed. */
		const places: number[] = [];
		/** Those that must have bytes. */
		const owners = new Map<number, Omit<Finding, 'kind' | 'place'>>();
		const missing = new Set<number>();
		let segments = 0;
		let bytes = 0;
		for (const [at, { camera, runNo }] of keys.entries()) {
			stopIf(signal);
			onProgress(((signatures ? 0.9 : 0.5) * at) / keys.length);
			const examined = await examining.examine(camera, runNo);
			if (examined === null) continue;
			const { run, entries } = examined;
			segments += entries.length;
			bytes += run.bytes;
			if (run.ended !== null && !isWhole(run, entries)) {
				findings.push({ kind: 'run-row', camera, runNo, seq: 0, place: 0, bytes: 0 });
			}
			places.push(run.initPlace, ...entries.map(({ place }) => place));
			for (const lack of await this.#lacking(examined, newest)) {
				missing.add(lack);
				const entry = entries.find(({ place }) => place === lack);
				owners.set(lack, { camera, runNo, seq: entry?.seq ?? 0, bytes: entry?.size ?? 0 });
			}
			if (signatures) findings.push(...(await this.#unsigned(examined, missing, signal)));
		}
		for (const [place, owner] of owners) findings.push({ kind: 'no-bytes', place, ...owner });
		const named = [...new Set(places)].sort((a, b) => a - b);
		const { unnamed, all } = await this.#unnamed(named, newest, signal, onProgress);
		findings.push(...unnamed);
		const mayDelete = mayDeleteUnnamed(unnamed.length, all);
		onProgress(1);
		return { runs: keys.length, segments, bytes, findings, mayDelete, signatures };
	}

	/** CK8, CK9. */
	async repair({ findings, mayDelete }: Report): Promise<Repaired> {
		const { examining, segments } = this.#tools;
		const done = { 'run-row': 0, 'no-bytes': 0, 'not-signed': 0, unnamed: 0 };
		let freedBytes = 0;
		for (const { kind, camera, runNo, seq, place } of findings) {
			if (camera === null) continue;
			const examined = await examining.examine(camera, runNo);
			if (examined === null) continue;
			if (kind === 'run-row') {
				const again = !isWhole(examined.run, examined.entries);
				if (again && (await examining.remake(camera, runNo))) done[kind] += 1;
			} else if (seq > 0) {
				const entry = examined.entries.find((one) => one.seq === seq && one.place === place);
				const stays =
					entry === undefined ||
					entry.bad ||
					(kind === 'no-bytes' && (await examining.sizeAt(place)) !== null);
				if (stays) continue;
				await segments.quarantine({ camera, runNo, seq });
				done[kind] += 1;
			}
		}
		const places = findings.filter(({ kind }) => kind === 'unnamed').map(({ place }) => place);
		for (let at = 0; mayDelete && at < places.length; at += ERASED_AT_ONCE) {
			const batch = places.slice(at, at + ERASED_AT_ONCE);
			freedBytes += await examining.erase(batch);
			done.unnamed += batch.length;
		}
		return { done, freedBytes };
	}

	/** CK3: the places of a run that should have bytes and have none. */
	async #lacking({ run, entries }: Examined, newest: number): Promise<number[]> {
		const wanted = [
			run.initPlace,
			...entries.filter(({ bad, size }) => !bad && size > 0).map(({ place }) => place),
		].filter((place) => place <= newest);
		const there: number[] = [];
		const last = wanted.at(-1) ?? 0;
		let after = run.initPlace - 1;
		while (after < last) {
			const batch = await this.#tools.examining.places(after, last, PLACES_AT_ONCE);
			there.push(...batch);
			if (batch.length < PLACES_AT_ONCE) break;
			after = batch.at(-1) ?? last;
		}
		return notIn(wanted, there, 0);
	}

	/** CK4. */
	async #unnamed(
		named: readonly number[],
		newest: number,
		signal: AbortSignal,
		onProgress: (share: number) => void,
	): Promise<{ unnamed: Finding[]; all: number }> {
		const { examining } = this.#tools;
		const unnamed: Finding[] = [];
		let all = 0;
		let after = 0;
		while (after < newest) {
			stopIf(signal);
			const batch = await examining.places(after, newest, PLACES_AT_ONCE);
			all += batch.length;
			for (const place of notIn(batch, named, after)) {
				const bytes = (await examining.sizeAt(place)) ?? 0;
				unnamed.push({ kind: 'unnamed', camera: null, runNo: 0, seq: 0, place, bytes });
			}
			if (batch.length < PLACES_AT_ONCE) break;
			after = batch.at(-1) ?? newest;
			onProgress(0.9 + (0.1 * after) / newest);
		}
		return { unnamed, all };
	}

	/** CK5: pieces of the chain between what is bad, purged or missing. */
	async #unsigned(
		{ run, entries }: Examined,
		missing: ReadonlySet<number>,
		signal: AbortSignal,
	): Promise<Finding[]> {
		const { opener } = this.#tools;
		const { camera, runNo } = run;
		const found: Finding[] = [];
		let rest = [
			{ seq: 0, place: run.initPlace, size: run.initSize },
			...entries.filter(({ bad, size }) => !bad && size > 0),
		].filter(({ place }) => !missing.has(place));
		while (rest.length > 0) {
			stopIf(signal);
			const leap = rest.findIndex(({ seq }, at) => at > 0 && seq !== (rest[at - 1]?.seq ?? 0) + 1);
			const piece = leap === -1 ? rest : rest.slice(0, leap);
			const answer = await opener.verifyChain(run, this.#pieces(piece, signal));
			if (answer.kind === 'whole') {
				rest = leap === -1 ? [] : rest.slice(leap);
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
		piece: readonly { readonly seq: number; readonly place: number }[],
		signal: AbortSignal,
	): AsyncGenerator<ChainPiece> {
		for (const { seq, place } of piece) {
			stopIf(signal);
			const stored = await this.#tools.segments.read(place);
			if (stored === null) return;
			yield { seq, ...stored };
		}
	}
}

function stopIf(signal: AbortSignal): void {
	if (signal.aborted) throw new Fault('aborted', 'the check was stopped');
}
