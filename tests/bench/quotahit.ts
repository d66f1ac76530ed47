import { startRelay } from '../e2e/support/launch.ts';
import {
	fullRound,
	makePast,
	QUOTAS_MIB,
	type FullRound,
	type Live,
} from '../faults/support/full.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

/** Fewer for a quick run: `npm run bench -- quotahit 3`. */
const ROUNDS = Number(process.argv[3] ?? 30);

/**
 * The browser refuses more bytes while the real app records, at 20, 50 and 100 MiB in turn, over
 * footage of the minutes before: time until segments are saved again, frames that the live picture
 * loses meanwhile (baseline: lost while there was space), and whether anything was deleted that no
 * rule names.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	if (!(ROUNDS >= 1)) throw new Error('The number of rounds must be at least 1.');
	const relay = await startRelay();
	const found: FullRound[] = [];
	try {
		const openPast = await makePast();
		for (let round = 0; round < ROUNDS; round += 1) {
			const mib = QUOTAS_MIB[round % QUOTAS_MIB.length]!;
			const one = await fullRound(relay.address, mib, openPast);
			found.push(one);
			progress(
				`round ${round + 1} of ${ROUNDS}, ${mib} MiB: back after ${one.backS.toFixed(2)} s, ${one.full.framesLost} frames lost, ${one.left} segments left, ${one.unplanned} unplanned`,
			);
		}
	} finally {
		await relay.stop();
	}
	const all = (of: (one: FullRound) => number) => found.reduce((sum, one) => sum + of(one), 0);
	const backs = found.map(({ backS }) => backS).toSorted((a, b) => a - b);
	const rank = (share: number) => round2(backs[Math.ceil(share * backs.length) - 1] ?? NaN);
	const lostPerMinute = (of: (one: FullRound) => Live) =>
		round2((60 * all((one) => of(one).framesLost)) / all((one) => of(one).seconds));
	return {
		figures: {
			...{ recordingBackP99S: rank(0.99), recordingBackP50S: rank(0.5) },
			framesLostLive: all(({ full }) => full.framesLost),
			framesLostPerMinute: lostPerMinute(({ full }) => full),
			liveStillMsMax: Math.round(Math.max(...found.map(({ stillMs }) => stillMs))),
			segmentsLostUnpinned: all(({ left }) => left),
			unplanned: all(({ unplanned }) => unplanned),
			holes: all(({ holes }) => holes),
			refusals: all(({ refusals }) => refusals),
		},
		baseline: { framesLostPerMinute: lostPerMinute(({ before }) => before) },
		ratio: {},
		rounds: ROUNDS,
	};
}
