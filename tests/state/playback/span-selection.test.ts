import { beforeEach, describe, expect, test, vi } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { may } from '#domain/home/rights.ts';
import type { Span } from '#domain/footage/span.ts';
import type {
	MarkControls,
	MarkedRemoval,
	MarkPermission,
} from '#engine/sync/marks/footage-marks.ts';
import type { Engine } from '#state/app/engine.ts';
import { ClipExport } from '#state/playback/clip-export.svelte.ts';
import { SpanSelection } from '#state/playback/span-selection.svelte.ts';
import { Playback } from '#state/playback/playback.svelte.ts';
import { Ribbon } from '#state/playback/ribbon.svelte.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const CAMERA = 'c'.repeat(32) as CameraId;
const NOON = Date.parse('2026-11-29T12:00:00Z');
const HOUR_MS = 3_600_000;

/** Pins are real; of deletions only the span is recorded, and a span with a pin is refused. */
function world() {
	const store = new MemorySegmentStore();
	const removed: Span[] = [];
	const settle = vi.fn();
	const now = { may: 'yes' as MarkPermission, become: null as Partial<MarkedRemoval> | null };
	const changes = new Listeners();
	const marks: MarkControls = {
		may: () => Promise.resolve(now.may),
		pins: store.pins.bind(store),
		pin: store.pin.bind(store),
		unpin: async ({ camera, startUs }) => {
			const found = (await store.pins(camera)).find((pin) => pin.startUs === startUs);
			await store.unpin(found!.id);
		},
		removals: () => Promise.resolve([]),
		remove: async (camera, span) => {
			const pins = await store.pins(camera);
			if (pins.some((pin) => pin.startUs < span.endUs && pin.endUs > span.startUs))
				throw new Fault('conflict', 'cannot delete a span that touches a pin');
			removed.push(span);
			return { ...span, camera, state: 'waiting', fault: null, trash: null, said: removed.length };
		},
		removal: (of) => (now.become === null ? of : { ...of, ...now.become }),
		restore: () => Promise.resolve(true),
		settle,
		dismiss: () => undefined,
		on: (listener) => changes.add(listener),
	};
	const silent = { on: () => () => undefined };
	const engine = {
		...{ calendar: localCalendar, messenger: silent, members: silent },
		segments: { watch: () => () => undefined },
		marks: () => Promise.resolve(marks),
	} as unknown as Engine;
	const ribbon = new Ribbon(localCalendar);
	ribbon.width = 1000;
	[ribbon.fromMs, ribbon.toMs, ribbon.shownMs] = [NOON - HOUR_MS, NOON + HOUR_MS, NOON];
	const reload = vi.fn(() => Promise.resolve());
	const selection = new SpanSelection(engine, ribbon, reload);
	selection.watch(CAMERA);
	return { store, removed, engine, ribbon, selection, now, changes, reload, settle };
}

let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world();
});

const around = (ms: number) => ({ startUs: (ms - 15_000) * 1000, endUs: (ms + 15_000) * 1000 });

