import { dirname, join } from 'node:path';
import type { Logger } from '#relay/base/log.ts';
import { sqliteReasonOf } from '#relay/storage/change-writer.ts';
import { FootageIndex } from './footage-index.ts';
import type { ArchiveRoom } from './archive-room.ts';
import { PackArchive, type PackArchiveTools } from './pack-archive.ts';
import { PackFolder } from './pack-folder.ts';
import { repeatRemovals } from './remove-span.ts';
import { SidecarIndex } from './sidecar-index.ts';

const RETRY_MS = 5_000;
/** Beside the index of the packs. */
export const SIDECAR_FILE = 'sidecar.sqlite';

export interface OpenedFootage {
	readonly archive: PackArchive;
	readonly index: FootageIndex;
	readonly packs: PackFolder;
	readonly sidecars: SidecarIndex;
}

/** What keeps the disk from being full (docs/spec/relay-store.md). */
export interface FootageRoom extends ArchiveRoom {
	/** Once the archive has recovered. */
	begin(archive: PackArchive): Promise<void>;
	/** Resolves when it writes nothing any more. */
	end(): Promise<void>;
}

interface FootageStartOptions {
	/** Of the packs. */
	readonly folder: string;
	/** The database of their index. */
	readonly index: string;
	readonly crypto: PackArchiveTools['crypto'];
	readonly judge?: PackArchiveTools['judge'];
	readonly judgeRun?: PackArchiveTools['judgeRun'];
	readonly log: Logger;
	/** Before the index is opened, which takes room on the disk. */
	readonly before: () => Promise<void>;
	readonly roomOf: (opened: Omit<OpenedFootage, 'archive'>) => FootageRoom;
	readonly ready: (opened: OpenedFootage) => void;
	/** Shorter in tests. */
	readonly retryMs?: number;
}

/**
 * Opens the index and brings it in line with the packs, again and again until that works: nothing
 * else waits for it, and a full disk at the start is no end (SY17).
 */
export class FootageStart {
	readonly #options: FootageStartOptions;
	#wrong: string | null = null;
	#index: FootageIndex | null = null;
	#sidecars: SidecarIndex | null = null;
	#room: FootageRoom | null = null;
	#retry: NodeJS.Timeout | null = null;
	#ended = false;

	constructor(options: FootageStartOptions) {
		this.#options = options;
		void this.#open();
	}

	/** Why it failed the last time; `null`: it did not, or has not ended yet. */
	get wrong(): string | null {
		return this.#wrong;
	}

	async end(): Promise<void> {
		this.#ended = true;
		if (this.#retry) clearTimeout(this.#retry);
		await this.#close();
	}

	/** It may have ended while something was awaited. */
	#hasEnded(): boolean {
		return this.#ended;
	}

	async #close(): Promise<void> {
		await this.#room?.end();
		this.#room = null;
		this.#sidecars?.close();
		this.#sidecars = null;
		this.#index?.close();
		this.#index = null;
	}

	async #open(): Promise<void> {
		const { folder, index: file, crypto, log, retryMs = RETRY_MS } = this.#options;
		const { before, roomOf, ready } = this.#options;
		try {
			await before();
			if (this.#hasEnded()) return;
			const index = new FootageIndex(file);
			this.#index = index;
			const packs = new PackFolder(folder);
			const sidecars = new SidecarIndex(join(dirname(file), SIDECAR_FILE), index);
			this.#sidecars = sidecars;
			const room = roomOf({ index, packs, sidecars });
			const { judge, judgeRun } = this.#options;
			const judging = { ...(judge && { judge }), ...(judgeRun && { judgeRun }) };
			const isRemoved: PackArchiveTools['isRemoved'] = (of, span) => sidecars.isRemoved(of, span);
			const archive = new PackArchive({ packs, index, crypto, room, isRemoved, ...judging });
			const report = await archive.recover();
			await repeatRemovals({ archive, index, sidecars });
			if (this.#hasEnded()) return;
			this.#room = room;
			await room.begin(archive);
			if (this.#hasEnded()) return;
			this.#wrong = null;
			log.info(report, 'footage is ready');
			ready({ archive, index, packs, sidecars });
		} catch (error) {
			if (this.#hasEnded()) return;
			await this.#close();
			const why = sqliteReasonOf(error);
			if (why !== this.#wrong) log.error({ why }, 'cannot open the footage');
			this.#wrong = why;
			this.#retry = setTimeout(() => void this.#open(), retryMs);
		}
	}
}
