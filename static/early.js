// Runs before all other code (src/app.html). The fragment of a pairing link, an invitation or a
// recovery kit is secret: it is removed from the address at once and handed out once.
// docs/spec/pairing.md, "Codes".
(() => {
	// Without this script the page shows what it needs to run (docs/spec/app.md, AP22).
	const astray = new MutationObserver(() => {
		const said = document.getElementById('astray');
		if (said === null) return;
		said.remove();
		astray.disconnect();
	});
	astray.observe(document, { childList: true, subtree: true });

	/** @type {string | null} */
	let given = null;
	/** @type {(() => void)[]} */
	const listeners = [];
	/** @param {string} hash */
	const take = (hash) => {
		if (!/^#([pnk][12]|[ac]2|invite)\./.test(hash)) return false;
		given = hash.slice(1);
		history.replaceState(history.state, '', location.pathname + location.search);
		return true;
	};
	take(location.hash);
	// A link opened in an existing tab of the app only changes the hash.
	addEventListener(
		'hashchange',
		(event) => {
			// Other code may have changed the address since: read the event's URL.
			if (!take(new URL(event.newURL).hash)) return;
			event.stopImmediatePropagation();
			for (const listener of listeners) listener();
		},
		true,
	);
	const launchLink = {
		/** 'invite', 'kit', 'code', or null when there is nothing to consume. */
		pending: () => {
			if (given === null) return null;
			return given.startsWith('invite.') ? 'invite' : /^k[12]\./.test(given) ? 'kit' : 'code';
		},
		/** Returns the fragment, once. */
		consume: () => {
			const once = given;
			given = null;
			return once;
		},
		/** @param {() => void} listener */
		on: (listener) => {
			listeners.push(listener);
		},
	};
	Object.defineProperty(globalThis, 'spycamLaunchLink', { value: Object.freeze(launchLink) });
})();