describe('the span', () => {
	test('TL12 pins where the playhead is now, whatever was pinned before', async () => {
		const { selection, ribbon, store } = here;
		await selection.pin();
		ribbon.shownMs = NOON + 600_000;
		expect(selection.pinHere).toBeNull();
		await selection.pin();
		expect(await store.pins(CAMERA)).toMatchObject([around(NOON), around(NOON + 600_000)]);
		ribbon.shownMs = NOON;
		await selection.pin();
		expect(selection.outcome).toMatchObject({ kind: 'unpinned' });
		expect(await store.pins(CAMERA)).toMatchObject([around(NOON + 600_000)]);
		expect(selection.range).toBeNull();
	});

	test('TL12 after a refused deletion is dismissed, actions apply to the playhead again', async () => {
		const { selection, ribbon, store, removed } = here;
		await selection.pin();
		selection.begin();
		await selection.remove();
		expect(selection.outcome).toEqual({ kind: 'is-pinned' });
		expect(selection.span).toEqual(around(NOON));
		selection.clear();
		ribbon.shownMs = NOON + 600_000;
		await selection.pin();
		expect(await store.pins(CAMERA)).toHaveLength(2);
		ribbon.shownMs = NOON - 600_000;
		selection.begin();
		await selection.remove();
		expect(removed).toEqual([around(NOON - 600_000)]);
	});

	test('TL13 deletes nothing that no selection shows', async () => {
		const { selection, ribbon, removed } = here;
		await selection.remove();
		expect(removed).toEqual([]);
		selection.begin();
		selection.move('start', NOON - 5000);
		// The selection is deleted, wherever the playhead has moved.
		ribbon.shownMs = NOON + 600_000;
		await selection.remove();
		expect(removed).toEqual([{ startUs: (NOON - 5000) * 1000, endUs: (NOON + 15_000) * 1000 }]);
		expect(selection.range).toBeNull();
	});

	test('TL14 the ribbon is fitted to the selection, then restores the zoom unless somebody zoomed', () => {
		const { selection, ribbon } = here;
		for (const spanMs of [1000, 60_000, HOUR_MS]) {
			ribbon.spanMs = spanMs;
			selection.begin();
			expect(ribbon.spanMs).toBeCloseTo(50_000);
			expect(ribbon.xOf(NOON - 15_000)).toBeCloseTo(200);
			expect(ribbon.xOf(NOON + 15_000)).toBeCloseTo(800);
			selection.clear();
			expect(ribbon.spanMs).toBe(spanMs);
			expect(ribbon.fixedMs).toBeNull();
		}
		selection.begin();
		ribbon.zoom(2);
		selection.clear();
		expect(ribbon.spanMs).toBeCloseTo(25_000);
	});

	test('TL14 TL28 the ribbon stands still below a moving end, until that end is out of sight', () => {
		const { selection, ribbon } = here;
		selection.begin();
		const { centreMs } = ribbon.view;
		ribbon.shownMs = NOON + 600_000;
		expect(ribbon.view.centreMs).toBe(centreMs);
		expect(selection.move('end', NOON + 20_000)).toBe(NOON + 20_000);
		selection.show();
		expect(ribbon.view.centreMs).toBe(centreMs);
		selection.move('end', NOON + 45_000);
		selection.show();
		expect(ribbon.spanMs).toBeCloseTo(100_000);
		expect(ribbon.xOf(NOON + 45_000)).toBeCloseTo(800);
	});

	test('TL28 an end stays in the footage, and at least a second from the other', () => {
		const { selection, ribbon } = here;
		selection.begin();
		expect(selection.move('start', ribbon.toMs + 5000)).toBe(ribbon.toMs - 1000);
		expect(selection.range).toEqual({ startMs: ribbon.toMs - 1000, endMs: ribbon.toMs });
		expect(selection.move('end', 0)).toBe(ribbon.fromMs + 1000);
		expect(selection.range?.startMs).toBe(ribbon.fromMs);
		selection.clear();
		expect(selection.move('end', NOON)).toBeNull();
	});

	test('SY41 the notice follows a deletion: for a while it can be undone, then it is gone, or failed and shown again', async () => {
		const { selection, now, changes, reload, settle } = here;
		selection.begin();
		await selection.remove();
		expect(selection.undoable).toBe(true);
		now.become = { state: 'gone' };
		changes.notify();
		await vi.waitFor(() =>
			expect(selection.outcome).toMatchObject({ kind: 'deleted', removal: { state: 'gone' } }),
		);
		expect(selection.undoable).toBe(false);
		reload.mockClear();
		now.become = { state: 'failed' };
		changes.notify();
		await vi.waitFor(() => expect(reload).toHaveBeenCalled());
		expect(selection.undoable).toBe(false);
		selection.close();
		expect(settle).toHaveBeenCalledOnce();
	});

	test('SY40 whether this device may is known before somebody tries', async () => {
		const { selection, now, changes } = here;
		await vi.waitFor(() => expect(selection.may).toBe('yes'));
		now.may = 'not-owner';
		changes.notify();
		await vi.waitFor(() => expect(selection.may).toBe('not-owner'));
	});

	test('TL12 a pin at the playhead is selected as it is', async () => {
		const { selection, ribbon } = here;
		await selection.pin();
		ribbon.shownMs = NOON + 10_000;
		selection.begin(selection.pinHere);
		expect(selection.span).toEqual(around(NOON));
	});
});

test('TL12 a clip is saved with the ends on the ribbon, not with earlier ones', async () => {
	const { selection, engine } = here;
	const planned: Span[] = [];
	const answers: (() => void)[] = [];
	const clips = {
		plan: (_: CameraId, span: Span) =>
			new Promise((done) => {
				planned.push(span);
				answers.push(() => done({ ...span, bytes: 1, formats: [{ format: 'mp4' }] }));
			}),
		write: () => Promise.resolve({ blob: null, missing: 0, reencoded: false }),
	};
	selection.begin();
	const clipExport = new ClipExport(
		{ ...engine, clips: () => Promise.resolve(clips) } as unknown as Engine,
		CAMERA,
		'Hall',
		selection,
	);
	const first = clipExport.refreshPlan();
	await expect.poll(() => answers.length).toBe(1);
	answers[0]!();
	await first;
	expect(clipExport.ready).toBe(true);
	selection.move('end', NOON + 30_000);
	expect(clipExport.ready).toBe(false);
	await clipExport.save();
	expect(clipExport.state.kind).toBe('choosing');
	const second = clipExport.refreshPlan();
	await expect.poll(() => answers.length).toBe(2);
	answers[1]!();
	await second;
	await clipExport.save();
	expect(clipExport.state.kind).toBe('saved');
});

test('TL11 the month stays open, even if playback moves on to the next', () => {
	const playback = new Playback(here.engine);
	const opened = playback.month(NOON, 0).fromMs;
	playback.ribbon.shownMs = NOON + 72 * HOUR_MS;
	expect(playback.month(NOON, 0).fromMs).toBe(opened);
	expect(playback.month(NOON, 1).fromMs).toBeGreaterThan(opened);
});

test('RG5 a device that may see and command nothing deletes its own footage on its own screen', async () => {
	const self = { self: true, roles: ['camera'] } as const;
	Object.assign(here.engine, {
		members: { list: [self], owner: false, on: () => () => undefined },
	});
	expect([may(self.roles, 'footage'), may(self.roles, 'stop')]).toEqual([false, false]);
	here.selection.begin();
	await here.selection.remove();
	expect(here.removed).toEqual([around(NOON)]);
});
