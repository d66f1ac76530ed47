/** The light build says nothing about its types; they are those of the full one. */
declare module 'hls.js/light' {
	import type * as full from 'hls.js';
	const hls: typeof full;
	export = hls;
}
