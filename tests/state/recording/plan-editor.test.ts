import { beforeEach, expect, test } from 'vitest';
import type { Plan } from '#domain/recording/schedule.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';
import { PlanEditor } from '#state/recording/plan-editor.svelte.ts';

let plan: Plan;
let editor: PlanEditor;
beforeEach(() => {
	plan = { when: 'by-hand', times: [], away: false };
	const set = (change: (plan: Plan) => Partial<Plan>) => {
		plan = { ...plan, ...change(plan) };
		return Promise.resolve();
	};
	editor = new PlanEditor({
		set,
		get now() {
			return { plan };
		},
	} as unknown as SchedulerControls);
});

test('choosing times proposes the nights, and only the first time', async () => {
	await editor.choose('times');
	const nights = { days: [0, 1, 2, 3, 4, 5, 6], from: 22 * 60, until: 6 * 60 };
	expect(plan).toEqual({ when: 'times', times: [nights], away: false });
	await editor.change(0, { from: 60 });
	await editor.choose('always');
	await editor.choose('times');
	expect(plan.times).toEqual([{ ...nights, from: 60 }]);
});

test('a day is taken out and put back in order; another window is not touched', async () => {
	await editor.add();
	await editor.add();
	await editor.toggleDay(1, 3);
	expect(plan.times.map(({ days }) => days.join(''))).toEqual(['0123456', '012456']);
	await editor.toggleDay(1, 3);
	expect(plan.times[1]?.days).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('a removed window comes back to its place, until something else is changed', async () => {
	for (const from of [1, 2, 3]) {
		await editor.add();
		await editor.change(from - 1, { from });
	}
	await editor.remove(1);
	expect(plan.times.map(({ from }) => from)).toEqual([1, 3]);
	await editor.undo();
	expect(plan.times.map(({ from }) => from)).toEqual([1, 2, 3]);
	expect(editor.removed).toBeNull();
	await editor.remove(0);
	await editor.change(0, { from: 9 });
	await editor.undo();
	expect(plan.times.map(({ from }) => from)).toEqual([9, 3]);
	await editor.remove(7);
	expect(editor.removed).toBeNull();
});
