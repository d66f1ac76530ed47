import { expect, test } from 'vitest';
import { TRIALS, TRIAL_REASONS, type Figures } from '#domain/recording/device-check.ts';
import { FAULT_KINDS } from '#domain/base/fault.ts';
import { DEVICE_CHECK } from '#ui/words/device-check.ts';

const FIGURES: Figures = {
	...{ width: 1280, height: 720, rate: 14.9, seconds: 4, kbps: 1500, type: 'video/mp4' },
	...{ longestMs: 1000, middleMs: 4.2, opened: 4, of: 4, firstMs: 80, codec: 'vp8' },
	...{ frames: 1, ms: 12, offeredMB: 8000, usedMB: 1 },
};

test('DC3 every trial has texts for its answers, figures and reasons, in both languages', () => {
	const said = (['en', 'de'] as const).map((language) => {
		const w = DEVICE_CHECK[language];
		return [
			...TRIALS.flatMap((trial) => [w.trials[trial].what, w.trials[trial].yes, w.trials[trial].no]),
			...TRIAL_REASONS.map((why) => w.untold(why)),
			...FAULT_KINDS.map((why) => w.untold(why)),
			...TRIALS.map((trial) => w.figures(trial, FIGURES)),
			...TRIALS.map((trial) => w.figures(trial, {})),
			...[1, 2].map(w.some),
		];
	});
	expect(said.flat().join()).not.toMatch(/undefined|NaN|null/);
	for (const language of ['en', 'de'] as const) {
		const w = DEVICE_CHECK[language];
		for (const trial of TRIALS) expect(w.figures(trial, {})).toBe('');
		expect(new Set(TRIAL_REASONS.map((why) => w.untold(why))).size).toBe(TRIAL_REASONS.length);
	}
	expect(DEVICE_CHECK.en.figures('lens', FIGURES)).toBe('1280 × 720, 14.9 pictures per second');
	expect(DEVICE_CHECK.de.figures('decode', FIGURES)).toBe('erstes Bild nach 80 ms');
});
