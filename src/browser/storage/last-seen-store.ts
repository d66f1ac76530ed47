import { mergeSeen, type SeenDevices } from '#domain/home/seen-device.ts';
import { seenDocument, seenFrom } from '#protocol/seen.ts';
import type { LastSeenStore } from '#ports/storage/last-seen-store.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';
import { PreferenceDatabase, PREFERENCES } from './preference-store.ts';

const DOCUMENT = 'seen';

/** A separate document beside the preferences, which older app versions leave alone. */
export class DexieLastSeenStore implements LastSeenStore {
	readonly #connection: DatabaseConnection<PreferenceDatabase>;

	constructor(name = PREFERENCES) {
		this.#connection = new DatabaseConnection(() => new PreferenceDatabase(name), 'settings');
	}

	read(): Promise<SeenDevices> {
		return this.#connection.read(['documents'], async ({ documents }) =>
			seenFrom(await readable(documents.get(DOCUMENT))),
		);
	}

	async write(seen: SeenDevices, nowMs: number): Promise<void> {
		await this.#connection.write(['documents'], async ({ documents }) => {
			const kept = seenFrom(await readable(documents.get(DOCUMENT)));
			const both = [...seen].map(
				([device, one]) => [device, mergeSeen(nowMs, kept.get(device), one)] as const,
			);
			await documents.put(seenDocument(new Map(both)), DOCUMENT);
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}
}
