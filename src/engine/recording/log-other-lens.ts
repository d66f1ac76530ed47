import type { EndEvent, EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

/**
 * Writes down while another lens than the chosen one records. Rule: docs/spec/recording.md, RC33.
 */
export function logOtherLens(
	recorder: Pick<RecorderControls, 'state' | 'camera' | 'on'>,
	eventLog: Pick<EventLog, 'begin'>,
): () => void {
	let end: EndEvent | null = null;
	return recorder.on(() => {
		const { state, camera } = recorder;
		const records = state.kind === 'recording';
		const other = records && (state.view.instead ?? null) !== null;
		if (other && end === null && camera !== null) end = eventLog.begin(camera, 'other-lens');
		// A moment without a lens on the way back is a part of it.
		const over = records || state.kind === 'off' || state.kind === 'preview';
		if (other || !over || end === null) return;
		end();
		end = null;
	});
}
