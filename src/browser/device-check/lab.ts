import { agentVersions } from '#domain/recording/device-report.ts';
import { Fault } from '#domain/base/fault.ts';
import type { FramesPart } from '#domain/live/live-part.ts';
import type { DeviceProbe } from '#ports/device/device-probe.ts';
import { detectFeatures } from '#browser/encoding/detect-features.ts';
import { WebCodecsPlayer } from '#browser/live/web-codecs-player.ts';
import { recorderMimeType } from '#browser/encoding/media-recorder-encoder.ts';
import { openScratch, type OpenFootage } from './scratch.ts';
import { mediaSourceClass } from '#browser/live/media-source.ts';

const H264 = 'video/mp4; codecs="avc1.42E01F"';

/** Probes the capabilities of this browser. Rules: docs/spec/device-check.md. */
export class BrowserLab implements DeviceProbe {
	readonly #footage: OpenFootage;

	constructor(footage: OpenFootage) {
		this.#footage = footage;
	}

	about(): ReturnType<DeviceProbe['about']> {
		const { mobile, installed } = detectFeatures();
		return { ...agentVersions(navigator.userAgent), phone: mobile, installed };
	}

	codecs(): ReturnType<DeviceProbe['codecs']> {
		return {
			records: recorderMimeType(false),
			withSound: recorderMimeType(true),
			encodes: typeof VideoEncoder !== 'undefined',
			decodes: typeof VideoDecoder !== 'undefined',
			plays: mediaSourceClass()?.isTypeSupported(H264) === true,
		};
	}

	/** Uses the live view's player. It may skip frames, so one decoded frame is enough. */
	async decode(parts: readonly FramesPart[], signal: AbortSignal): Promise<void> {
		if (typeof VideoDecoder === 'undefined') {
			throw new Fault('unsupported', 'this browser has no VideoDecoder');
		}
		let decoder: WebCodecsPlayer | null = null;
		await new Promise<void>((done, fail) => {
			signal.addEventListener('abort', () => {
				done();
			});
			decoder = new WebCodecsPlayer({
				picture: () => {
					done();
				},
				failed: fail,
			});
			for (const part of parts) decoder.decode(part);
		}).finally(() => decoder?.close());
	}

	async wakeLock(): Promise<boolean> {
		if (!('wakeLock' in navigator)) throw new Fault('unsupported', 'this browser has no wake lock');
		try {
			const lock = await navigator.wakeLock.request('screen');
			await lock.release();
			return true;
		} catch {
			return false;
		}
	}

	async storageEstimate(): ReturnType<DeviceProbe['storageEstimate']> {
		try {
			const { quota, usage } = await navigator.storage.estimate();
			if (quota === undefined || usage === undefined) return null;
			return { quotaBytes: quota, usedBytes: usage };
		} catch {
			// WebKitGTK has no `estimate`.
			return null;
		}
	}

	watchVisibility(): ReturnType<DeviceProbe['watchVisibility']> {
		let lost = document.hidden;
		const update = (): void => {
			lost ||= document.hidden;
		};
		document.addEventListener('visibilitychange', update);
		return {
			get lost() {
				return lost;
			},
			stop: () => {
				document.removeEventListener('visibilitychange', update);
			},
		};
	}

	scratch(): ReturnType<DeviceProbe['scratch']> {
		return openScratch(this.#footage);
	}
}
