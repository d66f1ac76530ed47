import { describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import {
	buildSidecarRecord,
	eventKey,
	thumbnailsKey,
	type SidecarRecord,
} from '#domain/sync/sidecar-record.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { SidecarArchive } from '#ports/footage/sidecar-archive.ts';

/** A whole minute. */
const T0 = 1_795_000_020_000_000;

export interface GivenSidecars {
	readonly archive: SidecarArchive;
	/** The camera whose sidecars it takes. */
	readonly camera: CameraId;
	readonly sealed: (kind: 'event' | 'thumbnail', wallUs: number) => Promise<SidecarRecord>;
	/** Another device reads the first so many seconds of footage, and goes; it tells which. */
	readonly looked: (seconds: number) => Promise<DeviceId>;
	/** Makes it unreachable. */
	readonly away: () => void;
}

/** What every archive of sidecars must do. `make` returns an empty one each time. */
export function sidecarArchiveContract(make: () => Promise<GivenSidecars>): void {
	describe('sidecar archive', () => {
		test('SY30 tells what it took, and then only what changed', async () => {
			const { archive, camera, sealed } = await make();
			const empty = await archive.changed(camera, 0);
			expect(empty).toMatchObject({ change: 0, more: false, keys: [], spans: [] });
			const event = await sealed('event', T0);
			const thumbnail = await sealed('thumbnail', T0 + 5);
			const both = concatBytes(buildSidecarRecord(event), buildSidecarRecord(thumbnail));
			expect(await archive.put(camera, both)).toEqual({ store: empty.store, refused: [] });
			const { keys, change } = await archive.changed(camera, 0);
			expect(keys).toEqual([eventKey(event), thumbnailsKey(minuteOf(T0))]);
			const later = buildSidecarRecord(await sealed('thumbnail', T0 + 60_000_000));
			await archive.put(camera, concatBytes(both, later));
			const changed = await archive.changed(camera, change);
			expect(changed.keys).toEqual([thumbnailsKey(minuteOf(T0) + 1)]);
		});

		test('SY31 names the places of what it refuses, and takes the rest', async () => {
			const { archive, camera, sealed } = await make();
			const good = await sealed('thumbnail', T0);
			const wrong = buildSidecarRecord({ ...good, wallUs: T0 + 1_000_000 });
			const sent = concatBytes(wrong, buildSidecarRecord(good), wrong);
			expect((await archive.put(camera, sent)).refused).toEqual([0, 2]);
			expect((await archive.changed(camera, 0)).keys).toHaveLength(1);
		});

		test('SY44 tells who looked at its footage, until the camera has heard it', async () => {
			const { archive, camera, looked } = await make();
			expect(await archive.looks(camera)).toEqual({ looks: [], more: false });
			const device = await looked(3);
			const [look, ...others] = (await archive.looks(camera)).looks;
			expect(others).toEqual([]);
			expect(look).toMatchObject({ device });
			expect(Math.round((look!.endUs - look!.startUs) / 1e6)).toBe(3);
			expect(look!.fromMs).toBeLessThanOrEqual(look!.toMs);
			expect((await archive.looks(camera)).looks).toEqual([look]);
			await archive.heardLooks(camera, [look!.id]);
			expect(await archive.looks(camera)).toEqual({ looks: [], more: false });
		});

		test('SY30 a fault says that it cannot be reached', async () => {
			const { archive, camera, away } = await make();
			away();
			await expect(archive.changed(camera, 0)).rejects.toMatchObject({ kind: 'offline' });
			const sent = archive.put(camera, new Uint8Array());
			await expect(sent).rejects.toMatchObject({ kind: 'offline' });
		});
	});
}
