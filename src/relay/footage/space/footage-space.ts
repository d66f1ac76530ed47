import { expectFault, faultOf } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { Deletion } from '#domain/storage/deletion.ts';
import {
	ballastBytesOf,
	bytesToGive,
	defaultRelayCap,
	floorBytesOf,
	mayAdd,
	relayAllowanceOf,
	sharesOf,
	type HomeUse,
	type RelayAllowance,
	type VolumeSpace,
} from '#domain/storage/relay-space.ts';
import type { StorageLevel } from '#domain/storage/usage.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Logger } from '#relay/base/log.ts';
import type { FootageIndex } from '#relay/footage/footage-index.ts';
import { IndexRetention, type CameraUse } from '#relay/footage/index-retention.ts';
import type { KeptMinute } from '#relay/footage/leaving-queue.ts';
import type { ArchiveRoom } from '#relay/footage/archive-room.ts';
import type { PackArchive } from '#relay/footage/pack-archive.ts';
import type { PackFolder, PackKey } from '#relay/footage/pack-folder.ts';
import type { MendedPack } from '#relay/footage/pack-mending.ts';
import type { Ballast } from './ballast.ts';
import { ReceivedRates } from './received-rates.ts';
import { RetentionPasses } from './retention-passes.ts';
import type { SpaceLedger } from './space-ledger.ts';
import { SpaceWatch, type SpaceWarning } from './space-watch.ts';

const LOOK_MS = 5_000;
const RECONCILE_MS = 60 * 60_000;
/** RS3: no refill of the ballast this soon after a full disk. */
const QUIET_MS = 60_000;
const SHOWN_DELETIONS = 20;

export interface FootageSpaceTools {
	readonly index: FootageIndex;
	readonly packs: PackFolder;
	readonly ledger: SpaceLedger;
	readonly ballast: Ballast;
	readonly volume: () => Promise<VolumeSpace>;
	readonly clock: Clock;
	readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
	/** The admin's; `null`: nobody decided. */
	readonly capBytes: number | null;
	/** Of this program. */
	readonly version: string;
	/** Whether a person pinned that minute. */
	readonly isPinned?: (minute: KeptMinute) => boolean;
	/** Of what stands beside the packs: thumbnails, events, grants. */
	readonly besideBytes?: () => number;
	/** These minutes are gone: so goes what stood beside them. */
	readonly left?: (minutes: readonly KeptMinute[]) => void;
}

interface Gauge {
	readonly help: string;
	readonly read: (space: FootageSpace) => number;
}

/** What a home is told of the room its footage takes. */
export interface HomeSpace {
	readonly bytes: number;
	/** What it may hold while the others want theirs. */
	readonly share: number;
	/** What its owner lowered it to; `null`: nobody did. */
	readonly lowered: number | null;
	readonly cap: { readonly bytes: number; readonly by: 'admin' | 'default' };
	readonly level: StorageLevel;
	/** When its share is used up at today's rate; `null`: not known, or the oldest leaves already. */
	readonly fullAtMs: number | null;
	/** How long footage stays at today's rate, once full; `null`: not known. */
	readonly keepsMs: number | null;
	readonly warning: SpaceWarning | null;
	/** What left lately, newest first. */
	readonly freed: readonly Deletion[];
	readonly cameras: readonly Omit<CameraUse, 'home'>[];
}

/**
 * Keeps the relay from ever being full (docs/spec/relay-store.md): says what may still be added,
 * lets the oldest footage leave, holds a reserve, and warns before it comes to that.
 */
