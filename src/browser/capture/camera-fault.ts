import { Fault, type FaultKind } from '#domain/base/fault.ts';

const KINDS: Readonly<Record<string, FaultKind>> = {
	NotAllowedError: 'denied',
	SecurityError: 'denied',
	NotFoundError: 'not-found',
	OverconstrainedError: 'not-found',
	NotReadableError: 'unreadable',
	AbortError: 'unreadable',
	TypeError: 'unsupported',
	InvalidStateError: 'unavailable',
};

/**
 * One error name covers several causes; only the message tells them apart. Messages in Chromium:
 * "Permission denied", "Permission dismissed", "Permission denied by system", "Device in use",
 * "Could not start video source", "Timeout starting video source". Firefox: "Concurrent mic process
 * limit.", "Failed to allocate videosource". Safari: "The I/O read operation failed."
 */
const MESSAGE_PATTERNS: readonly (readonly [name: string, message: RegExp, kind: FaultKind])[] = [
	['NotAllowedError', /\bsystem\b/i, 'system'],
	['NotReadableError', /\bin use\b|\bconcurrent\b|\bbusy\b/i, 'conflict'],
];

/** Maps a getUserMedia error. `permission`: the page's camera permission; `null`: unknown. */
export function cameraFault(error: unknown, permission: PermissionState | null = null): Fault {
	if (error instanceof Fault) return error.of('camera');
	const thrown = error instanceof Error || error instanceof DOMException;
	const name = thrown ? error.name : 'unknown';
	const message = thrown ? error.message : '';
	const byMessage = MESSAGE_PATTERNS.find(
		([of, pattern]) => of === name && pattern.test(message),
	)?.[2];
	// The page has permission but was refused: something above the browser refused.
	const bySystem = name === 'NotAllowedError' && permission === 'granted' ? 'system' : undefined;
	const kind = byMessage ?? bySystem ?? KINDS[name] ?? 'unavailable';
	return new Fault(kind, `the camera did not open: ${name}`, error, 'camera');
}

/** The page's camera permission; `null`: the browser does not report it. */
export async function cameraPermission(): Promise<PermissionStatus | null> {
	try {
		return await navigator.permissions.query({ name: 'camera' });
	} catch {
		return null;
	}
}
