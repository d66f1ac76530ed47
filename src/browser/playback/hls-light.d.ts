/** The light build ships no types; they are those of the full build. */
declare module 'hls.js/light' {
	import type * as full from 'hls.js';
	const hls: typeof full;
	export = hls;
}
