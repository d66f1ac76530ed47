import { afterAll, beforeAll, expect, test } from 'vitest';
import { footageScript, sealedFootage } from '../fixtures/footage.ts';
import { pathOf } from '../support/programs.ts';
import { startRelay, type Relay } from './support/launch.ts';
import { launchWebKit, type WebKit } from './support/webkit.ts';

/** WebKitGTK records nothing (no encoder), but opens and plays what another browser recorded. */
let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
});

/** Polls in the page: a WebDriver script that ends when an expression is true, or after 20 s. */
async function holds(webkit: WebKit, expression: string): Promise<void> {
	const ended = await webkit.wait(`const done = arguments[arguments.length - 1];
const began = Date.now();
(function look() {
	if (${expression}) done('yes');
	else if (Date.now() - began > 20000) done(document.body.innerText);
	else setTimeout(look, 50);
})();`);
	expect(ended, expression).toBe('yes');
}

const WALL = `Number(document.querySelector('[data-wall-ms]')?.dataset.wallMs)`;

test('WebKitGTK plays the footage of version 1', async ({ skip }) => {
	if (!pathOf('webkit') || !pathOf('xvfb'))
		skip('this machine has no WebKitGTK with a display, and it could not be installed');
	const webkit = await launchWebKit();
	try {
		const footage = sealedFootage();
		// A page of this origin on which the app does not run.
		await webkit.open(`${relay.address}/favicon.svg`);
		expect(await webkit.wait(footageScript())).toBe(null);
		await webkit.open(`${relay.address}/`);
		await holds(webkit, `document.querySelector('main a[href*="${footage.camera}"]')`);
		await webkit.click(`main a[href*="${footage.camera}"]`);
		await holds(webkit, `${WALL} > 0`);
		expect(await webkit.run(`return document.querySelector('h1').textContent`)).toBe(footage.name);
		await webkit.click('[aria-label="Back 10 seconds"]');
		await holds(webkit, `Math.abs(${WALL} - ${footage.fromMs}) < 100`);
		await webkit.click('[aria-label="Play"]');
		await holds(webkit, `${WALL} >= ${footage.fromMs + 2500}`);
	} finally {
		await webkit.close();
	}
});
