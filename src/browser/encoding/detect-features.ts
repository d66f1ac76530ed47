import { parseUserAgent } from '#domain/recording/user-agent.ts';
import type { BrowserFeatures } from '#domain/recording/browser-features.ts';
import { recorderMimeType } from './media-recorder-encoder.ts';

interface Brands {
	readonly userAgentData?: { readonly mobile: boolean };
}

/** Detects what this browser supports. Synchronous; never prompts. */
export function detectFeatures(): BrowserFeatures {
	const agent = navigator.userAgent;
	const touchMac = /Macintosh/.test(agent) && navigator.maxTouchPoints > 1;
	return {
		secure: globalThis.isSecureContext,
		localhost: /^(localhost|127\.|\[::1\])/.test(globalThis.location.hostname),
		camera: 'mediaDevices' in navigator,
		wakeLock: 'wakeLock' in navigator,
		mobile:
			(navigator as Brands).userAgentData?.mobile ??
			(/Android|iPhone|iPad|Mobile/.test(agent) || touchMac),
		engine: /Firefox\//.test(agent)
			? 'firefox'
			: /Chrome\//.test(agent)
				? 'chromium'
				: /AppleWebKit\//.test(agent)
					? 'webkit'
					: 'other',
		agent: parseUserAgent(agent, navigator.maxTouchPoints),
		recordsHidden: recorderMimeType(false) !== null,
		sound: recorderMimeType(true) !== null || typeof AudioEncoder !== 'undefined',
		installed: globalThis.matchMedia('(display-mode: standalone)').matches,
	};
}
