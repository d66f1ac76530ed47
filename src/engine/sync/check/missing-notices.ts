import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { remember } from '#domain/base/remember.ts';
import { may } from '#domain/home/rights.ts';
import type { Role } from '#domain/home/roster.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Message } from '#protocol/message.ts';

/** A device is heard this often; it tells once a minute. */
const EACH_MS = 10_000;
const MAX_DEVICES = 64;

export interface MissingNoticeTools {
	readonly clock: Pick<Clock, 'monotonicMs'>;
	readonly messenger: {
		onMessage(
			listener: (
				message: Message,
				from: { readonly device: DeviceId; readonly roles: readonly Role[] },
			) => void,
		): () => void;
	};
	/** Looks whether the archive has these. */
	readonly recheck: (camera: CameraId, runNo: number, seqs: readonly SeqRange[]) => void;
}

/** Hears which segments another device missed at the relay (SY49), if it may see saved footage. */
export function hearMissing({ clock, messenger, recheck }: MissingNoticeTools): () => void {
	const heardMs = new Map<DeviceId, number>();
	return messenger.onMessage((message, { device, roles }) => {
		if (message.t !== 'missing' || !may(roles, 'footage')) return;
		const nowMs = clock.monotonicMs();
		if (nowMs - (heardMs.get(device) ?? -Infinity) < EACH_MS) return;
		remember(heardMs, device, nowMs, MAX_DEVICES);
		recheck(message.camera as CameraId, message.runNo, message.seqs);
	});
}
