import { isTestPicture } from '#domain/media/lens.ts';
import type { Calendar } from '#domain/timeline/ribbon.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EndEvent, EventLog } from './event-log.ts';
import type { RecorderControls } from './recorder-controls.ts';

/** How much of the event's length a killed page can lose. */
const WRITE_INTERVAL_MS = 20_000;

interface LogTestPictureTools {
	readonly recorder: Pick<RecorderControls, 'state' | 'camera' | 'on'>;
	readonly eventLog: Pick<EventLog, 'begin'>;
	readonly clock: Pick<Clock, 'monotonicMs' | 'wallMs'>;
	readonly calendar: Pick<Calendar, 'fieldsOf'>;
}

/** RC25: logs an event, one per day, for as long as the test picture is recorded. */
export function logTestPicture({ recorder, eventLog, clock, calendar }: LogTestPictureTools): void {
	let end: EndEvent | null = null;
	let writtenMs = 0;
	let begunDay = 0;
	recorder.on(() => {
		const { state, camera } = recorder;
		const saves = state.kind === 'starting' || state.kind === 'recording';
		if (camera === null || !saves || !isTestPicture(state.view.lensId)) {
			end?.();
			end = null;
			return;
		}
		const nowMs = clock.monotonicMs();
		if (end !== null && nowMs - writtenMs < WRITE_INTERVAL_MS) return;
		end?.();
		const { day } = calendar.fieldsOf(clock.wallMs());
		if (end === null || day !== begunDay) end = eventLog.begin(camera, 'test-picture');
		begunDay = day;
		writtenMs = nowMs;
	});
}
