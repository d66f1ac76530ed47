import { afterEach, beforeEach } from 'vitest';
import type { Fault } from '#domain/base/fault.ts';
import type { Run } from '#domain/footage/run.ts';
import { UploadSlots } from '#engine/sync/upload-slots.ts';
import type { HeldBack } from '#engine/sync/upload-state.ts';
import { Uploader } from '#engine/sync/uploader.ts';
import { DOOR, sealed, SECOND, startOf } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeFootageArchive } from '../../fakes/footage-archive.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { until } from '../../support/until.ts';

export const MINUTE_MS = 60_000;
/** A whole minute. */
export const NOW_MS = 1_800_000_000_000;

/** An uploader with a camera's store and an archive, made anew for each test. */
export class UploaderFixture {
	clock = new ManualClock(NOW_MS);
	segments = new MemorySegmentStore();
	archive = new FakeFootageArchive();
	slots = new UploadSlots(2);
	urgent: number[] = [];
	held: HeldBack | null = null;
	pace: 'full' | 'gentle' | 'wait' = 'full';
	wanted: (minute: number) => boolean = () => true;
	readonly stores: string[] = [];
	/** When what was lost began, µs. */
	readonly lost: number[] = [];
	/** At each turn of what stands beside segments: the oldest minute there, and segments sent. */
	readonly beside: { readonly oldest: number | null; readonly sent: number }[] = [];
	besideFault: Fault | null = null;
	/** Run records signed, in order. */
	signed: { readonly runNo: number; readonly ended: Run['ended'] }[] = [];
	uploader = this.made();

	/** As after a reload of the page. */
	made(): Uploader {
		return new Uploader(
			{
				...{ footage: this.segments, archive: this.archive, clock: this.clock },
				...{ slots: this.slots, random: () => 0 },
				signRun: ({ runNo, ended }) => {
					this.signed.push({ runNo, ended });
					return Promise.resolve(new Uint8Array(8));
				},
				urgent: () => Promise.resolve(this.urgent),
				wanted: (minute) => this.wanted(minute),
				heldBack: () => this.held,
				pace: () => this.pace,
				storeIs: (store) => this.stores.push(store),
				sendBeside: (_, { oldest }) => {
					this.beside.push({ oldest, sent: this.archive.sent.length });
					if (this.besideFault) return Promise.reject(this.besideFault);
					return Promise.resolve();
				},
				lost: (_, startUs) => this.lost.push(startUs),
			},
			DOOR,
		);
	}

	/** Ten segments at the start of a minute; minute 0 is now. */
	async recorded(runNo: number, minutes: readonly number[], ended = true): Promise<void> {
		const first = Math.min(...minutes);
		const anchorUs = (NOW_MS + first * MINUTE_MS) * 1000;
		await this.segments.begin(startOf(DOOR, runNo, anchorUs), sealed(0, anchorUs));
		let seq = 0;
		for (const minute of minutes) {
			const startUs = (NOW_MS + minute * MINUTE_MS) * 1000;
			for (let at = 0; at < 10; at += 1) {
				seq += 1;
				await this.segments.append(DOOR, runNo, sealed(seq, startUs + at * SECOND));
			}
		}
		if (ended) await this.segments.close(DOOR, runNo, 'stopped');
	}

	/** Lets it take its turns until that holds. */
	turns(so: () => boolean): Promise<void> {
		return until(() => {
			this.clock.advance(100);
			return so();
		});
	}

	get isCurrent(): boolean {
		return this.uploader.state.kind === 'current';
	}

	/** Minutes in the order in which they were sent, counted from now. */
	get order(): number[] {
		return [...new Set(this.archive.sent.map(({ minute }) => minute - NOW_MS / MINUTE_MS))];
	}
}

/** Registers one for each test of a file. */
export function eachUploader(): { readonly at: UploaderFixture } {
	const here = { at: undefined as unknown as UploaderFixture };
	beforeEach(() => {
		here.at = new UploaderFixture();
	});
	afterEach(() => {
		here.at.uploader.end();
		here.at.segments.dispose();
	});
	return here;
}
