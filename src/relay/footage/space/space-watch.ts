import { clockSampleOf, hasClockStepped, type ClockSample } from '#domain/footage/clock-sample.ts';
import {
	detectGrowth,
	SAMPLE_RETENTION_MS,
	type Growth,
	type UsageSample,
} from '#domain/storage/growth.ts';
import { floorBytesOf, relayLevelOf, type VolumeSpace } from '#domain/storage/relay-space.ts';
import { storageLevelOf, type StorageLevel } from '#domain/storage/usage.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Logger } from '#relay/base/log.ts';
import type { SpaceChange, SpaceChangeKind } from './space-ledger.ts';

const SAMPLE_MS = 15_000;
const INDEX_SHARE = 0.02;
const LEAST_INDEX_BYTES = 32 * 2 ** 20;

/** What fills a relay beside footage, which is a ring. */
export const SPACE_OWNERS = ['others', 'index'] as const;
export type SpaceOwner = (typeof SPACE_OWNERS)[number];

export interface SpaceWarning {
	readonly level: StorageLevel;
	/** What grows; `null`: nothing does, there is little room all the same. */
	readonly growing: SpaceOwner | null;
	readonly fullAtMs: number | null;
	/** What changed last before it. */
	readonly after: SpaceChange | null;
}

interface Measured {
	readonly volume: VolumeSpace;
	readonly capBytes: number;
	readonly usedBytes: number;
	readonly indexBytes: number;
	/** Of the ballast. */
	readonly besideBytes: number;
	/** Monotonic; when the disk last refused a write. */
	readonly refusedMs: number | null;
}

/** Notices what grows and when there will be no room, by the detectors of a device (SP4 to SP8). */
export class SpaceWatch {
	readonly #clock: Clock;
	readonly #log: Pick<Logger, 'info' | 'warn'>;
	readonly #samples: UsageSample[] = [];
	#clocks: ClockSample;
	#growths: readonly Growth<SpaceChangeKind>[] = [];
	#level: StorageLevel = 'fine';
	#said = '';

	constructor({ clock, log }: { clock: Clock; log: Pick<Logger, 'info' | 'warn'> }) {
		this.#clock = clock;
		this.#log = log;
		this.#clocks = clockSampleOf(clock);
	}

	get level(): StorageLevel {
		return this.#level;
	}

	/** Until there is no room, at the present growth; `null`: nothing grows that fast. */
	get fullInMs(): number | null {
		const times = this.#growths.flatMap(({ fullInMs }) => fullInMs ?? []);
		return times.length === 0 ? null : Math.min(...times);
	}

	/** `null`: nothing to say. `after`: the last change that the reader may know of. */
	warning(after: SpaceChange | null): SpaceWarning | null {
		if (this.#level === 'fine' && this.#growths.length === 0) return null;
		const { fullInMs } = this;
		return {
			...{ level: this.#level, growing: this.#owner(), after },
			fullAtMs: fullInMs === null ? null : Math.floor(this.#clock.wallMs() + fullInMs),
		};
	}

	sample(measured: Measured, changes: readonly SpaceChange[]): void {
		const { volume, capBytes, usedBytes, indexBytes, besideBytes, refusedMs } = measured;
		const now = clockSampleOf(this.#clock);
		// Samples from before a clock step have times of another clock.
		if (hasClockStepped(this.#clocks, now)) this.#samples.length = 0;
		this.#clocks = now;
		const { sizeBytes, freeBytes } = volume;
		const others = sizeBytes - freeBytes - usedBytes - indexBytes - besideBytes;
		const owners = { others: Math.max(0, others), index: indexBytes };
		const atMs = now.wallMs;
		if (atMs - (this.#samples.at(-1)?.atMs ?? -Infinity) >= SAMPLE_MS) {
			const roomBytes = Math.max(0, freeBytes + usedBytes - floorBytesOf(sizeBytes));
			this.#samples.push({ atMs, owners, roomBytes });
			const oldest = () => this.#samples[0]?.atMs ?? atMs;
			while (oldest() < atMs - SAMPLE_RETENTION_MS) this.#samples.shift();
			const index = Math.max(LEAST_INDEX_BYTES, capBytes * INDEX_SHARE);
			this.#growths = detectGrowth(this.#samples, { index }, changes);
		}
		const held = { pinned: indexBytes, allowed: capBytes, atMs: now.monotonicMs };
		this.#level = relayLevelOf(volume, this.fullInMs, storageLevelOf(held, refusedMs));
		this.#tell(changes[0] ?? null);
	}

	#owner(): SpaceOwner | null {
		const found = this.#growths.toSorted(
			(a, b) => (a.fullInMs ?? Infinity) - (b.fullInMs ?? Infinity),
		)[0];
		return SPACE_OWNERS.find((owner) => owner === found?.owner) ?? null;
	}

	/** Said when it changes. */
	#tell(after: SpaceChange | null): void {
		const warning = this.warning(after);
		const text = warning === null ? '' : `${warning.level} ${String(warning.growing)}`;
		if (text === this.#said) return;
		this.#said = text;
		const { fullInMs } = this;
		if (warning === null) this.#log.warn('there is room again');
		else
			this.#log.warn(
				{
					...{ level: warning.level, growing: warning.growing },
					fullInMinutes: fullInMs === null ? null : Math.round(fullInMs / 60_000),
					after: warning.after,
				},
				'the disk of the footage fills',
			);
	}
}
