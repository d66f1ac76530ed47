import { Fault } from '#domain/base/fault.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Torch } from '#ports/device/torch.ts';
import { lensTrackOf } from './picture.ts';

/** W3C MediaStream Image Capture; not in every browser. */
type TorchSettings = { readonly torch?: boolean };

export class TrackTorch implements Torch {
	lit(picture: Picture): boolean | null {
		const track = lensTrackOf(picture);
		if (track === undefined || !('getCapabilities' in track)) return null;
		const can = (track.getCapabilities() as TorchSettings).torch === true;
		return can ? (track.getSettings() as TorchSettings).torch === true : null;
	}

	async light(picture: Picture, on: boolean): Promise<void> {
		if (this.lit(picture) === null) throw new Fault('unsupported', 'this lens has no torch');
		try {
			await lensTrackOf(picture)?.applyConstraints({
				advanced: [{ torch: on } as MediaTrackConstraintSet],
			});
		} catch (error) {
			throw new Fault('unavailable', 'the torch did not switch', error);
		}
	}
}