export class FootageSpace implements ArchiveRoom {
	/** For `/metrics`. */
	static readonly GAUGES: Readonly<Record<string, Gauge>> = {
		bytes: { help: 'Footage kept', read: (space) => space.#usedBytes() },
		cap_bytes: { help: 'The most that footage may take', read: ({ cap }) => cap.bytes },
		allowed_bytes: { help: 'What it may take now', read: (space) => space.#allowance().bytes },
		free_bytes: { help: 'Free on the volume', read: (space) => space.#freeBytes() },
		level: {
			help: '0 fine, 1 warn, 2 high, 3 critical, 4 emergency',
			read: ({ level }) => ['fine', 'warn', 'high', 'critical', 'emergency'].indexOf(level),
		},
		full_in_seconds: {
			help: 'Until there is no room, at the present growth; NaN: it does not grow',
			read: (space) => (space.#watch.fullInMs ?? Number.NaN) / 1000,
		},
		refused: {
			help: 'Uploads refused for want of room, since the start',
			read: (space) => space.#counts.refused,
		},
		freed_bytes: {
			help: 'Bytes that retention freed, since the start',
			read: (space) => space.#counts.freedBytes,
		},
		damaged: {
			help: 'Records found damaged, since the start',
			read: (space) => space.#counts.damaged,
		},
	};

	readonly #tools: FootageSpaceTools;
	readonly #retention: IndexRetention;
	readonly #watch: SpaceWatch;
	readonly #rates: ReceivedRates;
	readonly #passes: RetentionPasses;
	readonly #known = new Set<string>();
	readonly #counts = { refused: 0, freedBytes: 0, damaged: 0 };
	#volume: VolumeSpace = { sizeBytes: 0, freeBytes: 0 };
	/** Bytes written since the volume was asked. */
	#writtenBytes = 0;
	#refusedMs: number | null = null;
	/** A write was refused since the last look. */
	#diskFull = false;
	#archive: PackArchive | null = null;
	#looking: Promise<void> | null = null;
	#stops: (() => void)[] = [];
	#ended = false;

	constructor(tools: FootageSpaceTools) {
		this.#tools = tools;
		this.#retention = new IndexRetention(tools.index);
		this.#watch = new SpaceWatch(tools);
		this.#rates = new ReceivedRates(tools.clock);
		this.#passes = new RetentionPasses({
			...tools,
			discard: (minutes) => this.#archive?.discard(minutes) ?? Promise.resolve(0),
			due: () => {
				const allowance = this.#allowance();
				const { by } = allowance;
				return { by, gives: bytesToGive(this.#usesBy(allowance), allowance) };
			},
			freed: (bytes) => {
				this.#writtenBytes -= bytes;
				this.#counts.freedBytes += bytes;
			},
			giveUpBallast: () => this.#giveUpBallast(),
			failed: (error) => this.#failed(error, 'cannot delete footage'),
		});
	}

	/** Call it once the archive has recovered. Throws `unavailable` if the volume does not answer. */
	async begin(archive: PackArchive): Promise<void> {
		const { clock, ledger, log, version } = this.#tools;
		this.#archive = archive;
		for (const { home, camera } of this.#retention.cameras()) this.#known.add(`${home} ${camera}`);
		this.#volume = await this.#tools.volume();
		await this.#tools.ballast.measure();
		const { bytes, by } = this.cap;
		const floorBytes = floorBytesOf(this.#volume.sizeBytes);
		log.info({ capBytes: bytes, by, floorBytes, usedBytes: this.#usedBytes() }, 'room for footage');
		ledger.compare('version', version, clock.wallMs());
		ledger.compare('cap', `${by} ${String(bytes)}`, clock.wallMs());
		await this.look();
		this.#stops = [
			clock.every(LOOK_MS, () => void this.look()),
			clock.every(RECONCILE_MS, () => void this.#reconcile()),
		];
	}

	/** Resolves when nothing is written any more. */
	async end(): Promise<void> {
		this.#ended = true;
		for (const stop of this.#stops) stop();
		await this.#passes.end();
		await this.#looking;
	}

	/** RS1. */
	get cap(): HomeSpace['cap'] {
		const { capBytes } = this.#tools;
		return capBytes === null
			? { bytes: defaultRelayCap(this.#volume.sizeBytes), by: 'default' }
			: { bytes: capBytes, by: 'admin' };
	}

	get level(): StorageLevel {
		return this.#watch.level;
	}

	usage(home: HomeId): HomeSpace {
		const { ledger, clock } = this.#tools;
		const allowance = this.#allowance();
		const { bytes, share, limit } = this.#useOf(home, allowance);
		const perMs = this.#rates.bytesPerMs(home);
		const leftMs = perMs > 0 ? Math.max(0, share - bytes) / perMs : null;
		const turns = bytes >= Math.min(share, allowance.roomyBytes);
		return {
			...{ bytes, share, lowered: limit === Infinity ? null : limit, cap: this.cap },
			level: this.level,
			fullAtMs: turns || leftMs === null ? null : Math.floor(clock.wallMs() + leftMs),
			keepsMs: perMs > 0 ? Math.floor(share / perMs) : null,
			warning: this.#watch.warning(ledger.changes(home, 1)[0] ?? null),
			freed: ledger.deletions(home, SHOWN_DELETIONS),
			cameras: this.#retention
				.cameras(home)
				.map(({ camera, bytes: held, newestMs }) => ({ camera, bytes: held, newestMs })),
		};
	}

	/** An owner lowers what its home may hold, in bytes; `null`: as much as there is for each. */
	lower(home: HomeId, bytes: number | null): void {
		this.#tools.ledger.setShare(home, bytes, this.#tools.clock.wallMs());
		this.#passes.begin();
	}

	mayAdd(
		home: HomeId,
		_camera: CameraId | null,
		bytes: number,
	): { readonly newer: boolean; readonly older: boolean } {
		const allowance = this.#allowance();
		const use = this.#useOf(home, allowance);
		const isNew = use.bytes === 0;
		const closed = isNew && ['high', 'critical', 'emergency'].includes(this.level);
		const tight = this.#freeBytes() - bytes < allowance.freeBytes;
		const may = mayAdd(use, this.#usedBytes(), allowance, bytes);
		if (closed || tight || !may.newer) {
			this.#passes.begin();
			return { newer: false, older: false };
		}
		return may;
	}

	oldest(home: HomeId, camera: CameraId): KeptMinute | null {
		return this.#retention.oldest(home, camera);
	}

	added(home: HomeId, camera: CameraId, bytes: number): void {
		this.#writtenBytes += bytes;
		this.#rates.add(home, bytes);
		const name = `${home} ${camera}`;
		if (!this.#known.has(name)) {
			const isFirst = ![...this.#known].some((one) => one.startsWith(home));
			this.#known.add(name);
			const { ledger, clock } = this.#tools;
			try {
				ledger.noteChange(isFirst ? 'home' : 'camera', home, clock.wallMs());
			} catch (error) {
				// A note that cannot be written holds nothing up.
				expectFault(error);
			}
		}
		if (this.#usedBytes() > this.#allowance().highBytes) this.#passes.begin();
	}

	refused(_home: HomeId, _bytes: number, disk: boolean): void {
		this.#counts.refused += 1;
		if (!disk) return;
		this.#noteFullDisk();
		void this.look();
	}

	lost({ home, camera, runNo, minute }: PackKey, { lost, lostBytes }: MendedPack): void {
		this.#counts.damaged += lost.length;
		const where = { home, camera, runNo, minute, records: lost.length, bytes: lostBytes };
		this.#tools.log.warn(where, 'damaged footage was taken out; its camera sends it again');
	}

	/** Measures, and does what is due. Never throws. */
	look(): Promise<void> {
		this.#looking ??= this.#look()
			.catch((error: unknown) => this.#failed(error, 'cannot measure the room for footage'))
			.finally(() => {
				this.#looking = null;
			});
		return this.#looking;
	}

	async #look(): Promise<void> {
		const { ballast, clock, ledger } = this.#tools;
		this.#volume = await this.#tools.volume();
		this.#writtenBytes = 0;
		await ballast.measure();
		if (this.#hasEnded()) return;
		this.#watch.sample(
			{
				...{ volume: this.#volume, capBytes: this.cap.bytes, usedBytes: this.#usedBytes() },
				...{ besideBytes: ballast.bytes + this.#besideBytes() },
				indexBytes: this.#tools.index.database.bytes,
				refusedMs: this.#refusedMs,
			},
			ledger.changes(null, 20),
		);
		const { sizeBytes, freeBytes } = this.#volume;
		const floor = floorBytesOf(sizeBytes);
		if ((this.#diskFull || freeBytes < floor / 8) && ballast.bytes > 0) await this.#giveUpBallast();
		this.#diskFull = false;
		this.#passes.begin();
		await this.#passes.done;
		if (this.#hasEnded()) return;
		const quiet = this.#refusedMs === null || clock.monotonicMs() - this.#refusedMs >= QUIET_MS;
		const wanted = this.#wantedBallast;
		if (quiet && this.#freeBytes() > floor + wanted) await ballast.hold(wanted);
	}

	async #giveUpBallast(): Promise<void> {
		const bytes = await this.#tools.ballast.giveUp();
		const { sizeBytes, freeBytes } = this.#volume;
		this.#volume = { sizeBytes, freeBytes: freeBytes + bytes };
		this.#tools.log.warn({ bytes }, 'the disk is full: the reserve is given up');
	}

	async #reconcile(): Promise<void> {
		if (this.#ended || this.#archive === null) return;
		try {
			const report = await this.#archive.recover();
			const { rebuilt, missing } = report;
			if (rebuilt + missing > 0) this.#tools.log.warn(report, 'index and packs differed');
		} catch (error) {
			this.#failed(error, 'cannot compare index and packs');
		}
	}

	#failed(error: unknown, what: string): void {
		// Its database was closed under it.
		if (this.#ended) return;
		const { kind } = faultOf(error);
		if (kind === 'quota') this.#noteFullDisk();
		this.#tools.log.error({ kind }, what);
	}

	#besideBytes(): number {
		return this.#tools.besideBytes?.() ?? 0;
	}

	/** It may have ended while something was awaited. */
	#hasEnded(): boolean {
		return this.#ended;
	}

	#noteFullDisk(): void {
		this.#diskFull = true;
		this.#refusedMs = this.#tools.clock.monotonicMs();
	}

	get #wantedBallast(): number {
		return Math.floor(Math.min(ballastBytesOf(this.#volume.sizeBytes), this.cap.bytes / 8));
	}

	#freeBytes(): number {
		return Math.max(0, this.#volume.freeBytes - this.#writtenBytes);
	}

	#usedBytes(): number {
		return this.#tools.index.usedBytes();
	}

	#allowance(): RelayAllowance {
		const { ballast, index } = this.#tools;
		const { sizeBytes } = this.#volume;
		return relayAllowanceOf(
			this.cap.bytes,
			{ sizeBytes, freeBytes: this.#freeBytes() },
			this.#usedBytes(),
			index.database.bytes + this.#besideBytes() + ballast.bytes,
			Math.max(0, this.#wantedBallast - ballast.bytes),
		);
	}

	/** `asking`: a home that may have nothing here yet. */
	#usesBy(allowance: RelayAllowance, asking?: HomeId): Map<string, HomeUse> {
		const used = this.#retention.homes();
		if (asking !== undefined && !used.has(asking)) used.set(asking, 0);
		const lowered = this.#tools.ledger.shares();
		const limits = new Map([...used.keys()].map((home) => [home, lowered.get(home) ?? Infinity]));
		const shares = sharesOf(allowance.bytes, limits);
		return new Map(
			[...used].map(([home, bytes]) => [
				home,
				{ bytes, share: shares.get(home) ?? 0, limit: limits.get(home) ?? Infinity },
			]),
		);
	}

	#useOf(home: HomeId, allowance: RelayAllowance): HomeUse {
		return this.#usesBy(allowance, home).get(home) ?? { bytes: 0, share: 0, limit: Infinity };
	}
}
