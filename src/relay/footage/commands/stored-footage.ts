import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import type { StoredState } from '#relay/base/ipc.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { SIDECAR_FILE } from '#relay/footage/footage-start.ts';
import { IndexRetention } from '#relay/footage/index-retention.ts';
import { PackArchive } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { PackMending } from '#relay/footage/pack-mending.ts';
import { SidecarIndex } from '#relay/footage/sidecar-index.ts';
import { lockDataFolder } from '#relay/storage/data-folder-lock.ts';
import { RelayDatabase } from '#relay/storage/database.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { recordJudgesOf } from '#relay-core/record-judge.ts';
import { WebCrypto } from '#web/crypto.ts';

/** Footage in a data folder, as commands use it. */
export interface StoredFootage {
	readonly index: FootageIndex;
	readonly sidecars: SidecarIndex;
	readonly retention: IndexRetention;
	readonly packs: PackFolder;
	readonly archive: PackArchive;
	readonly mending: PackMending;
}

export const fileIn = {
	relay: (data: string) => join(data, 'relay.sqlite'),
	index: (data: string) => join(data, 'footage.sqlite'),
	sidecars: (data: string) => join(data, SIDECAR_FILE),
	packs: (data: string) => join(data, 'footage'),
};

export function hasFootage(data: string): boolean {
	return existsSync(fileIn.index(data));
}

/** The rosters there; none if there is no database. */
export function rostersIn(data: string): StoredState['homes'] {
	const file = fileIn.relay(data);
	if (!existsSync(file)) return [];
	const database = new RelayDatabase(file);
	try {
		return database.readState(Date.now()).homes;
	} finally {
		database.close();
	}
}

/** Opens it, also while the relay runs. */
export async function withFootage<T>(
	data: string,
	work: (footage: StoredFootage) => Promise<T>,
): Promise<T> {
	const crypto = new WebCrypto();
	const homes = new HomeRegistry(crypto, rostersIn(data));
	const judges = recordJudgesOf(crypto, (id: HomeId) => homes.find(id));
	const index = new FootageIndex(fileIn.index(data));
	let sidecars: SidecarIndex | null = null;
	try {
		sidecars = new SidecarIndex(fileIn.sidecars(data), index);
		const packs = new PackFolder(fileIn.packs(data));
		const tools = { packs, index, crypto, ...judges };
		return await work({
			...{ index, packs, sidecars, retention: new IndexRetention(index) },
			...{ archive: new PackArchive(tools), mending: new PackMending(tools) },
		});
	} finally {
		sidecars?.close();
		index.close();
	}
}

/** Only while no relay runs there. Throws `conflict`. */
export async function whileStopped<T>(data: string, work: () => Promise<T>): Promise<T> {
	const lock = lockDataFolder(data, process.pid);
	try {
		return await work();
	} finally {
		lock.release();
	}
}

/** Refuses unless the person typed that word. Throws `aborted`. */
export async function confirmed(
	word: string,
	ask: (question: string) => Promise<string>,
): Promise<void> {
	const typed = await ask(`Type ${word} to go on: `);
	if (typed.trim() !== word) throw new Fault('aborted', 'Nothing was changed.');
}

/** As in `1.2 GB`. */
export function sizeText(bytes: number): string {
	for (const [unit, size] of [
		['GB', 1e9],
		['MB', 1e6],
	] as const)
		if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
	return `${(bytes / 1000).toFixed(1)} kB`;
}

/** As in `2026-11-30 14:05`, by this machine's clock. */
export function timeText(ms: number): string {
	const two = (value: number) => String(value).padStart(2, '0');
	const at = new Date(ms);
	const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
	return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** As in `1 home`, `2 homes`. */
export function counted(count: number, noun: string): string {
	return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
