/** A store of footage on a volume that a test fills, with a clock that it moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { buildEntries } from '#domain/footage/index-page.ts';
import { Ballast } from '#relay/footage/space/ballast.ts';
import { FootageSpace } from '#relay/footage/space/footage-space.ts';
import { SpaceLedger } from '#relay/footage/space/space-ledger.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import type { KeptMinute } from '#relay/footage/leaving-queue.ts';
import { PackArchive } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { WebCrypto } from '#web/crypto.ts';
import { ManualClock } from '../../../fakes/clock.ts';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- ids are branded
export const idOf = <Id>(letter: string): Id => letter.repeat(32) as Id;

interface Options {
	readonly sizeBytes: number;
	readonly capBytes?: number | null;
	readonly version?: string;
	readonly isPinned?: (minute: KeptMinute) => boolean;
}

export class SpaceFixture {
	readonly folder = mkdtempSync(join(tmpdir(), 'spy-cam-space-'));
	readonly clock = new ManualClock();
	readonly packs = new PackFolder(join(this.folder, 'footage'));
	readonly ballast = new Ballast(join(this.folder, 'ballast'));
	readonly said: { readonly level: string; readonly text: string; readonly what: unknown }[] = [];
	/** What other programs keep on the volume. */
	othersBytes = 0;
	index!: FootageIndex;
	ledger!: SpaceLedger;
	archive!: PackArchive;
	space!: FootageSpace;
	#options: Options;

	constructor(options: Options) {
		this.#options = options;
	}

	async open(changed: Partial<Options> = {}): Promise<this> {
		this.#options = { ...this.#options, ...changed };
		const { sizeBytes, capBytes = null, version = '1', isPinned } = this.#options;
		this.index = new FootageIndex(join(this.folder, 'footage.sqlite'));
		this.ledger = new SpaceLedger(this.index);
		const say =
			(level: string) =>
			(what: unknown, text = ''): void => {
				this.said.push({ level, text: typeof what === 'string' ? what : text, what });
			};
		this.space = new FootageSpace({
			...{ index: this.index, packs: this.packs, ledger: this.ledger, ballast: this.ballast },
			...{ clock: this.clock, capBytes, version },
			volume: () => Promise.resolve({ sizeBytes, freeBytes: this.freeBytes(sizeBytes) }),
			log: { info: say('info'), warn: say('warn'), error: say('error') },
			...(isPinned ? { isPinned } : {}),
		});
		const { packs, index, space } = this;
		this.archive = new PackArchive({ packs, index, crypto: new WebCrypto(), room: space });
		await this.archive.recover();
		await space.begin(this.archive);
		return this;
	}

	freeBytes(sizeBytes = this.#options.sizeBytes): number {
		const own = this.index.usedBytes() + this.index.database.bytes + this.ballast.bytes;
		return Math.max(0, sizeBytes - this.othersBytes - own);
	}

	/** A minute of footage as it would be after an upload. Its bytes are not those of segments. */
	async minute(home: HomeId, camera: CameraId, at: number, bytes: number): Promise<void> {
		const key = { home, camera, runNo: 1, minute: 1000 + at };
		await this.packs.append(key, 0, [new Uint8Array(bytes)]);
		const seq = at + 1;
		const times = { seq, startUs: (1000 + at) * 60_000_000, durationUs: 1, sound: false };
		const entries = buildEntries([{ ...times, bad: false, size: bytes, place: 0 }]);
		const page = { runNo: 1, minute: key.minute, entries, bytes, firstSeq: seq, lastSeq: seq };
		const run = { runNo: 1, runId: idOf<string>('0'), record: null, initBytes: 0 };
		this.index.write(home, camera, { run, pages: [page] });
		this.space.added(home, camera, bytes);
	}

	/** Lets time pass, and waits for what that began. */
	async pass(ms: number): Promise<void> {
		const step = 15_000;
		for (let left = ms; left > 0; left -= step) {
			this.clock.advance(Math.min(step, left));
			await this.space.look();
		}
	}

	async close(): Promise<void> {
		await this.space.end();
		this.index.close();
	}

	remove(): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
