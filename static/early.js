// Runs before all other code (src/app.html): what stands behind `#` of a pairing link, an
// invitation or a recovery kit is secret, so it leaves the address at once and is handed out once.
// docs/spec/pairing.md, "Codes".
(() => {
	// The page says that it is at the wrong place, unless this runs (docs/spec/app.md, AP22).
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
	// A link opened in a tab that is here already changes nothing but the hash.
	addEventListener(
		'hashchange',
		(event) => {
			// Whatever else starts just now may have written the address since.
			if (!take(new URL(event.newURL).hash)) return;
			event.stopImmediatePropagation();
			for (const listener of listeners) listener();
		},
		true,
	);
	const launchLink = {
		/** 'invite', 'kit', 'code' or null: what waits to be taken. */
		pending: () => {
			if (given === null) return null;
			return given.startsWith('invite.') ? 'invite' : /^k[12]\./.test(given) ? 'kit' : 'code';
		},
		/** Once. */
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
