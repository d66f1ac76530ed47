import type { CameraId } from '#domain/base/ids.ts';
import type { Uploads } from '#engine/sync/uploads.ts';
import type { EvictedPage } from '#ports/footage/segment-store.ts';
import { lazily } from './lazily.ts';
import type { UploadParts } from './uploads.ts';

const RETRY_MS = 60_000;

/** The copy of this device's footage at the relay: loaded once somebody chose it, or looks. */
export function composeSync(parts: UploadParts) {
	const { home, cameras } = parts;
	let made: Uploads | null = null;
	const uploads = lazily(async () => {
		const { composeUploads } = await import('./uploads.ts');
		return (made = composeUploads(parts));
	});

	/** Once it has cameras and a relay: others may have looked at what it saved there. */
	const looks = lazily(async () => (await import('./looks.ts')).composeLooks(parts));

	function beginLooks(): void {
		const { kind } = parts.messenger.state;
		if (kind === 'connected' && cameras.all.length > 0) void looks().catch(() => undefined);
	}

	/** Once, for each camera: an owner may choose from afar. */
	const heard = new WeakSet<object>();

	async function beginIfChosen(): Promise<void> {
		try {
			for (const { preferences } of cameras.all) {
				if (heard.has(preferences)) continue;
				heard.add(preferences);
				preferences.on(({ upload }) => {
					if (upload !== 'nothing') void beginIfChosen();
				});
			}
			const all = await Promise.all(cameras.all.map((camera) => camera.preferences.read()));
			if (all.some(({ upload }) => upload !== 'nothing')) await uploads();
		} catch {
			home.clock.after(RETRY_MS, () => void beginIfChosen());
		}
	}

	return {
		uploads,
		unsavedBytes: (pages: readonly EvictedPage[]) => made?.unsavedBytes(pages) ?? 0,
		copiedOf: (camera: CameraId) => made?.copiedOf(camera) ?? null,
		begin: () => {
			parts.messenger.on(beginLooks);
			cameras.on(beginLooks);
			cameras.on(() => void beginIfChosen());
			void beginIfChosen();
		},
	};
}
