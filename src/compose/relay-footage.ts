import type { RelayAccess } from '#browser/network/relay-http.ts';
import { RelayReader } from '#browser/network/relay-reader.ts';
import { DexieHeadPinStore } from '#browser/storage/head-pin-store.ts';
import { Fault } from '#domain/base/fault.ts';
import { only } from '#domain/base/listeners.ts';
import { may } from '#domain/home/rights.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import type { GrantReceiver } from '#engine/members/grant-receiver.ts';
import { FootageKeys } from '#engine/members/footage-keys.ts';
import { RemoteEvents } from '#engine/playback/joined-events.ts';
import { RemoteThumbnails } from '#engine/playback/remote-thumbnails.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import { CameraNames } from '#engine/members/camera-names.ts';
import { FootageCheck } from '#engine/sync/check/footage-check.ts';
import { RelayFootage } from '#engine/sync/relay-footage.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
import { cameraWords, removerIn } from './camera-words.ts';
import type { HomeParts } from './home.ts';

export interface RelayFootageParts {
	readonly home: HomeParts;
	readonly messenger: RelayClient;
	readonly grantReceiver: GrantReceiver;
	/** The home's cameras, as far as they are known. */
	readonly known: () => readonly WatchedCamera[];
}

/** What the home's cameras saved at its relay, with keys and names. */
export function composeRelayFootage(parts: RelayFootageParts) {
	const { home, messenger, grantReceiver } = parts;
	const { clock, crypto, vault, localDevice, homeRoster } = home;
	const reader = new RelayReader(() => accessOf(home, messenger));
	const signerOf = localDevice.verifierOf.bind(localDevice);
	const names = new CameraNames({
		...{ crypto, signerOf },
		open: async (camera, sealed) => {
			const nameSealer = localDevice.unlocked?.nameSealer;
			const own = (await nameSealer?.nameOrNull(camera, sealed)) ?? null;
			if (own !== null) return own;
			// A camera without a name of its own has its device's.
			for (const device of homeRoster.roster?.past.devices.keys() ?? [])
				if ((await cameraIdsOf(crypto, device)).includes(camera))
					return (await nameSealer?.nameOrNull(device, sealed)) ?? null;
			return null;
		},
	});
	const keys = new FootageKeys({
		...{ clock, vault, reader },
		take: (camera, grants) => grantReceiver.take(camera, grants),
	});
	const named: Pick<FootageReader, 'cameras' | 'runs' | 'pages' | 'records' | 'spans'> = {
		cameras: async () => {
			const answer = await reader.cameras();
			names.note(answer.cameras);
			return answer;
		},
		runs: (...asked) => reader.runs(...asked),
		pages: (...asked) => reader.pages(...asked),
		records: (...asked) => reader.records(...asked),
		spans: (camera) => reader.spans(camera),
	};
	const thumbnails = new RemoteThumbnails(reader);
	const events = new RemoteEvents(reader, localDevice.opener);
	const check = new FootageCheck({
		...{ crypto, clock, signerOf, reader: named, pins: new DexieHeadPinStore() },
		...{ removerOf: removerIn(home), ...cameraWords(parts) },
	});
	const saved = new RelayFootage({
		...{ crypto, clock, signerOf, reader: check },
		follow: (changed) =>
			messenger.footageChanges.follow((camera, minutes) => {
				thumbnails.forget(camera, minutes);
				changed(camera, minutes);
			}),
	});
	const footage: Footage = {
		cameras: () => saved.cameras(),
		runs: async (camera, ...span) => {
			const runs = await saved.runs(camera, ...span);
			await keys.ensure(camera, new Set(runs.map(({ epoch }) => epoch)));
			return runs;
		},
		between: (...asked) => saved.between(...asked),
		firstAt: (...asked) => saved.firstAt(...asked),
		read: (segment) => saved.read(segment),
		damaged: (segment) => {
			check.unopened(segment);
			return saved.damaged(segment);
		},
		watch: (changed) => {
			const hear = (): void => {
				thumbnails.forget();
				events.forget();
				changed();
			};
			const stops = [
				saved.watch(hear),
				messenger.on(only(['connection'], changed)),
				homeRoster.on(changed),
			];
			return () => {
				for (const stop of stops) stop();
			};
		},
	};
	return { footage, names, thumbnails, events, problems: check };
}

/** Throws `denied` when this device may not see saved footage. */
function accessOf({ localDevice, homeRoster }: HomeParts, messenger: RelayClient) {
	const { state, token } = messenger;
	// A relay in a page has no token, and keeps nothing.
	if (state.kind !== 'connected' || !token) return null;
	const device = localDevice.unlocked?.identity.device;
	const roles = device === undefined ? [] : (homeRoster.member(device)?.roles ?? []);
	if (!may(roles, 'footage')) throw new Fault('denied', 'this device may not see saved footage');
	return { origin: state.origin, token } satisfies RelayAccess;
}
