/**
 * The app's tokens and shapes (src/app.css), as far as this page needs them; a test keeps both in
 * sync.
 */
export const trustStyle = `
:root {
	color-scheme: dark light;
	--paper: light-dark(#faf8f5, #141211);
	--card: light-dark(#ffffff, #1f1c1a);
	--sunk: light-dark(#efebe5, #0c0b0a);
	--line: light-dark(#d9d2c9, #3a3531);
	--ink: light-dark(#1d1a17, #f3efea);
	--quiet: light-dark(#665e56, #aaa199);
	--press: light-dark(#0b6b66, #4fd1c5);
	--on-press: light-dark(#ffffff, #06201e);
	--press-soft: light-dark(#e1f0ee, #17312f);
	--round: 12px;
	font-family: system-ui, sans-serif;
	line-height: 1.5;
	color: var(--ink);
	background: var(--paper);
	-webkit-text-size-adjust: 100%;
}
*, *::before { box-sizing: border-box; }
body { margin: 0; overflow-wrap: break-word; }
header, main { display: grid; gap: 16px; max-inline-size: 44rem; margin-inline: auto; padding: 20px 16px; }
header { display: flex; justify-content: space-between; align-items: center; padding-block-end: 0; }
main { gap: 24px; padding-block-end: 64px; }
h1, h2, h3, p, ol, ul, pre, figure { margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 600; }
h3 { font-size: 1rem; font-weight: 600; }
a { color: var(--press); }
:focus-visible { outline: 3px solid var(--press); outline-offset: 2px; border-radius: 6px; }
.brand { display: flex; gap: 12px; align-items: center; font-weight: 650; }
.brand svg { inline-size: 32px; block-size: 32px; }
header a { line-height: 44px; }
.intro, .card, .other { display: grid; gap: 12px; }
.card { padding: 20px; border: 1px solid var(--line); border-radius: var(--round); background: var(--card); }
.card > *, .other > * { min-inline-size: 0; }
.step { color: var(--quiet); font-size: 0.875rem; font-weight: 600; }
.quiet { color: var(--quiet); font-size: 0.875rem; }
ol, ul { display: grid; gap: 12px; padding-inline-start: 24px; }
.button { display: inline-flex; justify-self: start; align-items: center; min-block-size: 48px; padding: 8px 20px; border-radius: var(--round); background: var(--press); color: var(--on-press); font-weight: 600; text-decoration: none; }
.button:hover { filter: brightness(1.08); }
pre { inline-size: fit-content; max-inline-size: 100%; padding: 12px 16px; border-radius: var(--round); background: var(--sunk); font: 600 0.9375rem/1.7 ui-monospace, monospace; white-space: pre-wrap; }
figure { display: grid; gap: 8px; max-inline-size: 24rem; margin-block-start: 4px; padding: 16px; border: 1px solid var(--line); border-radius: var(--round); background: var(--sunk); }
figure .set { display: flex; gap: 12px; align-items: center; justify-content: space-between; padding: 10px 12px; border: 2px solid var(--press); border-radius: 8px; background: var(--card); font-weight: 600; }
figure .set.tick, figure .set.choose { justify-content: start; }
figure i { flex: none; position: relative; }
.on i { inline-size: 44px; block-size: 26px; border-radius: 99px; background: var(--press); }
.on i::before { position: absolute; inset: 3px 3px auto auto; inline-size: 20px; block-size: 20px; border-radius: 50%; background: var(--on-press); content: ''; }
.tick i { inline-size: 20px; block-size: 20px; border-radius: 4px; background: var(--press); }
.tick i::before { position: absolute; inset: 2px auto auto 7px; inline-size: 6px; block-size: 12px; border: solid var(--on-press); border-width: 0 2px 2px 0; rotate: 45deg; content: ''; }
.choose i { inline-size: 20px; block-size: 20px; border: 6px solid var(--press); border-radius: 50%; }
details { border-block-start: 1px solid var(--line); }
details:last-of-type { border-block-end: 1px solid var(--line); }
summary { padding-block: 10px; color: var(--press); font-weight: 600; cursor: pointer; }
details > * + * { margin-block-end: 12px; }
details > :last-child { margin-block-end: 20px; }
`;
