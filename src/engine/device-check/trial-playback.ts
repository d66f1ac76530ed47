import {
	keyFrameFinding,
	openFinding,
	MIN_PLAYED_MS,
	playFinding,
	recordFinding,
	soundFinding,
	type ReadBackSegment,
} from '#domain/recording/device-check.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { Opener } from '#engine/sealing/opener.ts';
import type { PlayerControls } from '#engine/playback/player-state.ts';
import type { TrialRecording } from './trial-recording.ts';
import type { TrialRunner } from './trial-runner.ts';

const OPEN_MS = 10_000;
const PLAY_MS = 15_000;
/** Reads at most this many segments, the newest. */
const MAX_SEGMENTS = 8;

export interface TrialPlaybackTools {
	readonly clock: Clock;
	readonly footage: Footage;
	readonly opener: Opener;
	readonly player: (footage: Footage, opener: Opener) => Promise<PlayerControls>;
}

/** Reads recorded segments back from the store, opens (decrypts) and plays them. */
export async function readBack(
	tools: TrialPlaybackTools,
	recorded: TrialRecording,
	runner: TrialRunner,
): Promise<void> {
	const startMs = await runner.run('open', OPEN_MS, () =>
		runner.defer(openRecorded(tools, recorded, runner)),
	);
	if (startMs === null) return;
	const player = await runner.run('play', PLAY_MS, () => tools.player(tools.footage, tools.opener));
	if (player === null) return;
	try {
		await runner.run('play', PLAY_MS, () => playRecorded(tools, player, recorded, startMs, runner));
	} finally {
		player.close();
	}
}

/** Resolves to the start of the segments read, in ms since 1970; `null`: there are none. */
async function openRecorded(
	{ clock, footage, opener }: TrialPlaybackTools,
	{ run, firstMs, heard }: TrialRecording,
	runner: TrialRunner,
): Promise<number | null> {
	const begunMs = clock.monotonicMs();
	const { camera, runNo } = run;
	const all = await footage.between(camera, run.startUs, run.endUs);
	const newest = all.filter((one) => one.runNo === runNo && !one.bad).slice(-MAX_SEGMENTS);
	const init = await footage.read({ ...run, seq: 0 });
	if (init !== null) await opener.openInit(run, init);
	const pieces: ReadBackSegment[] = [];
	for (const segment of newest) {
		const stored = await footage.read(segment);
		if (stored === null) continue;
		const { keyFrame, sound, body } = await opener.open(run, segment, stored);
		pieces.push({ ms: segment.durationUs / 1000, bytes: body.length, keyFrame, sound });
	}
	const ms = clock.monotonicMs() - begunMs;
	runner.report(recordFinding(run.mime, firstMs, pieces));
	runner.report(keyFrameFinding(pieces));
	runner.report(soundFinding(heard, pieces));
	runner.report(openFinding(init === null ? 0 : pieces.length, newest.length, ms));
	const [first] = newest;
	return first === undefined ? null : first.startUs / 1000;
}

async function playRecorded(
	{ clock }: TrialPlaybackTools,
	player: PlayerControls,
	{ run }: TrialRecording,
	startMs: number,
	runner: TrialRunner,
): Promise<void> {
	const begunMs = clock.monotonicMs();
	await player.open(run.camera, startMs);
	throwFault(player);
	const firstMs = clock.monotonicMs() - begunMs;
	const from = player.state.wallMs ?? startMs;
	await new Promise<void>((done, fail) => {
		const check = (): void => {
			const { kind, fault, wallMs } = player.state;
			if (kind === 'error')
				fail(fault ?? new Fault('unavailable', 'the player stopped with an unknown error'));
			else if ((wallMs ?? from) - from >= MIN_PLAYED_MS) done();
		};
		player.on(check);
		player.play().then(check, fail);
	});
	runner.report(playFinding(firstMs, (player.state.wallMs ?? from) - from));
}

function throwFault({ state }: PlayerControls): void {
	if (state.kind === 'error')
		throw state.fault ?? new Fault('unavailable', 'the player could not open the recording');
	if (state.wallMs === null)
		throw new Fault('not-found', 'the player found no footage in the recording');
}
