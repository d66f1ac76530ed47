import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import { spanContains, spansOverlap, type Span } from '#domain/footage/span.ts';
import { parseSidecarRecords, type SidecarRecord } from '#domain/sync/sidecar-record.ts';
import { parseSpanStatement } from '#domain/sync/span-statement.ts';
import { newStoreId, type FootageIndex } from './footage-index.ts';
import { IndexDatabase, type Row } from './index-database.ts';
import type { PackKey } from './pack-folder.ts';
import {
	bytesOf,
	epochOf,
	itemOf,
	MAX_ITEMS,
	replaces,
	spanOf,
	thumbnailsItem,
	type Item,
	type ItemKind,
} from './sidecar-items.ts';

const VERSION = 1;
/** Pages of the file that are given back after a deletion, at most. */
const VACUUM_PAGES = 256;
const SCHEMA = `
	CREATE TABLE store (id TEXT NOT NULL, newestChange INTEGER NOT NULL) STRICT;
	CREATE TABLE items (
		id INTEGER PRIMARY KEY, home TEXT NOT NULL, camera TEXT NOT NULL, kind TEXT NOT NULL,
		name TEXT NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL,
		change INTEGER NOT NULL, UNIQUE (home, camera, kind, name)
	) STRICT;
	CREATE INDEX byAt ON items (home, camera, kind, at);
	CREATE INDEX byChange ON items (home, camera, change);
	CREATE TABLE usage (home TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
	PRAGMA user_version = ${String(VERSION)};
`;
/** Later than the first version, which does without: see `LookLog`. */
const LOOKS = `
	CREATE TABLE IF NOT EXISTS looks (
		id INTEGER PRIMARY KEY AUTOINCREMENT, home TEXT NOT NULL, camera TEXT NOT NULL,
		device TEXT NOT NULL, hour INTEGER NOT NULL, startUs INTEGER NOT NULL, endUs INTEGER NOT NULL,
		fromMs INTEGER NOT NULL, toMs INTEGER NOT NULL, told INTEGER NOT NULL
	) STRICT;
	CREATE INDEX IF NOT EXISTS looksBy ON looks (home, camera, device, hour);
`;

/** What the store has of a camera, of the changes after a number. */
export interface ChangedSidecars {
	/** The newest of these changes. */
	readonly change: number;
	readonly more: boolean;
	readonly keys: readonly string[];
	/** Signed pins and removals. */
	readonly spans: readonly SidecarRecord[];
}

/** A camera, as the methods name it. */
type Of = Pick<PackKey, 'home' | 'camera'>;

/**
 * What stands beside segments (SY30), of all homes: a database of its own, because thumbnails are
 * more bytes than the whole index of footage. What `put` took survives a power cut. Methods throw
 * `Fault`: `quota`; what threw had no effect.
 */
export class SidecarIndex {
	readonly #database: IndexDatabase;
	readonly #footage: FootageIndex;
	/** Differs for every new store, as in `FootageIndex`. */
	readonly storeId: string;
	/** Called when events or thumbnails of a minute came. */
	onChange: (of: Of, minute: number) => void = () => undefined;
	/** Spans that hold, by home, camera and kind: retention asks for each page. */
	readonly #spans = new Map<string, readonly Span[]>();

