import type { IndicatorState } from '#ports/app/indicator-state.ts';

/** `rounded`: a tile with a margin. `full`: edge to edge, for systems that apply their own mask. */
type IconShape = 'rounded' | 'full';

const DOT_COLOR: Readonly<Record<Exclude<IndicatorState, 'off'>, string>> = {
	recording: '#e5322d',
	blind: '#f0b429',
};

/**
 * The app's mark, a house with a lens for a window, as a 64-unit SVG: three shapes, so that it is
 * itself at 16 px. One drawing for the tab icon, app icons and splash screens; the trust page has a
 * copy of it.
 */
export function appIconSvg(state: IndicatorState, shape: IconShape = 'rounded'): string {
	const house =
		'<path d="M32 14 49 28v19H15V28Z" fill="#faf8f5" stroke="#faf8f5" stroke-width="6" stroke-linejoin="round"/>' +
		'<circle cx="32" cy="36" r="10" fill="#0b6b66"/>' +
		'<circle cx="35.5" cy="32.5" r="3" fill="#faf8f5"/>';
	// As it is drawn it fits the safe zone of a maskable icon, the middle 80 %.
	const drawing =
		shape === 'rounded'
			? `<rect width="64" height="64" rx="15" fill="#0b6b66"/><g transform="translate(-4.8 -4.8) scale(1.15)">${house}</g>`
			: `<path fill="#0b6b66" d="M0 0h64v64H0z"/>${house}`;
	const dot =
		state === 'off'
			? ''
			: `<circle cx="48" cy="16" r="14" fill="${DOT_COLOR[state]}" stroke="#fff" stroke-width="3"/>`;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${drawing}${dot}</svg>`;
}
