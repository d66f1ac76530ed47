import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	startRecording,
	waitForRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { verifyChain, waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import { SOAK } from './support/counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

const SECONDS = SOAK ? 600 : 20;

declare global {
	interface Window {
		/** How often the page stalled for longer than 0.4 s. */
		stalls: number;
	}
}

function noteStalls(): void {
	window.stalls = 0;
	let lastMs = performance.now();
	setInterval(() => {
		if (performance.now() - lastMs > 400) window.stalls += 1;
		lastMs = performance.now();
	}, 50);
}

test(`${String(SECONDS)} s of recording at 720p lose nothing: durations add up to wall time to within a frame per run`, async () => {
	const context = await newContext();
	await context.addInitScript(noteStalls);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, SECONDS, (SECONDS + 60) * 1000);
	await waitForRecording(page);
	await stopRecording(page);
	const runs = await storedRuns(page);
	expect(runs).toHaveLength(1);
	const [run] = runs;
	if (!run) throw new Error('no run');
	// The chain proves that none is missing; the entries prove that they are contiguous.
	await verifyChain(page, run);
	const spans = await page.evaluate(async () => {
		const request = indexedDB.open('spycam-footage');
		const database = await new Promise<IDBDatabase>((done) => {
			request.onsuccess = () => done(request.result);
		});
		const all = database.transaction('pages').objectStore('pages').getAll();
		const pages = await new Promise<{ entries: Uint8Array | ArrayBuffer }[]>((done) => {
			all.onsuccess = () => done(all.result as { entries: Uint8Array }[]);
		});
		database.close();
		return pages.map((row) => Array.from(new Uint8Array(row.entries)));
	});
	expect(spans.length).toBeGreaterThan(0);
	const frameUs = 1_000_000 / 15;
	const { parseEntries } = await import('#domain/footage/index-page.ts');
	const entries = spans.flatMap((bytes) => parseEntries(new Uint8Array(bytes)));
	expect(entries).toHaveLength(run.lastSeq);
	// A picture that stalls for half a second makes a gap (RC5). Permitted only where the page itself
	// stalled.
	const gaps = entries
		.slice(1)
		.map((entry, at) => entry.startUs - entries[at]!.startUs - entries[at]!.durationUs)
		.filter((us) => us > 500_000);
	expect(gaps.length).toBeLessThanOrEqual(await page.evaluate(() => window.stalls));
	const total = [...gaps, ...entries.map(({ durationUs }) => durationUs)].reduce((a, b) => a + b);
	expect(Math.abs(total - (run.endUs - run.startUs))).toBeLessThanOrEqual(frameUs);
	expect(Math.abs(run.startUs - run.anchorUs)).toBeLessThanOrEqual(frameUs);
	expect(errors).toEqual([]);
	await context.close();
});
