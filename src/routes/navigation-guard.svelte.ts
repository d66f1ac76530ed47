import { afterNavigate, beforeNavigate, goto, preloadCode } from '$app/navigation';
import { SvelteSet } from 'svelte/reactivity';
import type { LeaveGuard } from '#state/app/leave-guard.svelte.ts';

type PendingNavigation = Parameters<Parameters<typeof beforeNavigate>[0]>[0];

const LOAD_TIMEOUT_MS = 15_000;

/**
 * While `mustStay`, loads the target's chunks before navigating: Kit itself answers a missing chunk
 * by reloading the page, which would end the recording. Construct it in a component.
 */
export class NavigationGuard {
	/** A chunk did not load. */
	missing = $state(false);
	readonly #fetched = new SvelteSet<string>();
	/** The latest navigation request: an older one that resolves late is ignored. */
	#latestRequest = 0;

	/** `leaveGuard`: what leaving would lose. */
	constructor(mustStay: () => boolean, leaveGuard: () => LeaveGuard | null) {
		beforeNavigate((navigation) => {
			const lost = leaveGuard();
			if (lost?.loses) {
				// When the page itself unloads, the browser asks.
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

/** Continues a navigation that was held back. */
function go({ from, to, delta }: PendingNavigation): void {
	if (delta !== undefined) history.go(delta);
	// A redirecting screen must not stay in the history for the back button.
	else if (to) void goto(to.url, { replaceState: from?.route.id === '/saved' });
}
