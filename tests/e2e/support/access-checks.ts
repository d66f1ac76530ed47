import type { Page } from 'playwright-core';

/** What has the focus: its element and its text. */
export function focusOf(page: Page): Promise<string> {
	return page.evaluate(() => {
		const at = document.activeElement;
		return `${at?.tagName ?? ''} ${at?.textContent.trim() ?? ''}`;
	});
}

/** AP26: fields whose border stands out less than 3 : 1 from what is on either side of it. */
export function faintFields(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
		const context = canvas.getContext('2d', { willReadFrequently: true });
		const light = (colour: string): number => {
			if (!context) throw new Error('no canvas');
			context.clearRect(0, 0, 1, 1);
			context.fillStyle = colour;
			context.fillRect(0, 0, 1, 1);
			const [r = 0, g = 0, b = 0] = [...context.getImageData(0, 0, 1, 1).data].map((part) => {
				const share = part / 255;
				return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
			});
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const ratio = (one: string, other: string): number => {
			const [a, b] = [light(one), light(other)];
			return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		};
		const behind = (element: Element | null): string => {
			for (let at = element; at; at = at.parentElement) {
				const { backgroundColor } = getComputedStyle(at);
				if (!/rgba\(.*, 0\)|transparent/.test(backgroundColor)) return backgroundColor;
			}
			return getComputedStyle(document.documentElement).backgroundColor;
		};
		// A select that is drawn as a button is read by its words.
		const fields =
			'input:not([type=radio], [type=checkbox], [type=range]), select:not(.button), textarea';
		return [...document.querySelectorAll(fields)].flatMap((field) => {
			const { borderTopColor, display } = getComputedStyle(field);
			if (display === 'none') return [];
			const least = Math.min(
				ratio(borderTopColor, behind(field)),
				ratio(borderTopColor, behind(field.parentElement)),
			);
			return least >= 3 ? [] : [`${field.outerHTML.slice(0, 90)}: ${least.toFixed(2)} : 1`];
		});
	});
}

/**
 * AP26: what looks the same on and off in the system's colours: the current page of the main menu,
 * a pressed button, a switch; and a dot or a square that is not to be seen at all.
 */
export async function lostInForcedColours(page: Page): Promise<string[]> {
	await page.emulateMedia({ forcedColors: 'active' });
	const lost = await page.evaluate(() => {
		const paintOf = (element: Element, part?: string): string =>
			getComputedStyle(element, part).backgroundColor;
		const found: string[] = [];
		const [current, other] = [true, false].map((here) =>
			document.querySelector(`nav a${here ? '[aria-current]' : ':not([aria-current])'}`),
		);
		if (current && other && paintOf(current) === paintOf(other)) found.push('the current page');
		for (const button of document.querySelectorAll('[aria-pressed=true]'))
			if (paintOf(button) === paintOf(document.documentElement)) found.push('a pressed button');
		for (const one of document.querySelectorAll('input[role=switch]'))
			if (paintOf(one) === paintOf(one, '::after')) found.push('the knob of a switch');
		for (const sign of document.querySelectorAll('.dot, .square'))
			if (sign.parentElement && paintOf(sign) === paintOf(sign.parentElement))
				found.push(`a sign in ${sign.parentElement.outerHTML.slice(0, 60)}`);
		return found;
	});
	await page.emulateMedia({ forcedColors: 'none' });
	return lost;
}
