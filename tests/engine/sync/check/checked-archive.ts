/** An archive in memory with really sealed footage, which a test makes lie, and the check of it. */
import { concatBytes, hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { OldestKept } from '#domain/footage/head.ts';
import { buildEntries, endUsOf, minuteOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Span } from '#domain/footage/span.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import { buildSpanStatement } from '#domain/sync/span-statement.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import { FootageCheck, type FootageCheckTools } from '#engine/sync/check/footage-check.ts';
import type { CopyStatus } from '#engine/sync/check/footage-judge.ts';
import { RelayFootage } from '#engine/sync/relay-footage.ts';
import type { FootageReader, ReadablePage, ReadableRun } from '#ports/footage/footage-archive.ts';
import type { SignedSpan } from '#ports/footage/sidecar-archive.ts';
import type { KeyPair, SignKey, VerifyKey } from '#ports/keys/crypto.ts';
import { ManualClock } from '../../../fakes/clock.ts';
import { MemoryHeadPinStore } from '../../../fakes/head-pin-store.ts';
import { makeSealingFixture, type SealingFixture } from '../../sealing/sealing-fixture.ts';

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
/** A whole minute. */
export const T0 = 1_800_000_000_000_000;
export const LAST_MINUTE = Math.floor(Number.MAX_SAFE_INTEGER / MINUTE);

export interface KeptSegment {
	readonly entry: IndexEntry;
	record: Bytes;
}

export interface KeptRun {
	readonly runNo: number;
	readonly sealer: RunSealer;
	readonly init: Bytes;
	segments: KeptSegment[];
	record: Bytes | null;
}

interface RecordedAs {
	readonly anchorUs: number;
	readonly count: number;
	readonly oldest: OldestKept;
	readonly ended: Run['ended'];
	readonly runId: RunId;
	readonly wallMs: number;
}

export type Reader = Pick<FootageReader, 'cameras' | 'runs' | 'pages' | 'records' | 'spans'>;

export class CheckedArchive implements Reader {
	readonly clock = new ManualClock();
	readonly pins = new MemoryHeadPinStore();
	readonly sealing: SealingFixture;
	/** Another member: no owner, and not the camera. */
	readonly stranger: KeyPair<SignKey>;
	runsKept: KeptRun[] = [];
	removals: SignedSpan[] = [];
	copy: CopyStatus | null = null;
	online = true;
	/** What is answered instead. */
	lies: Partial<Reader> = {};
	readonly asked: string[] = [];
	readonly told: { readonly runNo: number; readonly seqs: readonly [number, number][] }[] = [];
	check: FootageCheck;

	readonly #signer: Promise<VerifyKey>;

	private constructor(sealing: SealingFixture, stranger: KeyPair<SignKey>) {
		this.sealing = sealing;
		this.stranger = stranger;
		this.#signer = sealing.crypto.verifier(sealing.pair.public);
		this.check = this.made();
	}

	static async make(): Promise<CheckedArchive> {
		const sealing = await makeSealingFixture();
		return new CheckedArchive(sealing, await sealing.crypto.makeSignKey(false));
	}

	get camera(): CameraId {
		return this.sealing.camera;
	}

	/** As after a reload of the page. */
	made(changes: Partial<FootageCheckTools> = {}): FootageCheck {
		const { crypto, camera } = this.sealing;
		this.check = new FootageCheck({
			...{ crypto, clock: this.clock, pins: this.pins },
			reader: {
				cameras: () => (this.lies.cameras ?? this.cameras.bind(this))(),
				runs: (...of) => (this.lies.runs ?? this.runs.bind(this))(...of),
				pages: (...of) => (this.lies.pages ?? this.pages.bind(this))(...of),
				records: (...of) => (this.lies.records ?? this.records.bind(this))(...of),
				spans: (...of) => (this.lies.spans ?? this.spans.bind(this))(...of),
			},
			signerOf: () => this.#signer,
			removerOf: async (author) => (author === this.#owner ? this.#signer : null),
			copyOf: () => this.copy,
			originsOf: () => ['camera'],
			reaches: () => this.online,
			tell: (of, runNo, seqs) => {
				if (of === camera) this.told.push({ runNo, seqs });
			},
			...changes,
		});
		return this.check;
	}

	footage(): RelayFootage {
		const { crypto } = this.sealing;
		const signerOf = () => this.#signer;
		return new RelayFootage({ crypto, clock: this.clock, signerOf, reader: this.check });
	}

	/** A run of segments of a second each, as the camera sent it. */
	async recorded(runNo: number, given: Partial<RecordedAs> = {}): Promise<KeptRun> {
		const { crypto, home, camera, secret, pair } = this.sealing;
		const { anchorUs = T0, count = 10, oldest = { runNo: 1, seq: 1 } } = given;
		const { runId = hexOf(crypto.random(16)) as RunId } = given;
		const start = { camera, runId, runNo, epoch: 1, mime: 'video/mp4', anchorUs };
		const sealer = new RunSealer(crypto, this.clock, {
			...{ start, home, secret, signKey: pair.key, rosterSeq: 1, oldestKept: oldest },
			prevRunHead: new Uint8Array(32),
		});
		const init = await sealer.init({ bytes: crypto.random(40), mime: start.mime } as never);
		const segments: KeptSegment[] = [];
		for (let at = 0; at < count; at += 1) {
			const times = { mediaTicks: at * SECOND, timescale: SECOND, durationTicks: SECOND };
			const fragment = { bytes: crypto.random(60), keyFrame: true, sound: false, ...times };
			const { bytes, head, ...about } = await sealer.fragment(fragment);
			const entry = { ...about, bad: false, size: bytes.length, place: 0 };
			segments.push({ entry, record: buildSegmentRecord({ entry, bytes, head }) });
		}
		const kept = {
			...{ runNo, sealer, init: buildSegmentRecord({ entry: null, ...init }) },
			...{ segments, record: null },
		};
		this.runsKept.push(kept);
		await this.signRun(kept, { lastSeq: count, ended: 'stopped', ...given });
		return kept;
	}

	/** Its record as of now. */
	async signRun(
		run: KeptRun,
		{
			lastSeq,
			ended = 'stopped',
			wallMs = this.clock.wallMs(),
		}: {
			lastSeq: number;
			ended?: Run['ended'];
			wallMs?: number;
		},
	): Promise<void> {
		const { crypto, pair } = this.sealing;
		const { start } = run.sealer;
		const canonical = buildRunRecord({ ...start, lastSeq, wallMs, ended });
		const signature = await crypto.sign(pair.key, signedBytes('run', canonical));
		run.record = concatBytes(canonical, signature);
	}

	readonly #owner = 'aa'.repeat(16) as DeviceId;

	/** Signed by an owner, or by one who may not. */
	async removed({ startUs, endUs }: Span, by: 'owner' | 'stranger' = 'owner'): Promise<void> {
		const { crypto, pair, camera } = this.sealing;
		const author = by === 'owner' ? this.#owner : ('bb'.repeat(16) as DeviceId);
		const { key } = by === 'owner' ? pair : this.stranger;
		const said = { camera, startUs, endUs, atMs: 5, author, holds: true };
		const canonical = buildSpanStatement(said);
		const signature = await crypto.sign(key, signedBytes('removal', canonical));
		this.removals.push({ kind: 'removal', signed: concatBytes(canonical, signature) });
	}

	/** Loses segments without a word. */
	lose(run: KeptRun, first: number, last: number): KeptSegment[] {
		const lost = run.segments.filter(({ entry }) => entry.seq >= first && entry.seq <= last);
		run.segments = run.segments.filter((one) => !lost.includes(one));
		return lost;
	}

	/** What a screen asks for: all runs, then the day. */
	async look(): Promise<void> {
		await this.check.runs(this.camera, 0, LAST_MINUTE);
		await this.check.pages(this.camera, minuteOf(T0) - 1, minuteOf(T0) + 1438);
		await this.check.judged();
		// A look for the newest head is judged after what asked for it.
		await this.check.judged();
	}

	/** A look now, and the second one. */
	async lookTwice(): Promise<void> {
		await this.look();
		this.clock.advance(31_000);
		await this.look();
	}

	/** Kinds of problems, with their numbers in seconds from T0. */
	get problems(): string[] {
		return this.check
			.of(this.camera)
			.map(({ kind, startUs, endUs }) => `${kind} ${secondsOf(startUs)}-${secondsOf(endUs)}`);
	}

	cameras(): ReturnType<Reader['cameras']> {
		const bytes = this.runsKept.length;
		const cameras = bytes === 0 ? [] : [{ camera: this.camera, bytes, card: null }];
		return Promise.resolve({ store: 'store', change: 1, cameras });
	}

	runs(camera: CameraId, from: number, to: number): Promise<ReadableRun[]> {
		this.asked.push('runs');
		const told = this.#of(camera).map(({ runNo, record, segments, init }): ReadableRun => {
			const [first, last] = [segments[0]?.entry, segments.at(-1)?.entry];
			return {
				...{ runNo, record, firstSeq: first?.seq ?? 1, lastSeq: last?.seq ?? 0 },
				...{ startUs: first?.startUs ?? 0, endUs: last === undefined ? 0 : endUsOf(last) },
				bytes: init.length,
			};
		});
		return Promise.resolve(
			told.filter(({ startUs, endUs }) => minuteOf(startUs) <= to && minuteOf(endUs) >= from),
		);
	}

	pages(camera: CameraId, from: number, to: number): Promise<ReadablePage[]> {
		this.asked.push(`pages ${String(to - from)}`);
		return Promise.resolve(
			this.#of(camera).flatMap(({ runNo, segments }) => {
				const minutes = [...new Set(segments.map(({ entry }) => minuteOf(entry.startUs)))];
				return minutes
					.filter((minute) => minute >= from && minute <= to)
					.map((minute) => {
						const here = segments.filter(({ entry }) => minuteOf(entry.startUs) === minute);
						// Places in the archive rise.
						const entries = here.map(({ entry }, at) => ({ ...entry, place: at * 999 }));
						return { runNo, minute, entries: buildEntries(entries) };
					});
			}),
		);
	}

	records(camera: CameraId, runNo: number, first: number, last: number): Promise<Bytes> {
		this.asked.push(`records ${String(runNo)} ${String(first)}-${String(last)}`);
		const run = this.#of(camera).find((one) => one.runNo === runNo);
		if (run === undefined) return Promise.resolve(new Uint8Array());
		const here = run.segments.filter(({ entry }) => entry.seq >= first && entry.seq <= last);
		const init = first === 0 ? [run.init] : [];
		return Promise.resolve(concatBytes(...init, ...here.map(({ record }) => record)));
	}

	spans(): Promise<readonly SignedSpan[]> {
		return Promise.resolve(this.removals);
	}

	#of(camera: CameraId): readonly KeptRun[] {
		return camera === this.camera ? this.runsKept : [];
	}
}

function secondsOf(us: number): string {
	return String(Math.round((us - T0) / SECOND));
}
