import type { RelayAccess } from '#browser/network/relay-http.ts';
import { RelayReader } from '#browser/network/relay-reader.ts';
import { RelaySidecars } from '#browser/network/relay-sidecars.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { FootageOrigins } from '#engine/playback/footage-origins.ts';
import { FootageMarks } from '#engine/sync/marks/footage-marks.ts';
import type { HiddenSpans } from '#engine/sync/marks/hidden-footage.ts';
import { SavedCopies } from '#engine/sync/marks/saved-copies.ts';
import type { HomeParts } from './home.ts';
import type { StorageParts } from './storage.ts';

export interface MarkParts {
	readonly home: HomeParts;
	readonly storage: StorageParts;
	readonly messenger: RelayClient;
	readonly origins: Pick<FootageOrigins, 'spans'>;
	readonly hidden: HiddenSpans;
}

/** Pins and deletions of footage, wherever it is. */
export function composeMarks({ home, storage, messenger, origins, hidden }: MarkParts) {
	const { clock, crypto, localDevice, homeRoster } = home;
	const { segments, pins } = storage;
	const access = (): RelayAccess | null => {
		const { state, token } = messenger;
		return state.kind === 'connected' && token ? { origin: state.origin, token } : null;
	};
	const self = () => {
		const { identity } = localDevice.unlocked ?? {};
		return identity ? { device: identity.device, sign: identity.sign.key } : null;
	};
	const byDevice = new Map<DeviceId, Promise<readonly CameraId[]>>();
	const camerasOf = (device: DeviceId): Promise<readonly CameraId[]> => {
		const known = byDevice.get(device) ?? cameraIdsOf(crypto, device);
		byDevice.set(device, known);
		return known;
	};
	const reader = new RelayReader(access);
	const archive = new RelaySidecars(access);
	const owner = () => homeRoster.owner;
	const marks = new FootageMarks({
		...{ crypto, clock, footage: segments, store: segments, limitedPins: pins, hidden },
		...{ reader, archive, self, owner },
		spans: (camera, fromUs, toUs) => origins.spans(camera, fromUs, toUs),
		connected: () => access() !== null,
		deviceOf: async (camera) => {
			for (const device of homeRoster.roster?.past.devices.keys() ?? [])
				if ((await camerasOf(device)).includes(camera)) return device;
			return null;
		},
		keyOf: (author, own) => {
			const { devices, owners } = homeRoster.roster?.past ?? {};
			const subject = devices?.get(author);
			if (subject === undefined) return null;
			const owned = subject.owner !== null && owners?.has(hexOf(subject.owner)) === true;
			return author === own || owned ? subject.sign : null;
		},
	});
	const copies = new SavedCopies({ crypto, clock, reader, archive, self, owner, camerasOf });
	return { marks, copies };
}