	/** @throws SQLite errors if the file cannot be opened or a newer version wrote it */
	constructor(file: string, footage: FootageIndex) {
		this.#footage = footage;
		// What retention deletes here frees real bytes.
		this.#database = new IndexDatabase(file, makeTables, 'vacuumed');
		this.storeId = String(this.#database.get('SELECT id FROM store')?.['id']);
	}

	/** For what else stands beside footage. */
	get database(): IndexDatabase {
		return this.#database;
	}

	/** Stores checked records of one camera, all or none. */
	put(of: Of, records: readonly SidecarRecord[]): void {
		const items = [...records.filter(({ kind }) => kind !== 'thumbnail').map(itemOf)];
		const byMinute = Map.groupBy(
			records.filter(({ kind }) => kind === 'thumbnail'),
			({ wallUs }) => minuteOf(wallUs),
		);
		for (const [minute, given] of byMinute) {
			const here = this.thumbnails(of, minute, minute).flat();
			items.push(thumbnailsItem(minute, [...here, ...given]));
		}
		this.#transaction(() => {
			for (const item of items) this.#write(of, item);
		});
		for (const { kind, at } of items)
			if (kind === 'event' || kind === 'thumbs') this.onChange(of, at);
	}

	/** What changed after `since`, oldest change first; 0: all there is. */
	changed(of: Of, since: number, limit: number): ChangedSidecars {
		const rows = this.#database.all(
			`SELECT kind, key, bytes, change FROM items
				WHERE home = ? AND camera = ? AND change > ? ORDER BY change LIMIT ?`,
			...[of.home, of.camera, since, limit],
		);
		const isSpan = ({ kind }: Row): boolean => kind === 'pin' || kind === 'removal';
		return {
			change: Number(rows.at(-1)?.['change'] ?? since),
			more: rows.length === limit,
			keys: rows.filter((row) => !isSpan(row)).map(({ key }) => String(key)),
			spans: rows.filter(isSpan).map(spanOf),
		};
	}

	/** Signed pins and removals, those taken back as well. */
	spans(of: Of): SidecarRecord[] {
		return this.#items(of, ['pin', 'removal']).map(spanOf);
	}

	/** Signed; `null`: none came yet. */
	card(of: Of): Bytes | null {
		const [row] = this.#items(of, ['card']);
		return row === undefined ? null : bytesOf(row);
	}

	camerasWithCard(home: HomeId): CameraId[] {
		const rows = this.#database.all(
			`SELECT camera FROM items WHERE home = ? AND kind = 'card'`,
			home,
		);
		return rows.map(({ camera }) => String(camera) as CameraId);
	}

	/** Grants of a camera to one of these recipients, in order of epoch from `fromEpoch` on. */
	grants(of: Of, recipients: readonly DeviceId[], fromEpoch: number, limit: number): Bytes[] {
		const places = recipients.map(() => '?').join(', ');
		return this.#database
			.all(
				`SELECT bytes FROM items WHERE home = ? AND camera = ? AND kind = 'grant' AND at >= ?
				AND substr(name, instr(name, ' ') + 1) IN (${places}) ORDER BY at LIMIT ?`,
				...[of.home, of.camera, fromEpoch, ...recipients, limit],
			)
			.map(bytesOf);
	}

	/** Records of events whose minute is in [from, to], in order of time. */
	events(of: Of, from: number, to: number): Bytes[] {
		return this.#between(of, 'event', from, to).map(bytesOf);
	}

	/**
	 * Records of the thumbnails of each minute in [from, to]; with `every`, of the first one of each
	 * so many minutes, counted from 1970.
	 */
	thumbnails(of: Of, from: number, to: number, every = 1): SidecarRecord[][] {
		const rows =
			every <= 1
				? this.#between(of, 'thumbs', from, to)
				: this.#database.all(
						`SELECT bytes FROM items WHERE home = ? AND camera = ? AND kind = 'thumbs' AND at IN (
							SELECT min(at) FROM items WHERE home = ? AND camera = ? AND kind = 'thumbs'
								AND at BETWEEN ? AND ? GROUP BY at / ?
						) ORDER BY at, id`,
						...[of.home, of.camera, of.home, of.camera, from, to, every],
					);
		return rows.map((row) => parseSidecarRecords(bytesOf(row)));
	}

	/** Whether somebody pinned a part of this minute: retention must not delete it. */
	isPinned(of: Of, minute: number): boolean {
		const page = { startUs: minute * MINUTE_US, endUs: (minute + 1) * MINUTE_US };
		return this.#holding(of, 'pin').some((span) => spansOverlap(span, page));
	}

	/** Whether a person deleted what touches this span: it is not taken again. */
	isRemoved(of: Of, span: Span): boolean {
		return this.#holding(of, 'removal').some((removed) => spansOverlap(removed, span));
	}

	/** Every span that a person deleted. */
	allRemovals(): (Of & { readonly span: Span })[] {
		const rows = this.#database.all(`SELECT home, camera, bytes FROM items WHERE kind = 'removal'`);
		return rows.flatMap((row) => {
			const span = parseSpanStatement(bytesOf(row)).statement;
			const of = { home: String(row['home']) as HomeId, camera: String(row['camera']) as CameraId };
			return span.holds ? [{ ...of, span }] : [];
		});
	}

	/**
	 * Deletes what belongs to a minute that has left the index: its thumbnails and events, and
	 * whatever is older than all footage that is left, grants of earlier epochs included. Retention
	 * goes in the order of recording, so an epoch that is below all others has no footage.
	 */
	deleteBeside(of: Of, minute: number): void {
		const { home, camera } = of;
		const footage = this.#footage;
		const oldest = footage.oldestMinute(home, camera) ?? minute + 1;
		const whole = footage.pages(home, camera, minute, minute).length > 0;
		const epochs = footage.runs(home, camera).map(({ record }) => record && epochOf(record));
		this.#transaction(() => {
			this.#delete(of, `kind IN ('event', 'thumbs', 'pin', 'removal') AND at < ?`, oldest);
			if (!whole) this.#delete(of, `kind IN ('event', 'thumbs') AND at = ?`, minute);
			const known = epochs.filter((epoch) => epoch !== null);
			if (known.length === 0 || known.length < epochs.length) return;
			this.#delete(of, `kind = 'grant' AND at < ?`, Math.min(...known));
		});
		this.#database.exec(`PRAGMA incremental_vacuum(${String(VACUUM_PAGES)})`);
	}

	/** Deletes the thumbnails of a span. */
	deleteThumbnails(of: Of, span: Span): void {
		const [from, to] = [minuteOf(span.startUs), minuteOf(span.endUs - 1)];
		for (const all of this.thumbnails(of, from, to)) {
			const kept = all.filter(({ wallUs }) => !spanContains(span, wallUs));
			const minute = minuteOf(all[0]?.wallUs ?? 0);
			if (kept.length === all.length) continue;
			this.#transaction(() => {
				this.#delete(of, `kind = 'thumbs' AND at = ?`, minute);
				if (kept.length > 0) this.#write(of, thumbnailsItem(minute, kept));
			});
		}
	}

	/** All that a home has here. */
	deleteHome(home: HomeId): void {
		this.#transaction(() => {
			this.#database.run('DELETE FROM items WHERE home = ?', home);
			this.#database.run('DELETE FROM usage WHERE home = ?', home);
			this.#database.run('DELETE FROM looks WHERE home = ?', home);
		});
		this.#database.exec('PRAGMA incremental_vacuum');
	}

	/** Of a home, or of all. */
	usedBytes(home?: HomeId): number {
		const row =
			home === undefined
				? this.#database.get('SELECT sum(bytes) AS bytes FROM usage')
				: this.#database.get('SELECT bytes FROM usage WHERE home = ?', home);
		return Number(row?.['bytes'] ?? 0);
	}

	close(): void {
		this.#database.close();
	}

	#write(of: Of, item: Item): void {
		const { kind, name, at, key, bytes } = item;
		const place = [of.home, of.camera, kind, name];
		const where = 'home = ? AND camera = ? AND kind = ? AND name = ?';
		const before = this.#database.get(`SELECT key, bytes FROM items WHERE ${where}`, ...place);
		if (before !== undefined && !replaces(item, bytesOf(before))) return;
		this.#database.run('UPDATE store SET newestChange = newestChange + 1');
		this.#database.run(
			`INSERT INTO items (home, camera, kind, name, at, key, bytes, change)
				VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT newestChange FROM store))
				ON CONFLICT (home, camera, kind, name) DO UPDATE
				SET at = excluded.at, key = excluded.key, bytes = excluded.bytes, change = excluded.change`,
			...[...place, at, key, bytes],
		);
		this.#grow(of.home, bytes.length - (before === undefined ? 0 : bytesOf(before).length));
		if (before === undefined) this.#bound(of, kind);
	}

	/** Deletes the oldest of a kind beyond its bound. */
	#bound(of: Of, kind: ItemKind): void {
		const count = Number(
			this.#database.get(
				'SELECT count(*) AS count FROM items WHERE home = ? AND camera = ? AND kind = ?',
				...[of.home, of.camera, kind],
			)?.['count'],
		);
		if (count <= MAX_ITEMS[kind]) return;
		const [oldest] = this.#database.all(
			`SELECT id FROM items WHERE home = ? AND camera = ? AND kind = ? ORDER BY at LIMIT 1`,
			...[of.home, of.camera, kind],
		);
		this.#delete(of, 'id = ?', Number(oldest?.['id']));
	}

	#delete({ home, camera }: Of, which: string, value: number): void {
		const where = `home = ? AND camera = ? AND ${which}`;
		const sum = `SELECT sum(length(bytes)) AS bytes FROM items WHERE ${where}`;
		this.#grow(home, -Number(this.#database.get(sum, home, camera, value)?.['bytes'] ?? 0));
		this.#database.run(`DELETE FROM items WHERE ${where}`, home, camera, value);
	}

	#grow(home: HomeId, by: number): void {
		this.#database.run(
			`INSERT INTO usage VALUES (?, ?) ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes`,
			...[home, by],
		);
	}

	#holding(of: Of, kind: 'pin' | 'removal'): readonly Span[] {
		const name = `${of.home} ${of.camera} ${kind}`;
		let spans = this.#spans.get(name);
		if (spans === undefined) {
			const said = this.#items(of, [kind]).map((row) => parseSpanStatement(bytesOf(row)).statement);
			spans = said.filter(({ holds }) => holds);
			this.#spans.set(name, spans);
		}
		return spans;
	}

	#items(of: Of, kinds: readonly ItemKind[]): Row[] {
		return kinds.flatMap((kind) =>
			this.#database.all(
				'SELECT * FROM items WHERE home = ? AND camera = ? AND kind = ? ORDER BY at',
				...[of.home, of.camera, kind],
			),
		);
	}

	#between(of: Of, kind: ItemKind, from: number, to: number): Row[] {
		return this.#database.all(
			`SELECT bytes FROM items
				WHERE home = ? AND camera = ? AND kind = ? AND at BETWEEN ? AND ? ORDER BY at, id`,
			...[of.home, of.camera, kind, from, to],
		);
	}

	#transaction(work: () => void): void {
		this.#database.transaction(work);
		this.#spans.clear();
	}
}

function makeTables(database: IndexDatabase): void {
	const version = () => Number(database.get('PRAGMA user_version')?.['user_version']);
	if (version() === 0) {
		database.exec(SCHEMA);
		database.run('INSERT INTO store VALUES (?, 0)', newStoreId());
	}
	database.exec(LOOKS);
	if (version() !== VERSION) throw new Error('a newer Spy-cam wrote this index');
}
