import type { CameraView } from '#state/live/camera-view.svelte.ts';
import type { WatchedCamera } from '#state/live/wall.svelte.ts';
import type { CameraSession } from '#state/app/camera-session.svelte.ts';
import type { Language } from '#state/app/session.svelte.ts';
import { LIVE } from '#ui/words/home.ts';
import { SEEN } from '#ui/words/seen.ts';
import { WALL } from '#ui/words/wall.ts';
import { cameraStatus, endedAdvice } from './live-status.ts';

/** A live picture is behind from this age on. */
const BEHIND_MS = 2000;

export interface StateText {
	/** What the camera does, unless the REC badge says it; `null`: nothing to say, or not known. */
	readonly does: string | null;
	/** How its picture is, or when it was last seen. */
	readonly is: string | null;
}

interface Shown {
	readonly camera: WatchedCamera;
	readonly view: CameraView['state'];
	/** `null`: not of this device. */
	readonly own: Pick<CameraSession, 'recorder' | 'planned'> | null;
	/** When its device was last seen, wall ms; `null`: never. */
	readonly seenMs: number | null;
	readonly nowMs: number;
}

/** LV46: the one true state of a camera, in the same words wherever it is said. */
export function stateText(
	{ camera, view, own, seenMs, nowMs }: Shown,
	language: Language,
): StateText {
	const live = LIVE[language];
	if (own?.recorder.kind === 'elsewhere') return { does: null, is: live.elsewhere };
	const status = cameraStatus(camera, view, own);
	const does = status === null || status === 'recording' ? null : live.kinds[status];
	switch (view.kind) {
		case 'live':
			return {
				does,
				is: view.ageMs < BEHIND_MS ? live.live : WALL[language].behind(view.ageMs),
			};
		case 'stale':
			return { does, is: live.age(view.ageMs) };
		case 'connecting':
			return { does, is: live.connecting };
		case 'ended': {
			if (view.why === 'camera-off') return { does: null, is: live.ended['camera-off'].what };
			if (view.why === 'revoked' || view.why === 'failed')
				return { does, is: endedAdvice(view, live).what };
			const seen = SEEN[language];
			if (camera.online) return { does, is: seen.now };
			const away = view.why === 'camera-away' && seenMs !== null ? live.offline : null;
			return { does: away, is: seen.last(seenMs, nowMs) };
		}
	}
}
