import type { IndicatorState } from '#ports/app/indicator-state.ts';
import { appIconSvg } from './app-icon.ts';
import { anyCameraLocked } from '#browser/device/camera-lock.ts';

/** Tab icon and app badge. */
export class TabIndicator {
	#shown: IndicatorState = 'off';

	constructor() {
		// A badge outlives a killed tab. Leave the badge of another tab alone.
		void anyCameraLocked().then(
			(locked) => {
				if (!locked && this.#shown === 'off') setBadge('off');
			},
			() => undefined,
		);
		addEventListener('pagehide', () => {
			if (this.#shown === 'recording') setBadge('off');
		});
	}

	show(state: IndicatorState): void {
		if (state === this.#shown) return;
		this.#shown = state;
		setBadge(state);
		const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
		// As a data: URL: browsers fetch icons without asking the service worker.
		if (link) link.href = `data:image/svg+xml,${encodeURIComponent(appIconSvg(state))}`;
	}
}

interface BadgeNavigator {
	setAppBadge?(): Promise<void>;
	clearAppBadge?(): Promise<void>;
}

function setBadge(state: IndicatorState): void {
	const badges = navigator as BadgeNavigator;
	const done = state === 'recording' ? badges.setAppBadge?.() : badges.clearAppBadge?.();
	// Not installed, or not allowed: the title and the icon show the same state.
	done?.catch(() => undefined);
}
