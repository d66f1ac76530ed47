import type { IndicatorState } from '#ports/app/indicator-state.ts';

/** `rounded`: a tile with a margin. `full`: edge to edge, for systems that apply their own mask. */
type IconShape = 'rounded' | 'full';

const DOT_COLOR: Readonly<Record<Exclude<IndicatorState, 'off'>, string>> = {
	recording: '#e5322d',
	blind: '#f0b429',
};

/**
 * The app's logo, a lens, as a 64-unit SVG. One drawing for the tab icon, app icons and splash
 * screens.
 */
export function appIconSvg(state: IndicatorState, shape: IconShape = 'rounded'): string {
	const tile =
		shape === 'rounded'
			? '<rect width="64" height="64" rx="15" fill="#0b6b66"/>'
			: '<path fill="#0b6b66" d="M0 0h64v64H0z"/>';
	// Within the middle 80 %: the safe zone of a maskable icon.
	const lens =
		'<circle cx="32" cy="32" r="21" fill="#faf8f5"/>' +
		'<circle cx="32" cy="32" r="16" fill="#0d2b2a"/>' +
		'<circle cx="32" cy="32" r="9" fill="#4fd1c5"/>' +
		'<circle cx="32" cy="32" r="4" fill="#0d2b2a"/>' +
		'<circle cx="37" cy="27" r="2.2" fill="#faf8f5"/>';
	const dot =
		state === 'off'
			? ''
			: `<circle cx="48" cy="16" r="14" fill="${DOT_COLOR[state]}" stroke="#fff" stroke-width="3"/>`;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${tile}${lens}${dot}</svg>`;
}
