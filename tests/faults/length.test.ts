import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay } from '../e2e/house.ts';
import { becomeCamera, escaped, record, recording, stop } from '../e2e/person.ts';
import { chainOf, savedAtLeast, storedRuns } from '../e2e/stored.ts';
import { SOAK } from './counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

const SECONDS = SOAK ? 600 : 20;

test(`${String(SECONDS)} s of recording at 720p lose nothing: durations add up to wall time within a frame per run`, async () => {
	const context = await launchChromium({});
	const page = await context.newPage();
	const errors = escaped(page);
	await becomeCamera(page, relay.address);
	await record(page);
	await savedAtLeast(page, SECONDS, (SECONDS + 60) * 1000);
	await recording(page);
	await stop(page);
	const runs = await storedRuns(page);
	expect(runs).toHaveLength(1);
	const [run] = runs;
	if (!run) throw new Error('no run');
	// chainOf proves that none is missing; the entries prove that they lie end to end.
	await chainOf(page, run);
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
	const { parseEntries } = await import('#domain/index-page.ts');
	const entries = spans.flatMap((bytes) => parseEntries(new Uint8Array(bytes)));
	expect(entries).toHaveLength(run.lastSeq);
	const total = entries.reduce((sum, entry) => sum + entry.durationUs, 0);
	expect(Math.abs(total - (run.endUs - run.startUs))).toBeLessThanOrEqual(frameUs);
	expect(Math.abs(run.startUs - run.anchorUs)).toBeLessThanOrEqual(frameUs);
	expect(errors).toEqual([]);
	await context.close();
});
