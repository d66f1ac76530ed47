import { parseUserAgent } from '#domain/recording/user-agent.ts';
import { trustStyle } from './trust-style.ts';
import {
	TRUST_SYSTEMS,
	TRUST,
	type DrawnDialog,
	type TrustSystem,
	type TrustLanguage,
	type TrustWords,
} from './trust-words.ts';

/** What the page depends on. */
export interface TrustPageOptions {
	readonly language: TrustLanguage;
	/** `User-Agent`. */
	readonly agent: string;
	/** The requested screen at the secure address. */
	readonly secure: string;
	/** The same screen at the address this page was reached by, if different. */
	readonly instead: string | null;
	/** The app on this machine, no trust needed; `null`: the client is another device. */
	readonly here: string | null;
	/** The authority's fingerprint, in lines as in the terminal. */
	readonly fingerprint: readonly string[];
}

/**
 * Keeps the fragment (a code or an invitation), which never leaves the device. Also tells iPads,
 * which may claim to be Macs, apart.
 */
export const trustScript = `for (const a of document.querySelectorAll('a[data-keep]')) a.hash = location.hash;
if (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1) document.querySelector('#ios')?.setAttribute('open', '');`;

/** The system whose steps come first. */
export function trustSystemOf(agent: string): TrustSystem | null {
	const { browser, system } = parseUserAgent(agent);
	if (system === 'android' || system === 'ios') return system;
	if (browser === 'Firefox') return 'firefox';
	return system === 'chromeos' ? 'linux' : system;
}

/** As in the app's icon (`static/favicon.svg`): this page may load nothing. */
const MARK = `<svg aria-hidden="true" viewBox="0 0 64 64"><rect width="64" height="64" rx="15" fill="#0b6b66"/><g transform="translate(-4.8 -4.8) scale(1.15)"><path d="M32 14 49 28v19H15V28Z" fill="#faf8f5" stroke="#faf8f5" stroke-width="6" stroke-linejoin="round"/><circle cx="32" cy="36" r="10" fill="#0b6b66"/><circle cx="35.5" cy="32.5" r="3" fill="#faf8f5"/></g></svg>`;

/** RL35 */
export function trustPage(asked: TrustPageOptions): string {
	const { language, secure, instead, here, fingerprint } = asked;
	const say = TRUST[language];
	const own = trustSystemOf(asked.agent);
	const others = TRUST_SYSTEMS.filter((kind) => kind !== own);
	const name = new URL(secure).host;
	const step = (n: number): string => `<p class="step">${say.stepOf(n, 3)}</p>`;
	const fallback =
		instead === null
			? ''
			: `<details><summary>${escaped(say.unfound(new URL(secure).hostname))}</summary>
<p>${escaped(say.instead('\n')).replace('\n', `<a data-keep href="${escaped(instead)}">${escaped(new URL(instead).origin)}</a>`)}</p>
<p class="quiet">${escaped(say.insteadWhy)}</p></details>`;
	return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(say.title)}</title><style>${trustStyle}</style></head><body>
<header><p class="brand">${MARK}Spy-cam</p><a data-keep href="?language=${say.other.language}" lang="${say.other.language}">${say.other.name}</a></header>
<main><div class="intro"><h1>${escaped(say.title)}</h1><p>${escaped(say.lead)}</p></div>
${here === null ? '' : `<section class="card"><p>${escaped(say.here)}</p><a class="button" data-keep href="${escaped(here)}">${escaped(new URL(here).origin)}</a></section>`}
<section class="card">${step(1)}<h2>${escaped(say.get)}</h2>
<a class="button" href="${fileFor(own)}">${escaped(say.get)}</a><p class="quiet">${escaped(say.getNote)}</p></section>
<section class="card">${step(2)}<h2>${escaped(say.accept)}</h2>
${own === null ? '' : `<h3>${escaped(say.kinds[own].name)}</h3>${stepsOf(say, own)}`}
<h3>${escaped(say.compare)}</h3><pre>${escaped(fingerprint.join('\n'))}</pre>
<p class="quiet">${escaped(say.compareWhy)}</p></section>
<section class="card">${step(3)}<h2>${escaped(say.open)}</h2>
<a class="button" data-keep href="${escaped(secure)}">${escaped(say.open)}</a>
<p class="quiet">${escaped(name)}</p><p>${escaped(say.next)}</p><p class="quiet">${escaped(say.last)}</p>${fallback}</section>
<section class="other"><h2>${escaped(say.others)}</h2><div>${others
		.map(
			(kind) =>
				`<details id="${kind}"${own === null ? ' open' : ''}><summary>${escaped(say.kinds[kind].name)}</summary>
<p><a href="${fileFor(kind)}">${escaped(say.get)}</a></p>${stepsOf(say, kind)}</details>`,
		)
		.join('')}</div></section>
<div><details><summary>${escaped(say.why)}</summary>${say.because.map((text) => `<p>${escaped(text)}</p>`).join('')}</details>
<details><summary>${escaped(say.remove)}</summary><ul>${TRUST_SYSTEMS.map(
		(kind) => `<li>${escaped(`${say.kinds[kind].name}: ${say.kinds[kind].remove}`)}</li>`,
	).join('')}</ul></details></div>
</main><script>${trustScript}</script></body></html>
`;
}

function fileFor(kind: TrustSystem | null): string {
	return `/trust/spy-cam.${kind === 'ios' ? 'mobileconfig' : 'crt'}`;
}

function stepsOf(say: TrustWords, kind: TrustSystem): string {
	const items = say.kinds[kind].steps.map((step) =>
		typeof step === 'string' ? `<li>${escaped(step)}` : drawnDialog(step),
	);
	// A picture belongs to the step before it.
	return `<ol>${items.join('').replaceAll('<li>', '</li><li>').replace('</li>', '')}</li></ol>`;
}

function drawnDialog({ title, lines, set }: DrawnDialog): string {
	const sign = set.how === 'press' ? '' : '<i></i>';
	const text = `<span>${escaped(set.text)}</span>`;
	return `<figure><h3>${escaped(title)}</h3>${lines.map((line) => `<p class="quiet">${escaped(line)}</p>`).join('')}
<div class="set ${set.how}">${set.how === 'on' ? text + sign : sign + text}</div></figure>`;
}

function escaped(text: string): string {
	return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
