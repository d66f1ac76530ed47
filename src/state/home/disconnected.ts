import type { Engine } from '#state/app/engine.ts';

/** Without a relay: other devices exist but are not connected. */
export function isDisconnected({
	messenger,
	homeRoster,
}: Pick<Engine, 'messenger' | 'homeRoster'>): boolean {
	return messenger.state.kind === 'none' && (homeRoster.roster?.devices.size ?? 0) > 1;
}
