import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { Serial } from '#domain/base/serial.ts';
import type { EventDetail, EventKind } from '#domain/recording/event.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { SidecarArchive } from '#ports/footage/sidecar-archive.ts';

/** Also after each connection. */
const ASK_MS = 300_000;
/** While somebody looks. */
const AGAIN_MS = 10_000;

export interface LookReporterTools {
	readonly clock: Pick<Clock, 'wallMs' | 'every' | 'after'>;
	readonly archive: Pick<SidecarArchive, 'looks' | 'heardLooks'>;
	/** This device's. */
	readonly cameras: () => readonly CameraId[];
	/** One tab of this browser writes them. */
	readonly turn: Pick<CameraLock, 'acquire'>;
	/** `undefined`: it never was of this home. */
	readonly nameOf: (device: DeviceId) => Promise<string | null | undefined>;
	readonly connected: () => boolean;
	readonly onConnection: (listener: () => void) => void;
	readonly log: {
		add(
			camera: CameraId,
			kind: EventKind,
			startUs: number,
			detail: EventDetail,
			endUs: number,
		): void;
		settled(): Promise<void>;
	};
}

/**
 * Writes down which devices looked at what a camera of this device saved, by the word of the relay
 * that handed it out (EV15, EV16).
 */
export class LookReporter {
	readonly #tools: LookReporterTools;
	readonly #serial = new Serial();

	constructor(tools: LookReporterTools) {
		this.#tools = tools;
	}

	begin(): void {
		const { clock, onConnection } = this.#tools;
		const ask = () => void this.ask().catch(expectFault);
		onConnection(ask);
		clock.every(ASK_MS, ask);
		ask();
	}

	/** Throws as `SidecarArchive` does. */
	ask(): Promise<void> {
		return this.#serial.run(async () => {
			if (!this.#tools.connected()) return;
			for (const camera of this.#tools.cameras()) await this.#askAbout(camera);
		});
	}

	async #askAbout(camera: CameraId): Promise<void> {
		const { archive, log, nameOf, turn, clock } = this.#tools;
		const release = await turn.acquire(camera).catch((error: unknown) => {
			// A browser without Web Locks has it twice rather than never.
			expectFault(error);
			return () => undefined;
		});
		if (release === null) return;
		try {
			const { looks, more } = await archive.looks(camera);
			if (more) clock.after(AGAIN_MS, () => void this.ask().catch(expectFault));
			if (looks.length === 0) return;
			const nowUs = Math.floor(clock.wallMs() * 1000);
			for (const { device, startUs, endUs, fromMs, toMs } of looks) {
				const name = await nameOf(device);
				if (name === undefined || endUs <= startUs) continue;
				// The relay's clock is not ours: nothing is looked at later than now.
				const atUs = Math.min(fromMs * 1000, nowUs);
				const untilUs = Math.max(atUs, Math.min(toMs * 1000, nowUs));
				const detail = { by: { device, name }, seen: { startUs, endUs } };
				log.add(camera, 'looked', atUs, detail, untilUs);
			}
			await log.settled();
			await archive.heardLooks(
				camera,
				looks.map(({ id }) => id),
			);
		} finally {
			release();
		}
	}
}
