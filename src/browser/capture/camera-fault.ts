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
 * One name stands for several causes; only the message tells them apart. Chromium: "Permission
 * denied", "Permission dismissed", "Permission denied by system", "Device in use", "Could not start
 * video source", "Timeout starting video source". Firefox: "Concurrent mic process limit.", "Failed
 * to allocate videosource". Safari: "The I/O read operation failed."
 */
const MESSAGE_PATTERNS: readonly (readonly [name: string, said: RegExp, kind: FaultKind])[] = [
	['NotAllowedError', /\bsystem\b/i, 'system'],
	['NotReadableError', /\bin use\b|\bconcurrent\b|\bbusy\b/i, 'conflict'],
];

/** `permission`: what the browser itself says about this page; `null`: it does not tell. */
export function cameraFault(error: unknown, permission: PermissionState | null = null): Fault {
	if (error instanceof Fault) return error.of('camera');
	const thrown = error instanceof Error || error instanceof DOMException;
	const name = thrown ? error.name : 'unknown';
	const message = thrown ? error.message : '';
	const said = MESSAGE_PATTERNS.find(([of, pattern]) => of === name && pattern.test(message))?.[2];
	// The page may, and still it was refused: then it was not the browser who did.
	const above = name === 'NotAllowedError' && permission === 'granted' ? 'system' : undefined;
	const kind = said ?? above ?? KINDS[name] ?? 'unavailable';
	return new Fault(kind, `the camera said ${name}`, error, 'camera');
}

/** What the browser says about this page and its camera; `null`: it does not tell. */
export async function cameraPermission(): Promise<PermissionStatus | null> {
	try {
		return await navigator.permissions.query({ name: 'camera' });
	} catch {
		return null;
	}
}
