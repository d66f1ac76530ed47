import { isTestPicture } from '#domain/lens.ts';
import type { CommandName, Commands } from '#state/commands.svelte.ts';
import type { Session } from '#state/session.svelte.ts';
import type { Viewing } from '#state/viewing.svelte.ts';
import type { Tile } from '#state/wall.svelte.ts';
import type { Advice, Words } from './words/en.ts';
import type { LiveWords } from './words/en-live.ts';

type Watched = NonNullable<Tile['watched']>;

interface Speech {
	readonly w: Words;
	readonly live: LiveWords;
	readonly nowMs: number;
}

type Ended = Extract<Viewing['state'], { readonly kind: 'ended' }>;

/** What came of an order, beside the button that gave it. */
export function answerTo(
	asked: Commands['asked'],
	names: readonly CommandName[],
	live: LiveWords,
): string {
	if (asked === null || !names.includes(asked.name)) return '';
	if (asked.outcome === 'waits') return live.asking;
	if (asked.outcome === 'failed') return live.refused[asked.fault ?? 'internal'];
	return live.done[asked.name === 'siren' && asked.value === false ? 'siren-off' : asked.name];
}

/** Why there is no picture, and what to do. */
export function endedAdvice({ why, fault }: Ended, live: LiveWords): Advice {
	return fault?.kind === 'unsupported' ? live.notShownHere : live.ended[why];
}

/** How old the picture is and what is being done about it; else why there is none. */
export function pictureSaid(
	state: Viewing['state'],
	camera: Watched,
	{ w, live, nowMs }: Speech,
): string {
	switch (state.kind) {
		case 'live':
			return live.liveAge(state.ageMs);
		case 'stale':
			return live.stale(state.ageMs, state.trying);
		case 'connecting':
			return live.trying[state.trying];
		case 'ended': {
			if (state.why !== 'camera-away') return endedAdvice(state, live).what;
			const { stateMs } = camera;
			if (stateMs === null) return live.offline;
			// What was today needs no date.
			const today = w.day(stateMs) === w.day(nowMs);
			return live.offlineSince(today ? w.minute(stateMs) : w.about(stateMs));
		}
	}
}

/** RC25: what is seen is no lens's picture. */
export function showsTestPicture({ own, state }: Watched, session: Session): boolean {
	return own ? recordsTestPicture(session) : isTestPicture(state?.lens);
}

/** The same, at the camera itself. */
export function recordsTestPicture({ recorder }: Session): boolean {
	return recorder !== null && 'view' in recorder && isTestPicture(recorder.view?.lensId);
}

/** A lens in a list, by its own name if it has one. */
export function lensName(id: string, label: string, n: number, live: LiveWords): string {
	return isTestPicture(id) ? live.testPicture : label || live.unnamedLens(n + 1);
}

type Fares = NonNullable<Watched['state']>['kind'];

/** How a camera fares; `null`: nothing that is still known. This device knows of itself. */
export function faresOf(camera: Watched, shown: Viewing['state'], session: Session): Fares | null {
	if (!camera.own) {
		const lost = !camera.online || (shown.kind === 'ended' && shown.why !== 'camera-off');
		return lost ? null : (camera.state?.kind ?? null);
	}
	if (session.blind !== null) return 'blind';
	if (session.armed) return 'recording';
	return session.recorder?.kind === 'preview' ? 'preview' : 'off';
}
