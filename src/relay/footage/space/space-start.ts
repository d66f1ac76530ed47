import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { floorBytesOf } from '#domain/storage/relay-space.ts';
import type { Logger } from '#relay/base/log.ts';
import type { OpenedFootage } from '#relay/footage/footage-start.ts';
import { Ballast } from './ballast.ts';
import { FootageSpace } from './footage-space.ts';
import { nodeClock } from './node-clock.ts';
import { SpaceLedger } from './space-ledger.ts';
import { volumeOf } from './volume.ts';

interface SpaceStartOptions {
	/** Of the packs. */
	readonly folder: string;
	/** The file of the reserve. */
	readonly ballast: string;
	readonly capBytes: number | null;
	readonly log: Logger;
	readonly version: string;
}

/** Makes the `FootageSpace` of a real disk, once its index is open. */
export class SpaceStart {
	readonly #options: SpaceStartOptions;
	readonly #ballast: Ballast;
	#opened: FootageSpace | null = null;

	constructor(options: SpaceStartOptions) {
		this.#options = options;
		this.#ballast = new Ballast(options.ballast);
	}

	get opened(): FootageSpace | null {
		return this.#opened;
	}

	/** For `/metrics`; NaN until it is open. */
	get gauges(): Readonly<Record<string, { readonly help: string; readonly value: () => number }>> {
		return Object.fromEntries(
			Object.entries(FootageSpace.GAUGES).map(([name, { help, read }]) => [
				name,
				{ help, value: () => (this.#opened === null ? Number.NaN : read(this.#opened)) },
			]),
		);
	}

	/** On a disk without room for the index the reserve is given up first (RS3). */
	async before(): Promise<void> {
		const { sizeBytes, freeBytes } = await volumeOf(dirname(this.#options.ballast));
		if (freeBytes < floorBytesOf(sizeBytes) / 8) await this.#ballast.giveUp();
	}

	of({ index, packs, sidecars }: Omit<OpenedFootage, 'archive'>): FootageSpace {
		const { folder, capBytes, log, version } = this.#options;
		this.#opened = new FootageSpace({
			...{ index, packs, capBytes, log, version, clock: nodeClock },
			...{ ledger: new SpaceLedger(index), ballast: this.#ballast },
			volume: () => volumeOf(dirname(folder)),
			isPinned: (minute) => sidecars.isPinned(minute, minute.minute),
			besideBytes: () => sidecars.usedBytes(),
			left: (minutes) => {
				for (const minute of minutes) sidecars.deleteBeside(minute, minute.minute);
			},
		});
		return this.#opened;
	}
}

/** Of this program. */
export function ownVersion(): string {
	const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
	return (JSON.parse(text) as { readonly version: string }).version;
}
