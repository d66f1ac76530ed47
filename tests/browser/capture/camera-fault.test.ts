import { describe, expect, test } from 'vitest';
import { cameraFault } from '#browser/capture/camera-fault.ts';
import { Fault } from '#domain/base/fault.ts';

/** Errors as browsers report them; `page`: the page's camera permission at that time. */
const ERRORS: readonly [
	browser: string,
	name: string,
	message: string,
	page: PermissionState | null,
	kind: string,
][] = [
	['Chromium', 'NotAllowedError', 'Permission denied', 'denied', 'denied'],
	['Chromium', 'NotAllowedError', 'Permission dismissed', 'prompt', 'denied'],
	['Chromium', 'NotAllowedError', 'Permission denied by system', 'granted', 'system'],
	['Chromium', 'NotAllowedError', 'Permission denied by system', 'prompt', 'system'],
	['Chromium', 'NotFoundError', 'Requested device not found', 'granted', 'not-found'],
	['Chromium', 'OverconstrainedError', '', 'granted', 'not-found'],
	['Chromium', 'NotReadableError', 'Could not start video source', 'granted', 'unreadable'],
	['Chromium', 'NotReadableError', 'Device in use', 'granted', 'conflict'],
	['Chromium', 'AbortError', 'Timeout starting video source', 'granted', 'unreadable'],
	[
		...(['Firefox', 'NotAllowedError'] as const),
		'The request is not allowed by the user agent or the platform in the current context.',
		...(['granted', 'system'] as const),
	],
	[
		...(['Firefox', 'NotAllowedError'] as const),
		'The request is not allowed by the user agent or the platform in the current context.',
		...([null, 'denied'] as const),
	],
	['Firefox', 'NotReadableError', 'Failed to allocate videosource', null, 'unreadable'],
	['Firefox', 'NotReadableError', 'Concurrent mic process limit.', null, 'conflict'],
	['Firefox', 'AbortError', 'Starting videoinput failed', null, 'unreadable'],
	['Firefox', 'NotFoundError', 'The object can not be found here.', null, 'not-found'],
	[
		...(['Safari', 'NotAllowedError'] as const),
		'The request is not allowed by the user agent or the platform in the current context, possibly because the user denied permission.',
		...(['denied', 'denied'] as const),
	],
	['Safari', 'NotReadableError', 'The I/O read operation failed.', 'granted', 'unreadable'],
	['Safari', 'InvalidStateError', 'The object is in an invalid state.', 'granted', 'unavailable'],
	['all', 'TypeError', 'undefined is not an object', null, 'unsupported'],
];

describe('errors of a camera that does not open', () => {
	test.each(ERRORS)('RC35 %s: %s "%s", the page is %s: %s', (_, name, message, page, kind) => {
		const { kind: found, source } = cameraFault(new DOMException(message, name), page);
		expect({ found, source }).toEqual({ found: kind, source: 'camera' });
	});

	test('RC35 an existing fault keeps its kind and gets the source camera', () => {
		const fault = cameraFault(new Fault('timeout', 'the camera did not open'));
		expect(fault).toMatchObject({ kind: 'timeout', source: 'camera' });
	});
});
