import type { Sign } from '#ports/app/sign.ts';
import { markOf } from './mark.ts';
import { anyCameraTaken } from '#browser/device/tenure.ts';

/** Tab icon and app badge. */
export class TabSign {
	#shown: Sign = 'off';

	constructor() {
		// A badge outlives a tab that was killed; another tab's is left alone.
		void anyCameraTaken().then(
			(taken) => {
				if (!taken && this.#shown === 'off') badge('off');
			},
			() => undefined,
		);
		addEventListener('pagehide', () => {
			if (this.#shown === 'recording') badge('off');
		});
	}

	show(sign: Sign): void {
		if (sign === this.#shown) return;
		this.#shown = sign;
		badge(sign);
		const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
		// In the address itself: browsers fetch icons past the service worker.
		if (link) link.href = `data:image/svg+xml,${encodeURIComponent(markOf(sign))}`;
	}
}

interface Badges {
	setAppBadge?(): Promise<void>;
	clearAppBadge?(): Promise<void>;
}

function badge(sign: Sign): void {
	const badges = navigator as Badges;
	const done = sign === 'recording' ? badges.setAppBadge?.() : badges.clearAppBadge?.();
	// Not installed, or not allowed: title and icon say it as well.
	done?.catch(() => undefined);
}
