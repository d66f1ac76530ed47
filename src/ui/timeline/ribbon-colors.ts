/** Colours of the page's theme, as a canvas takes them. */
export interface RibbonColors {
	readonly footage: string;
	readonly ink: string;
	readonly quiet: string;
	readonly line: string;
	readonly sunk: string;
	readonly pin: string;
	readonly paper: string;
	readonly hatch: string;
}

const NAMES: Readonly<Record<keyof RibbonColors, string>> = {
	footage: '--ribbon-footage',
	ink: '--ribbon-ink',
	quiet: '--ribbon-quiet',
	line: '--ribbon-line',
	sunk: '--ribbon-sunk',
	pin: '--ribbon-pin',
	paper: '--ribbon-paper',
	hatch: '--ribbon-hatch',
};

/**
 * Tells the colours that an element's `--ribbon-…` properties have, now and whenever theme or
 * forced colours change. Returns what stops it.
 */
export function watchRibbonColors(
	element: HTMLElement,
	changed: (colors: RibbonColors) => void,
): () => void {
	// A canvas resolves no `light-dark()` or system colour of the page; a probe's colour is resolved.
	const probe = document.createElement('i');
	probe.style.display = 'none';
	probe.style.setProperty('forced-color-adjust', 'none');
	element.append(probe);
	const resolved = (name: keyof RibbonColors): string => {
		probe.style.color = `var(${NAMES[name]})`;
		return getComputedStyle(probe).color;
	};
	const tell = (): void =>
		changed({
			footage: resolved('footage'),
			ink: resolved('ink'),
			quiet: resolved('quiet'),
			line: resolved('line'),
			sunk: resolved('sunk'),
			pin: resolved('pin'),
			paper: resolved('paper'),
			hatch: resolved('hatch'),
		});
	const looks = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('(forced-colors: active)')];
	for (const look of looks) look.addEventListener('change', tell);
	const chosen = new MutationObserver(tell);
	chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
	tell();
	return () => {
		for (const look of looks) look.removeEventListener('change', tell);
		chosen.disconnect();
		probe.remove();
	};
}
