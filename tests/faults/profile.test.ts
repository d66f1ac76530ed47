import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	openSaved,
	playFor,
	startRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments } from '../e2e/support/stored-footage.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
const profile = mkdtempSync(join(tmpdir(), 'spy-cam-profile-'));
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
	rmSync(profile, { recursive: true, force: true });
});

const NAME = 'Zwetschgendarre am Hinterhof';
const WINDOW = 32;

function files(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}

/** Windows that must be video data: enough different bytes to rule out chance. */
function windowsOf(fragment: Buffer): Buffer[] {
	const found: Buffer[] = [];
	for (let at = 0; at + WINDOW <= fragment.length; at += 2048) {
		const window = fragment.subarray(at, at + WINDOW);
		if (new Set(window).size >= 20) found.push(window);
	}
	return found;
}

test('T8 the profile folder contains no readable video data and no name', async () => {
	const context = await launchChromium({ profile, more: { serviceWorkers: 'allow' } });
	await context.addInitScript(() => {
		const Real = window.MediaRecorder;
		const kept: Blob[] = [];
		window.MediaRecorder = class extends Real {
			constructor(stream: MediaStream, options?: MediaRecorderOptions) {
				super(stream, options);
				super.addEventListener('dataavailable', (event) => void kept.push(event.data));
			}
		};
		Object.assign(window, {
			plainFootage: async () => {
				const texts: string[] = [];
				for (const blob of kept) {
					const bytes = new Uint8Array(await blob.arrayBuffer());
					let text = '';
					for (let at = 0; at < bytes.length; at += 0x8000)
						text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
					texts.push(btoa(text));
				}
				return texts;
			},
		});
	});
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await page.getByRole('textbox', { name: /name/i }).fill(NAME);
	await page.getByRole('textbox', { name: /name/i }).blur();
	await startRecording(page);
	await waitForSegments(page, 8);
	await stopRecording(page);
	const plain = await page.evaluate(() =>
		(window as unknown as { plainFootage: () => Promise<string[]> }).plainFootage(),
	);
	await openSaved(page, relay.address);
	await page.getByText(NAME).first().waitFor();
	await page.getByRole('button', { name: 'Back 10 seconds' }).click();
	await playFor(page, 2000);
	// Positive control, stored unencrypted: a scan that finds nothing at all proves nothing.
	await page.evaluate(() => localStorage.setItem('marker', 'Spiegelei-0815'));
	await context.close();

	const windows = plain.flatMap((text) => windowsOf(Buffer.from(text, 'base64')));
	expect(windows.length).toBeGreaterThan(30);
	const hits: string[] = [];
	let scanned = 0;
	let sealed = 0;
	let markers = 0;
	for (const file of files(profile)) {
		if (statSync(file).size === 0) continue;
		const bytes = readFileSync(file);
		scanned += bytes.length;
		if (bytes.includes('SPYC')) sealed++;
		if (bytes.includes('Spiegelei-0815')) markers++;
		for (const window of windows) if (bytes.includes(window)) hits.push(`${file}: movie data`);
		for (const encoding of ['utf8', 'utf16le'] as const)
			if (bytes.includes(Buffer.from(NAME, encoding))) hits.push(`${file}: the name (${encoding})`);
	}
	expect(hits).toEqual([]);
	// Proves that the scan looked in the right place.
	expect(sealed).toBeGreaterThan(0);
	expect(markers).toBeGreaterThan(0);
	expect(scanned).toBeGreaterThan(1_000_000);
});
