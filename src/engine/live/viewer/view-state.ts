import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { ViewState, WatchedCamera } from '#engine/live/controls.ts';

export type EndedState = Extract<ViewState, { kind: 'ended' }>;
export type ConnectTarget = Extract<ViewState, { kind: 'connecting' }>['trying'];

/** Why nothing of a camera can come; `null`: something may. */
export function endedStateOf(
	link: RelayConnectionState,
	{ online, state }: WatchedCamera,
): EndedState | null {
	const ended = (why: EndedState['why']): EndedState => ({ kind: 'ended', why, fault: null });
	if (link.kind === 'none') return ended('no-relay');
	if (link.kind === 'refused') return ended(link.why === 'not-a-member' ? 'revoked' : 'no-relay');
	if (link.kind !== 'connected') return null;
	if (!online) return ended('camera-away');
	return state?.kind === 'off' ? ended('camera-off') : null;
}

/**
 * Whether there is more to be told than that the picture is older or younger: an age is read when
 * it is looked at.
 */
export function hasChanged(before: ViewState, now: ViewState): boolean {
	const old = new Map<string, unknown>(Object.entries(before));
	return Object.entries(now).some(([name, value]) => name !== 'ageMs' && old.get(name) !== value);
}
