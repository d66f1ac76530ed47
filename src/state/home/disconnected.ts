import type { Engine } from '#state/app/engine.ts';

/** Of a home without a relay: there are others, and they are not connected. */
export function isDisconnected({
	messenger: post,
	homeRoster,
}: Pick<Engine, 'messenger' | 'homeRoster'>): boolean {
	return post.state.kind === 'none' && (homeRoster.roster?.devices.size ?? 0) > 1;
}
