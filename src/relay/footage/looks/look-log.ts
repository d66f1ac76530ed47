import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import type { IndexDatabase, Row } from '#relay/footage/index-database.ts';

const HOUR_MS = 3_600_000;
/** A pause this long in what is asked for ends a look: a player asks for 5 s at a time. */
const QUIET_MS = 5_000;
/** Footage this near to what was looked at is of the same look. */
const NEAR_US = 120_000_000;
/** Of a device, a camera and an hour; the last one takes whatever comes after. */
const MAX_AN_HOUR = 4;
/** Of a camera; the oldest go. */
const MAX_LOOKS = 500;
/** What a look grew by is written at most this late, or when somebody asks. */
const WRITE_MS = 5_000;
/** Devices at cameras that are kept in mind. */
const MAX_KEPT = 512;

/** A device asked for saved footage of another device's camera. */
export interface Look extends Span {
	readonly id: number;
	readonly device: DeviceId;
	/** By the relay's clock, ms since 1970. */
	readonly fromMs: number;
	readonly toMs: number;
}

interface Of {
	readonly home: HomeId;
	readonly camera: CameraId;
}

type Growing = { -readonly [K in keyof Look]: Look[K] } & { told: boolean; grown: boolean };

interface HourOfLooks {
	readonly hour: number;
	readonly looks: Growing[];
}

/** Who looked at what, until its camera has heard it (SY44). In `sidecar.sqlite`. */
export class LookLog {
	readonly #database: IndexDatabase;
	/** Of this hour, by home, camera and device. */
	readonly #kept = new Map<string, HourOfLooks>();
	#writtenMs = -Infinity;

	/** The table is made by `SidecarIndex`. */
	constructor(database: IndexDatabase) {
		this.#database = database;
	}

	/** Throws `quota` on a full disk. */
	note(of: Of, device: DeviceId, { startUs, endUs }: Span, nowMs: number): void {
		const { looks } = this.#hourOf(of, device, nowMs);
		const within = looks.find((look) => look.startUs <= startUs && look.endUs >= endUs);
		const near = looks.find(
			(look) => !look.told && startUs <= look.endUs + NEAR_US && endUs >= look.startUs - NEAR_US,
		);
		const look = within ?? near ?? looks[MAX_AN_HOUR - 1];
		if (look === undefined) {
			looks.push(this.#insert(of, device, { startUs, endUs, fromMs: nowMs, toMs: nowMs }));
			return;
		}
		look.startUs = Math.min(look.startUs, startUs);
		look.endUs = Math.max(look.endUs, endUs);
		look.toMs = nowMs;
		look.grown = true;
		if (nowMs - this.#writtenMs >= WRITE_MS) this.write(nowMs);
	}

	/** Looks that are over and that its camera has not heard, oldest first. `more`: soon others. */
	over(of: Of, nowMs: number): { readonly looks: readonly Look[]; readonly more: boolean } {
		this.write(nowMs);
		const rows = this.#database.all(
			`SELECT *, (SELECT count(*) FROM looks AS before WHERE before.home = looks.home
				AND before.camera = looks.camera AND before.device = looks.device
				AND before.hour = looks.hour AND before.id < looks.id) AS place
			FROM looks WHERE home = ? AND camera = ? AND told = 0 ORDER BY id`,
			...[of.home, of.camera],
		);
		const hour = hourOf(nowMs);
		const now = rows.filter((row) => Number(row['hour']) === hour);
		// The last of an hour takes whatever comes after.
		const growing = now.filter(({ place }) => Number(place) < MAX_AN_HOUR - 1);
		const more = growing.filter(({ toMs }) => Number(toMs) + QUIET_MS > nowMs);
		const over = rows.filter((row) => !now.includes(row) || growing.includes(row));
		return {
			looks: over.filter((row) => !more.includes(row)).map(lookOf),
			more: more.length > 0,
		};
	}

	/** Its camera has heard them. */
	told({ home, camera }: Of, ids: readonly number[], nowMs: number): void {
		this.#database.transaction(() => {
			for (const id of ids)
				this.#database.run(
					'UPDATE looks SET told = 1 WHERE id = ? AND home = ? AND camera = ?',
					...[id, home, camera],
				);
			// Those of this hour still say what needs no further look.
			this.#database.run(
				'DELETE FROM looks WHERE home = ? AND camera = ? AND told = 1 AND hour <> ?',
				...[home, camera, hourOf(nowMs)],
			);
		});
		const heard = new Set(ids);
		for (const { looks } of this.#kept.values())
			for (const look of looks) if (heard.has(look.id)) look.told = true;
	}

	/** Writes what grew. */
	write(nowMs: number): void {
		this.#writtenMs = nowMs;
		const grown = [...this.#kept.values()].flatMap(({ looks }) =>
			looks.filter((look) => look.grown),
		);
		if (grown.length === 0) return;
		this.#database.transaction(() => {
			for (const { id, startUs, endUs, toMs } of grown)
				this.#database.run(
					'UPDATE looks SET startUs = ?, endUs = ?, toMs = ? WHERE id = ?',
					...[startUs, endUs, toMs, id],
				);
		});
		for (const look of grown) look.grown = false;
	}

	#hourOf({ home, camera }: Of, device: DeviceId, nowMs: number): HourOfLooks {
		const name = `${home} ${camera} ${device}`;
		const hour = hourOf(nowMs);
		const known = this.#kept.get(name);
		if (known?.hour === hour) return known;
		if (this.#kept.size >= MAX_KEPT) {
			this.write(nowMs);
			this.#kept.clear();
		}
		const rows = this.#database.all(
			'SELECT * FROM looks WHERE home = ? AND camera = ? AND device = ? AND hour = ? ORDER BY id',
			...[home, camera, device, hour],
		);
		const looks = rows.map((row) => ({
			...lookOf(row),
			...{ told: row['told'] === 1, grown: false },
		}));
		if (known !== undefined) this.write(nowMs);
		const found = { hour, looks };
		this.#kept.set(name, found);
		return found;
	}

	#insert({ home, camera }: Of, device: DeviceId, look: Omit<Look, 'id' | 'device'>): Growing {
		const { startUs, endUs, fromMs, toMs } = look;
		const id = this.#database.transaction(() => {
			this.#database.run(
				`INSERT INTO looks (home, camera, device, hour, startUs, endUs, fromMs, toMs, told)
					VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
				...[home, camera, device, hourOf(fromMs), startUs, endUs, fromMs, toMs],
			);
			this.#database.run(
				`DELETE FROM looks WHERE home = ?1 AND camera = ?2 AND id <= (SELECT id FROM looks
					WHERE home = ?1 AND camera = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)`,
				...[home, camera, MAX_LOOKS],
			);
			return Number(this.#database.get('SELECT last_insert_rowid() AS id')?.['id']);
		});
		return { id, device, startUs, endUs, fromMs, toMs, told: false, grown: false };
	}
}

function hourOf(ms: number): number {
	return Math.floor(ms / HOUR_MS);
}

function lookOf(row: Row): Look {
	return {
		...{ id: Number(row['id']), device: String(row['device']) as DeviceId },
		...{ startUs: Number(row['startUs']), endUs: Number(row['endUs']) },
		...{ fromMs: Number(row['fromMs']), toMs: Number(row['toMs']) },
	};
}
