import type { End, Happenings } from './happenings.ts';
import type { RecorderControls } from './recording.ts';

/**
 * Writes down while another lens than the chosen one records. Rule: docs/spec/recording.md, RC33.
 */
export function noteOtherLens(
	recorder: Pick<RecorderControls, 'state' | 'camera' | 'on'>,
	happenings: Pick<Happenings, 'begin'>,
): () => void {
	let end: End | null = null;
	return recorder.on(() => {
		const { state, camera } = recorder;
		const records = state.kind === 'recording';
		const other = records && (state.view.instead ?? null) !== null;
		if (other && end === null && camera !== null) end = happenings.begin(camera, 'other-lens');
		// A moment without a lens on the way back is a part of it.
		const over = records || state.kind === 'off' || state.kind === 'preview';
		if (other || !over || end === null) return;
		end();
		end = null;
	});
}
