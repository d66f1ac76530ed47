import type { RelayAccess } from '#browser/network/relay-http.ts';
import { RelaySidecars } from '#browser/network/relay-sidecars.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { ownCard } from '#engine/sync/own-card.ts';
import { SidecarUploader } from '#engine/sync/sidecar-uploader.ts';
import { SpanExchange } from '#engine/sync/span-exchange.ts';
import type { HomeParts } from './home.ts';
import type { StorageParts } from './storage.ts';

/** What sends what stands beside a camera's footage; its uploader gives it a turn. */
export function composeSidecars(
	home: HomeParts,
	storage: StorageParts,
	access: () => RelayAccess | null,
	camera: CameraId,
): SidecarUploader {
	const { clock, crypto, localDevice, homeRoster, grants, epochGrants } = home;
	const { segments, events, thumbnails } = storage;
	const identity = () => localDevice.unlocked?.identity ?? null;
	const archive = new RelaySidecars(access);
	const self = () => {
		const own = identity();
		return own === null ? null : { device: own.device, sign: own.sign.key };
	};
	return new SidecarUploader(
		{
			...{ archive, clock, grants, events, thumbnails },
			noteArchived: (of, epochs) => epochGrants.noteArchived(of, epochs),
			card: async (of) => {
				const own = identity();
				if (own === null) return null;
				return ownCard(crypto, clock, own, of, homeRoster.member(own.device)?.detail);
			},
			spans: new SpanExchange({
				...{ crypto, clock, footage: segments, store: segments, self },
				member: (device) => homeRoster.member(device),
			}),
		},
		camera,
	);
}
