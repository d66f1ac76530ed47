import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { playerRegion } from './user-steps.ts';

/**
 * Waits for a live picture by this path, as long as a second attempt takes (LV3). Throws with what
 * is there instead.
 */
export async function waitForLivePath(page: Page, path: string, timeout = 75_000): Promise<void> {
	try {
		await page
			.locator(`[data-state="live"][data-path="${path}"]`)
			.waitFor({ state: 'attached', timeout });
	} catch (error) {
		const [state, way] = await Promise.all([
			playerRegion(page).getAttribute('data-state'),
			playerRegion(page).getAttribute('data-path'),
		]);
		const said = await page.locator('main').innerText();
		throw new Error(`not live ${path} but ${String(state)} ${String(way)}: ${said}`, {
			cause: error,
		});
	}
}

/** Expects the visible picture to move and not to be black. */
export async function expectMovingPicture(page: Page): Promise<void> {
	const seen = () =>
		page.evaluate(() => {
			const pane = [
				...document.querySelectorAll<HTMLVideoElement | HTMLCanvasElement>('video, canvas'),
			].find((one) => one.checkVisibility({ visibilityProperty: true }) && one.clientWidth > 200);
			if (!pane) return '';
			const small = new OffscreenCanvas(64, 36);
			const pen = small.getContext('2d');
			pen?.drawImage(pane, 0, 0, 64, 36);
			const data = pen?.getImageData(0, 0, 64, 36).data ?? [];
			return data.some((value, at) => at % 4 !== 3 && value > 40) ? [...data].join() : '';
		});
	await expect.poll(seen).not.toBe('');
	const first = await seen();
	await expect.poll(async () => ['', first].includes(await seen())).toBe(false);
}
