import type { Page } from 'playwright-core';

/** A small phone at twice the text size (WCAG 1.4.4 and 1.4.10). */
const SMALL = { width: 320, height: 640 };

/**
 * What is outside of such a screen, cut off, or covers too much of it. Restores the page
 * afterwards.
 */
export async function overflowsAtSmallSize(page: Page): Promise<string[]> {
	const before = page.viewportSize();
	await page.setViewportSize(SMALL);
	const found = await page.evaluate(async () => {
		const root = document.documentElement;
		root.style.fontSize = '200%';
		// Gives the ribbon, and whatever else measures itself, time to draw.
		for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
		const scrolls = (one: Element): boolean =>
			one.parentElement !== null &&
			one.parentElement !== document.body &&
			(/auto|scroll/.test(getComputedStyle(one.parentElement).overflowX) ||
				scrolls(one.parentElement));
		const name = (one: Element): string => {
			const { left, right } = one.getBoundingClientRect();
			return `${one.outerHTML.slice(0, 90)} [${Math.round(left)} to ${Math.round(right)}]`;
		};
		const told: string[] = [];
		if (root.scrollWidth > innerWidth) told.push(`the page is ${root.scrollWidth} px wide`);
		for (const one of document.body.querySelectorAll('*')) {
			if (one.closest('.ribbon, .hidden-text, #svelte-announcer, svg *, video, canvas, option'))
				continue;
			const style = getComputedStyle(one);
			const { left, right, width, height } = one.getBoundingClientRect();
			if (width === 0 || height === 0 || style.visibility === 'hidden') continue;
			if ((right > innerWidth + 1 || left < -1) && !scrolls(one))
				told.push(`outside: ${name(one)}`);
			const text = [...one.childNodes].some(
				(node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
			);
			const clips = /hidden|clip/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
			if (text && clips) told.push(`cut off: ${name(one)}`);
			if (/fixed|sticky/.test(style.position) && height > innerHeight / 3 && !one.closest('dialog'))
				told.push(`in the way: ${name(one)}, ${Math.round(height)} px high`);
		}
		root.style.fontSize = '';
		return told;
	});
	if (before) await page.setViewportSize(before);
	return found;
}
