/* eslint-disable @typescript-eslint/unbound-method -- prototypes are patched to watch the database */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { reserveBytesOf } from '#domain/storage/allowance.ts';
import { bundleModule } from '../../e2e/support/bare-page.ts';
import { launchChromium } from '../../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	waitForServiceWorker,
	waitForRecording,
	stopRecording,
} from '../../e2e/support/user-steps.ts';
import {
	verifyChain,
	storedPages,
	storedRuns,
	type StoredPage,
} from '../../e2e/support/stored-footage.ts';
import { roomFragments } from '../../fixtures/fragments.ts';
import type { Past } from '../../fixtures/pages/past.ts';

export const QUOTAS_MIB = [20, 50, 100] as const;
const MIB = 2 ** 20;
const PAST_MINUTES = 4;
/** Overhead of the database's own files. */
const FILES_BYTES = MIB;
const AFTER_SEGMENTS = 5;

export interface FullRound {
	/**
	 * Transactions that the browser refused, and the longest time from one to the next saved segment,
	 * in seconds.
	 */
	readonly refusals: number;
	readonly backS: number;
	/** From the first refusal until segments were saved again, and before it. */
	readonly full: Live;
	readonly before: Live;
	/** The longest time without a new frame on the screen. */
	readonly stillMs: number;
	/** Segments deleted by the rule, and those no rule accounts for. */
	readonly left: number;
	readonly unplanned: number;
	readonly holes: number;
	readonly errors: readonly string[];
}

/** Frames from the camera that reached neither screen nor encoder. */
export interface Live {
	readonly framesLost: number;
	readonly seconds: number;
}

interface Moment {
	readonly ms: number;
	readonly framesLost: number;
}

/** What the app's page records for the test, from outside the product. */
interface Noted {
	readonly refused: Moment[];
	readonly saved: Moment[];
	track: MediaStreamTrack | null;
	shownMs: number;
	stillMs: number;
}

/** Built once for all rounds. */
export async function makePast(): Promise<(page: Page, address: string) => Promise<void>> {
	const files = await bundleModule(
		fileURLToPath(new URL('../../fixtures/pages/past.ts', import.meta.url)),
	);
	const [main] = files.keys();
	return async (page, address) => {
		// Not a page of the app: the service worker ignores dotted names.
		await page.route(`${address}/past.html`, (route) =>
			route.fulfill({
				contentType: 'text/html',
				body: `<!doctype html><title>past</title><script type="module" src="${String(main)}"></script>`,
			}),
		);
		for (const [path, body] of files) {
			await page.route(`${address}${path}`, (route) =>
				route.fulfill({ contentType: 'text/javascript', body: Buffer.from(body) }),
			);
		}
		await page.goto(`${address}/past.html`);
		await page.waitForFunction(() => 'recordPast' in window);
	};
}

const film = roomFragments(5);
export const PAST: Omit<Past, 'useBytes' | 'reserveBytes'> = {
	mime: 'video/mp4; codecs="avc1.42C00D"',
	init: film.init.toString('base64'),
	fragments: film.fragments.map(({ bytes, ...times }) => ({
		...times,
		bytes: bytes.toString('base64'),
	})),
	minutes: PAST_MINUTES,
};

/**
 * A device whose store is filled with older footage up to a quota of `mib` MiB, and that keeps
 * recording until refused.
 */
export async function fullRound(
	address: string,
	mib: number,
	openPast: Awaited<ReturnType<typeof makePast>>,
): Promise<FullRound> {
	const context = await launchChromium({ more: { serviceWorkers: 'allow' } });
	try {
		const past = await context.newPage();
		await openPast(past, address);
		await context.addInitScript(note);
		const page = await context.newPage();
		const errors = collectPageErrors(page);
		// Before any write: Chromium caches the quota for thirty seconds.
		const quotaSize = mib * MIB;
		const session = await context.newCDPSession(page);
		const { origin } = new URL(address);
		await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
		await becomeCamera(page, address);
		await page.getByRole('combobox', { name: 'Quality' }).selectOption('high');
		await waitForServiceWorker(page);
		await past.evaluate((wish) => window.recordPast(wish), {
			...PAST,
			...{ useBytes: quotaSize - FILES_BYTES, reserveBytes: reserveBytesOf(quotaSize) },
		});
		const before = await storedPages(page);
		await page.getByRole('button', { name: 'Start recording' }).click();
		await page.evaluate(watchFrames);
		const startedMs = await page.evaluate(() => performance.now());
		await savedOrRefused(page);
		await past.evaluate((bytes) => window.askFor(bytes), quotaSize);
		await refusedAndOn(page);
		await session.send('Storage.overrideQuotaForOrigin', { origin });
		await stopRecording(page);
		const { refused, saved, stillMs } = await page.evaluate(() => {
			const noted = (window as unknown as { noted: Noted }).noted;
			return { refused: noted.refused, saved: noted.saved, stillMs: noted.stillMs };
		});
		const run = (await storedRuns(page)).at(-1);
		if (run?.firstSeq === 1) await verifyChain(page, run);
		const backOf = ({ ms }: Moment) => saved.find((one) => one.ms > ms)!;
		const [first, last] = [refused[0]!, backOf(refused.at(-1)!)];
		const live = (from: Moment, to: Moment): Live => ({
			framesLost: to.framesLost - from.framesLost,
			seconds: (to.ms - from.ms) / 1000,
		});
		return {
			refusals: refused.length,
			backS: Math.max(...refused.map((one) => backOf(one).ms - one.ms)) / 1000,
			full: live(first, last),
			before: live({ ms: startedMs, framesLost: 0 }, first),
			stillMs,
			...whatLeft(before, await storedPages(page)),
			// Stalls of a busy machine are not due to the full store.
			holes: run?.holes.filter(({ why }) => why !== 'stalled').length ?? Infinity,
			errors,
		};
	} finally {
		await context.close();
	}
}

