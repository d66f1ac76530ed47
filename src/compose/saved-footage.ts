import type { CameraId } from '#domain/base/ids.ts';
import type { SavedCamera } from '#domain/footage/origin.ts';
import { may } from '#domain/home/rights.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import { JoinedFootage } from '#engine/playback/joined-footage.ts';
import type { Footage } from '#ports/footage/footage.ts';
import { composeRelayFootage, type RelayFootageParts } from './relay-footage.ts';

export interface SavedFootageParts extends RelayFootageParts {
	/** What this device's cameras saved here. */
	readonly here: Footage;
}

/** Saved footage of all cameras of the home, wherever it is. Loaded when it is first looked at. */
export function composeSavedFootage(parts: SavedFootageParts) {
	const { home, here, known } = parts;
	const { clock, crypto, localDevice, homeRoster } = home;
	const relay = composeRelayFootage(parts);

	async function isPresent(camera: CameraId): Promise<boolean> {
		for (const device of homeRoster.roster?.devices.keys() ?? []) {
			if (!may(homeRoster.member(device)?.roles ?? [], 'record')) continue;
			if ((await cameraIdsOf(crypto, device)).includes(camera)) return true;
		}
		return false;
	}

	async function about(camera: CameraId): Promise<Pick<SavedCamera, 'name' | 'former'>> {
		const { state } = localDevice;
		const own = state.kind === 'ready' ? state : { cameras: [], removed: [] };
		const kept = own.cameras.find(({ id }) => id === camera);
		if (kept !== undefined) return { name: kept.name, former: false };
		const removed = own.removed.find(({ id }) => id === camera);
		if (removed !== undefined) return { name: removed.name, former: true };
		const name = await relay.names.of(camera);
		const live = known().find(({ id }) => id === camera)?.name ?? null;
		return { name: live ?? name, former: !(await isPresent(camera)) };
	}

	const joined = new JoinedFootage({
		...{ clock, here, about },
		elsewhere: [{ origin: 'relay', footage: relay.footage }],
	});
	const { thumbnails, events, problems } = relay;
	return { joined, thumbnails, events, problems };
}
export type SavedFootage = ReturnType<typeof composeSavedFootage>;
