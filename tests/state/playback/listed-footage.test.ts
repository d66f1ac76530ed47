import { expect, test } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { INITIAL_STATE } from '#engine/playback/player-state.ts';
import type { Engine } from '#state/app/engine.ts';
import { Playback } from '#state/playback/playback.svelte.ts';
import { DOOR } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { stubEngine } from '../../gallery/stand-ins.ts';
import { until } from '../../support/until.ts';

const START = new Date(2026, 10, 24, 12).getTime();
const run = {
	...{ runNo: 1, firstSeq: 1, lastSeq: 60, ended: 'stopped', holes: [] },
	...{ startUs: START * 1000, endUs: START * 1000 + 60e6, anchorUs: START * 1000 },
};

function live() {
	const clock = new ManualClock(START + 60_000);
	const changes = new Listeners();
	const asked: string[] = [];
	let runs = [run];
	const player = {
		...{ state: { ...INITIAL_STATE, kind: 'paused', wallMs: START }, on: () => () => undefined },
		open: (_: string, ms?: number) => Promise.resolve(void asked.push(`open ${String(ms)}`)),
		seek: (ms: number) => Promise.resolve(void asked.push(`seek ${String(ms)}`)),
		play: () => Promise.resolve(void asked.push('play')),
		close: () => asked.push('close'),
	};
	const engine = {
		...stubEngine(),
		...{ clock, calendar: localCalendar },
		footage: { runs: () => Promise.resolve(runs), watch: (one: () => void) => changes.add(one) },
		player: () => Promise.resolve(player),
	};
	const now = { on: true };
	const overlay = { on: () => now.on, leave: () => void (now.on = false), waits: true };
	const playback = new Playback(engine as unknown as Engine, overlay);
	const grows = (): void => {
		runs = [{ ...run, lastSeq: 70, endUs: run.endUs + 10e6 }];
		changes.notify();
	};
	return { playback, asked, now, clock, grows };
}

test('PB40 while live is shown, footage elsewhere is listed and not read; leaving goes to the moment', async () => {
	const { playback, asked, now, clock, grows } = live();
	await playback.open({} as HTMLVideoElement, DOOR, null);
	expect(playback.state?.footage.length).toBe(1);
	expect(playback.ribbon.handMs).toBe(run.endUs / 1000);
	grows();
	clock.advance(2000);
	await until(() => playback.ribbon.toMs === run.endUs / 1000 + 10_000);
	expect(asked).toEqual([]);

	const goal = START + 20_000;
	await playback.rest(playback.ribbon.hold(goal));
	expect([now.on, asked]).toEqual([false, [`open ${String(goal)}`]]);
	await playback.seek(goal + 1);
	expect(asked.at(-1)).toBe(`seek ${String(goal + 1)}`);
	playback.close();
	expect(asked.at(-1)).toBe('close');
});

test('PB40 of moments asked for while the player loads, the newest counts', async () => {
	const { playback, asked } = live();
	await playback.open({} as HTMLVideoElement, DOOR, null);
	await Promise.all([playback.seek(START + 1000), playback.seek(START + 2000)]);
	expect(asked).toEqual([`open ${String(START + 2000)}`]);
	await playback.play();
	expect(asked.at(-1)).toBe('play');
});
