import { afterNavigate, beforeNavigate, goto, preloadCode } from '$app/navigation';
import { SvelteSet } from 'svelte/reactivity';
import type { LeaveGuard } from '#state/app/leave-guard.svelte.ts';

type PendingNavigation = Parameters<Parameters<typeof beforeNavigate>[0]>[0];

const LOAD_TIMEOUT_MS = 15_000;

/**
 * While `mustStay`, a screen is fetched before the person is taken there: on its own Kit answers a
 * missing part by loading the page anew, and that would end the recording. Made by a component.
 */
export class NavigationGuard {
	/** A part of the app did not load. */
	missing = $state(false);
	readonly #fetched = new SvelteSet<string>();
	/** The way the person asked for last; an older one that arrives late is not gone. */
	#latestRequest = 0;

	/** `leaveGuard`: what would be lost by leaving. */
	constructor(mustStay: () => boolean, leaveGuard: () => LeaveGuard | null) {
		beforeNavigate((navigation) => {
			const lost = leaveGuard();
			if (lost?.loses) {
				// Where the page itself would go, the browser asks.
				navigation.cancel();
				if (!navigation.willUnload) lost.ask(() => go(navigation));
				return;
			}
			const id = navigation.to?.route.id ?? null;
			if (navigation.willUnload || id === null || this.#fetched.has(id) || !mustStay()) return;
			navigation.cancel();
			void this.#fetchAndGo(navigation, id);
		});
		afterNavigate(({ to }) => {
			this.#latestRequest += 1;
			this.missing = false;
			if (to?.route.id) this.#fetched.add(to.route.id);
		});
		$effect(() => {
			const onError = () => (this.missing = true);
			addEventListener('vite:preloadError', onError);
			return () => removeEventListener('vite:preloadError', onError);
		});
	}

	async #fetchAndGo(navigation: PendingNavigation, id: string): Promise<void> {
		const { to } = navigation;
		if (!to) return;
		const mine = (this.#latestRequest += 1);
		const late = new Promise<never>((_, reject) => setTimeout(reject, LOAD_TIMEOUT_MS));
		try {
			await Promise.race([preloadCode(to.url.pathname), late]);
		} catch {
			this.missing = true;
			return;
		}
		this.#fetched.add(id);
		if (mine !== this.#latestRequest) return;
		go(navigation);
	}
}

/** Where a person was held back from. */
function go({ from, to, delta }: PendingNavigation): void {
	if (delta !== undefined) history.go(delta);
	// The one screen that only leads to another must not stay behind for the back button.
	else if (to) void goto(to.url, { replaceState: from?.route.id === '/saved' });
}
