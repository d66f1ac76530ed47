import type { UserAgent } from './user-agent.ts';

/** Browser features that decide what this device can promise as a camera. */
export interface BrowserFeatures {
	/** Secure context (https or localhost): required for any camera access. */
	readonly secure: boolean;
	readonly localhost: boolean;
	readonly camera: boolean;
	readonly wakeLock: boolean;
	/** Phone or tablet: the system suspends pages in the background. */
	readonly mobile: boolean;
	readonly engine: 'chromium' | 'firefox' | 'webkit' | 'other';
	/** MediaRecorder writes MP4, so a hidden tab on a computer keeps recording. */
	readonly recordsHidden: boolean;
	/** From the user agent; used for display names only. */
	readonly agent: UserAgent;
	readonly sound: boolean;
	/** Opened from the Home Screen or as an installed app. */
	readonly installed: boolean;
}
