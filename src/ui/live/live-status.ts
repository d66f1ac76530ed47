import { isTestPicture } from '#domain/media/lens.ts';
import type { CommandName } from '#domain/home/rights.ts';
import type { Commands } from '#state/live/commands.svelte.ts';
import type { CameraSession } from '#state/app/camera-session.svelte.ts';
import type { Session } from '#state/app/session.svelte.ts';
import type { CameraView } from '#state/live/camera-view.svelte.ts';
import type { Tile } from '#state/live/wall.svelte.ts';
import type { Advice } from '#ui/words/en/index.ts';
import type { LiveWords } from '#ui/words/en/live.ts';

type Watched = NonNullable<Tile['watched']>;

type EndedState = Extract<CameraView['state'], { readonly kind: 'ended' }>;

/** Outcome of a command, shown beside its button. */
export function commandStatus(
	asked: Commands['asked'],
	names: readonly CommandName[],
	live: LiveWords,
): string {
	if (asked === null || !names.includes(asked.name)) return '';
	if (asked.outcome === 'waits') return live.asking;
	if (asked.outcome === 'failed') return live.refused[asked.fault ?? 'internal'];
	return live.done[asked.name === 'siren' && asked.value === false ? 'siren-off' : asked.name];
}

/** Why there is no picture, and what to do about it. */
export function endedAdvice({ why, fault }: EndedState, live: LiveWords): Advice {
	return fault?.kind === 'unsupported' ? live.notShownHere : live.ended[why];
}

/**
 * Age of the picture and what is being tried, or why there is no picture. `late`: it has taken
 * longer than a connection takes.
 */
export function pictureStatus(state: CameraView['state'], live: LiveWords, late = false): string {
	switch (state.kind) {
		case 'live':
			return live.liveAge(state.ageMs);
		case 'stale':
			return live.stale(state.ageMs, state.trying);
		case 'connecting':
			return state.trying === 'relay' && !late ? live.connecting : live.trying[state.trying];
		case 'ended':
			return state.why === 'camera-away' ? live.offline : endedAdvice(state, live).what;
	}
}

/** RC25: whether the picture shown is the test picture. */
export function showsTestPicture({ id, own, state }: Watched, session: Session): boolean {
	return own ? recordsTestPicture(session.cameraOf(id)) : isTestPicture(state?.lens);
}

/** The same, at the camera itself. */
function recordsTestPicture(camera: Pick<CameraSession, 'recorder'> | null): boolean {
	const { recorder } = camera ?? {};
	return recorder !== undefined && 'view' in recorder && isTestPicture(recorder.view?.lensId);
}

/** Name of a lens in a list: its own label if it has one. */
export function lensName(id: string, label: string, n: number, live: LiveWords): string {
	return isTestPicture(id) ? live.testPicture : label || live.unnamedLens(n + 1);
}

/** Short form for tiles: the connection is described once for all of them. */
export function tileStatus(state: CameraView['state'], live: LiveWords): string {
	if (state.kind === 'connecting') return live.connecting;
	return state.kind === 'stale' ? live.age(state.ageMs) : pictureStatus(state, live);
}

type CameraStatus = NonNullable<Watched['fares']>;

/**
 * LV32: a camera's own report of its status; `null` if unknown. `camera`: for one of this device,
 * unknown until it is decided whether recording resumes.
 */
export function cameraStatus(
	{ own, fares }: Pick<Watched, 'own' | 'fares'>,
	shown: CameraView['state'],
	camera: Pick<CameraSession, 'recorder' | 'planned'> | null,
): CameraStatus | null {
	if (!own) return shown.kind === 'ended' && shown.why === 'revoked' ? null : fares;
	if (camera === null) return null;
	const { recorder, planned } = camera;
	switch (recorder.kind) {
		case 'elsewhere':
			return null;
		case 'opening':
			return 'starting';
		case 'off':
			return planned === null && recorder.fault === null ? null : 'off';
		default:
			return recorder.kind;
	}
}
