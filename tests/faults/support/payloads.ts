/** Would run if taken for markup, for an address or for code; `__xss(n)` reports it. */
const BARE = (run: string): readonly string[] => [
	`<script>${run}</script>`,
	`<img src=x onerror=${run}>`,
	`<svg onload=${run}>`,
	`<svg><script>${run}</script></svg>`,
	`<iframe srcdoc="<script>parent.${run}</script>">`,
	`<iframe src=javascript:parent.${run}>`,
	`<a href="javascript:${run}" autofocus>x</a>`,
	`<details open ontoggle=${run}>`,
	`<input autofocus onfocus=${run}>`,
	`<video><source onerror=${run}></video>`,
	`<math><mtext><table><mglyph><style><img src onerror=${run}>`,
	`<style>@import'data:text/css,*{x:expression(${run})}'</style>`,
	`<object data="data:text/html,<script>${run}</script>">`,
	`<embed src="javascript:${run}">`,
	`<form action=javascript:${run}><button autofocus>`,
	`<meta http-equiv=refresh content="0;javascript:${run}">`,
	`<base href="javascript:${run}//">`,
	`<link rel=stylesheet href="javascript:${run}">`,
	`<marquee onstart=${run}>x</marquee>`,
	`<template><script>${run}</script></template>`,
	`javascript:${run}`,
	`data:text/html,<script>${run}</script>`,
	'${' + run + '}',
	`{{constructor.constructor('${run}')()}}`,
	`{@html '<img src onerror=${run}>'}`,
	`&lt;img src=x onerror=${run}&gt;`,
	`\\u003cimg src=x onerror=${run}\\u003e`,
	`%3Cimg%20src=x%20onerror=${run}%3E`,
	`');${run};('`,
	`"];${run};//`,
];

/** Ways to break out of the surrounding context. */
const AROUND: readonly (readonly [string, string])[] = [
	['', ''],
	['">', '<"'],
	["'>", "<'"],
	['</title>', ''],
	['</textarea>', '<textarea>'],
	['</script>', '<script>'],
	['-->', '<!--'],
	[']]>', '<![CDATA['],
	['</option></select>', ''],
	['\u202e', '\u202c'],
];

export interface Payload {
	readonly text: string;
	/** The argument of `__xss`. */
	readonly n: number;
}

/** 300 payloads; fewer are sampled evenly. */
export function payloads(count: number): Payload[] {
	const all = AROUND.flatMap(([before, behind], way) =>
		BARE('__xss(0)').map((_, kind) => {
			const n = way * 100 + kind;
			return { text: `${before}${BARE(`__xss(${n})`)[kind] ?? ''}${behind}`, n };
		}),
	);
	return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]!);
}
