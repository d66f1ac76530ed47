import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { ViewState, WatchedCamera } from '#engine/live/controls.ts';

export type EndedState = Extract<ViewState, { kind: 'ended' }>;
export type ConnectTarget = Extract<ViewState, { kind: 'connecting' }>['trying'];

/** Why this camera cannot be watched; `null` if it may be. */
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

/** Ignores the age: it is read when the state is drawn. */
export function hasChanged(before: ViewState, now: ViewState): boolean {
	const old = new Map<string, unknown>(Object.entries(before));
	return Object.entries(now).some(([name, value]) => name !== 'ageMs' && old.get(name) !== value);
}