/** During a run; on a slow machine the browser may have measured already. */
async function savedOrRefused(page: Page): Promise<void> {
	await page.waitForFunction(
		() => {
			const { refused, saved } = (window as unknown as { noted: Noted }).noted;
			return saved.length >= 2 || refused.length > 0;
		},
		null,
		{ timeout: 30_000 },
	);
}

/** Waits until the browser has refused, segments are saved again, and the screen says so. */
async function refusedAndOn(page: Page): Promise<void> {
	try {
		await page.waitForFunction(
			(segments) => {
				const { refused, saved } = (window as unknown as { noted: Noted }).noted;
				const last = refused.at(-1);
				return last !== undefined && saved.filter(({ ms }) => ms > last.ms).length >= segments;
			},
			AFTER_SEGMENTS,
			{ timeout: 60_000 },
		);
		await waitForRecording(page);
	} catch (error) {
		const said = await page.getByRole('status').first().innerText();
		throw new Error(`stuck at the quota: ${said}`, { cause: error });
	}
}

/** Whole minutes in order of writing, except the pinned first one (RT1, RT15). */
function whatLeft(
	before: readonly StoredPage[],
	after: readonly StoredPage[],
): { left: number; unplanned: number } {
	const same = (one: StoredPage) =>
		after.find((other) => one.runNo === other.runNo && one.minute === other.minute);
	let [left, unplanned] = [0, 0];
	let stayed = false;
	for (const [at, page] of before.entries()) {
		const there = new Set(same(page)?.seqs);
		const gone = page.seqs.filter((seq) => !there.has(seq)).length;
		const mayLeave = at > 0 && !stayed && gone === page.seqs.length;
		if (mayLeave) left += gone;
		else unplanned += gone;
		if (at > 0 && gone < page.seqs.length) stayed = true;
	}
	return { left, unplanned };
}

/**
 * Installed before any script of the page: records when the browser refused footage, and when
 * segments were saved.
 */
function note(): void {
	const noted: Noted = { refused: [], saved: [], track: null, shownMs: 0, stillMs: 0 };
	Object.assign(window, { noted });
	// From the browser's own counters (Media Capture and Streams Extensions, track statistics).
	const moment = (): Moment => {
		const { stats } = (noted.track ?? {}) as { stats?: Record<string, number> };
		const { totalFrames = 0, deliveredFrames = 0, discardedFrames = 0 } = stats ?? {};
		return { ms: performance.now(), framesLost: totalFrames - deliveredFrames - discardedFrames };
	};
	const appending = new WeakSet<IDBTransaction>();
	const { put } = IDBObjectStore.prototype;
	IDBObjectStore.prototype.put = function (...given: Parameters<typeof put>) {
		// As long as nothing is damaged or deleted by hand, only an append writes an index page.
		if (this.name === 'pages') appending.add(this.transaction);
		return put.apply(this, given);
	};
	const { transaction } = IDBDatabase.prototype;
	IDBDatabase.prototype.transaction = function (...given: Parameters<typeof transaction>) {
		const made = transaction.apply(this, given);
		if (this.name !== 'spycam-footage') return made;
		made.addEventListener('abort', () => {
			if (made.error?.name === 'QuotaExceededError') noted.refused.push(moment());
		});
		made.addEventListener('complete', () => {
			if (appending.has(made)) noted.saved.push(moment());
		});
		return made;
	};
}

/** Watches the track on the screen, and how long no new frame arrived. */
function watchFrames(): void {
	const { noted } = window as unknown as { noted: Noted };
	const video = document.querySelector('video');
	const stream = video?.srcObject;
	if (!video || !(stream instanceof MediaStream)) throw new Error('no picture');
	noted.track = stream.getVideoTracks()[0] ?? null;
	noted.shownMs = performance.now();
	const shown = (): void => {
		const nowMs = performance.now();
		noted.stillMs = Math.max(noted.stillMs, nowMs - noted.shownMs);
		noted.shownMs = nowMs;
		video.requestVideoFrameCallback(shown);
	};
	video.requestVideoFrameCallback(shown);
}
