import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barePage, type BarePage } from '../e2e/bare-page.ts';
import { launchChromium, temporaryFolder } from '../e2e/house.ts';
import { roomFragments } from '../fixtures/fragments.ts';
import type {} from '../fixtures/pages/record.ts';

const name = 'Zwetschgenkammer-4711';
const WINDOW_BYTES = 24;

/** Every file of a browser profile, after the browser was closed. */
function filesOf(folder: string): Buffer[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((file) => join(folder, file))
		.filter((file) => statSync(file).isFile())
		.map((file) => readFileSync(file));
}

describe('what lies in the profile of a browser that recorded', () => {
	const { init, fragments } = roomFragments(5);
	const profile = temporaryFolder();
	let served: BarePage;
	let files: Buffer[];

	beforeAll(async () => {
		served = await barePage(fileURLToPath(new URL('../fixtures/pages/record.ts', import.meta.url)));
		const context = await launchChromium({ profile });
		const page = await context.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'record' in window);
		const state = await page.evaluate((recipe) => window.record(recipe), {
			strength: 'sealed',
			name,
			nowMs: Date.now(),
			anchorUs: Date.now() * 1000,
			mime: 'video/mp4; codecs="avc1.42C00D"',
			init: init.toString('base64'),
			fragments: fragments.map(({ bytes, ...times }) => ({
				...times,
				bytes: bytes.toString('base64'),
			})),
		} as const);
		expect(state).toMatchObject({ kind: 'ready', strength: 'sealed', cameras: [{ name }] });
		// Something in clear on purpose: a scan that finds nothing at all proves nothing.
		await page.evaluate(() => localStorage.setItem('marker', 'Spiegelei-0815'));
		await context.close();
		files = filesOf(profile);
	});

	afterAll(() => served.close());

	function holders(needle: Buffer): number {
		return files.filter((file) => file.includes(needle)).length;
	}

	function written(text: string): number {
		return holders(Buffer.from(text, 'utf8')) + holders(Buffer.from(text, 'utf16le'));
	}

	it('the scan finds what is there in clear', () => {
		expect(written('Spiegelei-0815')).toBeGreaterThan(0);
		expect(holders(Buffer.from('SPYC\u0001\u0001', 'latin1'))).toBeGreaterThan(0);
	});

	it('ID20 no name', () => {
		expect(written(name)).toBe(0);
		expect(written(name.slice(0, 12))).toBe(0);
	});

	it('EN4 no window of the real movie data', () => {
		let windows = 0;
		for (const bytes of [init, ...fragments.map((fragment) => fragment.bytes)]) {
			const step = Math.max(WINDOW_BYTES, Math.floor(bytes.length / 40));
			for (let at = 0; at + WINDOW_BYTES <= bytes.length; at += step) {
				const needle = bytes.subarray(at, at + WINDOW_BYTES);
				if (new Set(needle).size < 12) continue;
				windows += 1;
				expect(holders(needle), `byte ${at}`).toBe(0);
			}
		}
		expect(windows).toBeGreaterThan(100);
	});
});
