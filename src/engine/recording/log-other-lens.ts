import type { EndEvent, EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

/**
 * Logs an event for as long as a lens other than the chosen one records. Rule:
 * docs/spec/recording.md, RC33.
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
		// A moment without any lens, on the way back to the chosen one, belongs to the event.
		const over = records || state.kind === 'off' || state.kind === 'preview';
		if (other || !over || end === null) return;
		end();
		end = null;
	});
}
