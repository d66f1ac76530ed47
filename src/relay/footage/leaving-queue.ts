import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { IndexDatabase, Row } from './index-database.ts';

/** Read at once; most queues give one page or none. */
const AT_ONCE = 4;
export const COLUMNS = 'runNo, minute, bytes, firstSeq, lastSeq, firstChange';
const NEWEST = `SELECT ${COLUMNS} FROM pages WHERE camera = ?
	ORDER BY runNo DESC, lastSeq DESC LIMIT 1`;

/** In the order in which it recorded, and in the order in which it came. Served by indexes. */
export const LEAVING_ORDERS = {
	recorded: `SELECT ${COLUMNS} FROM pages WHERE camera = ?
		ORDER BY runNo, lastSeq LIMIT ? OFFSET ?`,
	came: `SELECT ${COLUMNS} FROM pages WHERE camera = ? ORDER BY firstChange LIMIT ? OFFSET ?`,
} as const;

/** One minute of footage as retention sees it. */
export interface KeptMinute {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly runNo: number;
	/** By the camera's clock, which may be wrong by years. */
	readonly minute: number;
	readonly bytes: number;
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** Counts up with every write to the store: when it came. */
	readonly firstChange: number;
}

/** A camera, and its number in the index. */
export interface LeavingCamera {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly id: number;
}

/**
 * Pages of one camera in the order in which they leave; its newest never does. It reads only as far
 * as it is asked: a home may have sixty cameras with a month of pages each.
 */
export class LeavingQueue {
	readonly #recorded: PageReader;
	readonly #came: PageReader;
	readonly #taken = new Set<string>();
	/** What leaves next; `null`: nothing may. */
	page: KeptMinute | null;
	/** When the first came of what is left. */
	age: number;

	/** Nothing may be written while it is in use. */
	constructor(database: IndexDatabase, of: LeavingCamera, takes: (page: KeptMinute) => boolean) {
		const newest = database.get(NEWEST, of.id);
		const last = newest === undefined ? null : pageOf(of, newest);
		const leaves = (page: KeptMinute): boolean =>
			!(page.runNo === last?.runNo && page.minute === last.minute) && takes(page);
		this.#recorded = new PageReader(database, of, 'recorded', leaves);
		this.#came = new PageReader(database, of, 'came', leaves);
		this.page = this.#recorded.first(this.#taken);
		this.age = this.#firstCame();
	}

	/** `page` leaves. */
	take(): void {
		if (this.page === null) return;
		this.#taken.add(nameOf(this.page));
		this.page = this.#recorded.first(this.#taken);
		this.age = this.#firstCame();
	}

	#firstCame(): number {
		return this.#came.first(this.#taken)?.firstChange ?? Infinity;
	}
}

class PageReader {
	readonly #database: IndexDatabase;
	readonly #of: LeavingCamera;
	readonly #sql: string;
	readonly #takes: (page: KeptMinute) => boolean;
	#read: KeptMinute[] = [];
	#offset = 0;
	#ended = false;

	constructor(
		database: IndexDatabase,
		of: LeavingCamera,
		order: keyof typeof LEAVING_ORDERS,
		takes: (page: KeptMinute) => boolean,
	) {
		this.#database = database;
		this.#of = of;
		this.#sql = LEAVING_ORDERS[order];
		this.#takes = takes;
	}

	/** The first that it takes and that is not in `taken`. */
	first(taken: ReadonlySet<string>): KeptMinute | null {
		for (;;) {
			const [page] = this.#read;
			if (page === undefined) {
				if (this.#ended) return null;
				this.#readOn();
			} else if (taken.has(nameOf(page)) || !this.#takes(page)) this.#read.shift();
			else return page;
		}
	}

	#readOn(): void {
		const most = Math.max(AT_ONCE, this.#offset);
		const rows = this.#database.all(this.#sql, this.#of.id, most, this.#offset);
		this.#read = rows.map((row) => pageOf(this.#of, row));
		this.#offset += rows.length;
		this.#ended = rows.length < most;
	}
}

export function pageOf(
	{ home, camera }: Pick<LeavingCamera, 'home' | 'camera'>,
	row: Row,
): KeptMinute {
	return {
		...{ home, camera, runNo: Number(row['runNo']), minute: Number(row['minute']) },
		...{ bytes: Number(row['bytes']), firstSeq: Number(row['firstSeq']) },
		...{ lastSeq: Number(row['lastSeq']), firstChange: Number(row['firstChange']) },
	};
}

function nameOf({ runNo, minute }: KeptMinute): string {
	return `${String(runNo)} ${String(minute)}`;
}
