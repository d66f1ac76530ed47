import Dexie, { type Table } from 'dexie';
import { salvageEntries } from '#domain/footage/index-page.ts';
import {
	asBytes,
	asFields,
	basisOf,
	decodeRun,
	type BytesRow,
	type PageKey,
	type PageRow,
	type RunKey,
	type RunRow,
	type PinRow,
	type QuarantinedRow,
	type RemovalRow,
	type ThumbnailRow,
} from '#domain/footage/rows.ts';

export const FOOTAGE = 'spycam-footage';

/** Tables and versions: docs/spec/store.md. Rows are `unknown` until decoded. */
export class FootageDatabase extends Dexie {
	readonly bytes: Table<unknown, number, BytesRow>;
	readonly pages: Table<unknown, PageKey, PageRow>;
	readonly runs: Table<unknown, RunKey, RunRow>;
	readonly quarantined: Table<unknown, number, QuarantinedRow>;
	readonly thumbs: Table<unknown, number, ThumbnailRow>;
	readonly pins: Table<unknown, number, PinRow>;
	readonly removals: Table<unknown, number, RemovalRow>;

	constructor(name = FOOTAGE) {
		// Relaxed durability loses up to 30 s in a power cut and leaves rows that throw when read. The
		// cache would answer reads with writes that are not on disk yet.
		super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' });
		this.version(1).stores({
			bytes: '++place',
			pages: '[camera+runNo+minute],[camera+minute]',
			runs: '[camera+runNo],[camera+endUs]',
		});
		this.version(2)
			.stores({
				pages: '[camera+runNo+minute],[camera+minute],firstPlace',
				quarantined: '++id',
			})
			.upgrade(async (transaction) => {
				await fillFirstPlace(
					transaction.table<Loose, PageKey>('pages'),
					transaction.table<Loose, RunKey>('runs'),
				);
			});
		this.version(3).stores({
			thumbs: '++place,[camera+wallUs]',
			pins: '++id,camera',
			removals: '++id,camera',
		});
		this.bytes = this.table('bytes');
		this.pages = this.table('pages');
		this.runs = this.table('runs');
		this.quarantined = this.table('quarantined');
		this.thumbs = this.table('thumbs');
		this.pins = this.table('pins');
		this.removals = this.table('removals');
	}
}

type Loose = Record<string, unknown>;

/** Leaves invalid rows alone: the reader quarantines them. */
async function fillFirstPlace(
	pages: Table<Record<string, unknown>, PageKey>,
	runs: Table<Record<string, unknown>, RunKey>,
): Promise<void> {
	const bases = new Map<string, object>();
	await runs.toCollection().modify((row) => {
		// Version 1 did not store it. Needed only to count the bytes of a rebuilt run.
		row['initSize'] ??= 0;
		const run = decodeRun(row);
		if (run !== null) bases.set(`${run.camera} ${run.runNo}`, basisOf(run));
	});
	await pages.toCollection().modify((row) => {
		const bytes = asBytes(asFields(row)?.['entries']);
		const first = bytes === null ? undefined : salvageEntries(bytes).entries[0];
		if (first === undefined) return;
		row['firstPlace'] = first.place;
		row['basis'] = bases.get(`${String(row['camera'])} ${String(row['runNo'])}`);
	});
}
