import type { UserAgent } from './user-agent.ts';

/** What a browser has, as far as it decides what this device can promise as a camera. */
export interface BrowserFeatures {
	/** https or localhost: without it there is no camera at all. */
	readonly secure: boolean;
	readonly localhost: boolean;
	readonly camera: boolean;
	readonly wakeLock: boolean;
	/** Phone or tablet: the system stops a page in the background. */
	readonly mobile: boolean;
	readonly engine: 'chromium' | 'firefox' | 'webkit' | 'other';
	/** MediaRecorder writes MP4 itself, so recording goes on in a hidden tab of a computer. */
	readonly recordsHidden: boolean;
	/** What it calls itself: for names. */
	readonly agent: UserAgent;
	readonly sound: boolean;
	/** Opened from the Home Screen or as an installed app. */
	readonly installed: boolean;
}
