import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { serveBarePage, type BarePage } from '../e2e/support/bare-page.ts';
import { launchChromium } from '../e2e/support/launch.ts';
import type { Audit, RingSizes, Written } from './pages/quota.ts';
import { median } from '../support/measures.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const MB = 1_000_000;
/** Megabytes; fewer for a quick run: `npm run bench -- quota 200`. */
const BUDGET_MB = Number(process.argv[3] ?? 1000);
/** A second of a camera at 1 Mbit/s, and a tenth of it: ten times the rows. */
const SEGMENT = 125_000;
const SMALL = SEGMENT / 10;
const CAMERAS = 3;
const ROUNDS = 6;
/** Three minutes: every round deletes from every camera. */
const ROUND_SECONDS = 180;

/**
 * A ring of three cameras at its budget: the cost of a put compared with an empty store,
 * alternating; the cost of a pass that deletes; and whether exactly what the rule names is deleted,
 * with the bytes that the journal reports. Then small segments in a ring of the full budget and in
 * one of a tenth: the cost of ten times the rows.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	if (!(BUDGET_MB >= 150)) throw new Error('The budget must be at least 150 MB.');
	const served = await serveBarePage(fileURLToPath(new URL('pages/quota.ts', import.meta.url)));
	try {
		const ring = await inBrowser(served, (page) => turnover(page, progress));
		const rows = await inBrowser(served, (page) => growth(page, progress));
		const { full, empty, small, tenth } = { ...ring, ...rows };
		const ratioOf = (one: Turns, other: Turns, share: number) =>
			round2(median(one.puts.map((puts, at) => rank(puts, share) / rank(other.puts[at]!, share))));
		const steadyRatio = ratioOf(full, empty, 0.95);
		const audits = [ring.audit, ...rows.audits];
		return {
			figures: {
				...{ budgetMB: BUDGET_MB, writtenMB: Math.round(ring.writtenMB) },
				evictP95Ms: round2(rank(full.evictMs, 0.95)),
				putP95Ms: round2(rank(full.puts.flat(), 0.95)),
				putP99Ms: round2(rank(full.puts.flat(), 0.99)),
				overBudgetBytesMax: Math.max(0, full.overBytes, small.overBytes, tenth.overBytes),
				roomUnusedMB: round2(-full.leastOverBytes / MB),
				bytesFreedMismatch: Math.max(...audits.map(mismatch)),
				unplannedDeletes: sum(audits.map(({ unplanned }) => unplanned)),
				overdueDeletes: sum(audits.map(({ overdue }) => overdue)),
				orphans: sum(audits.map(({ orphans }) => orphans)),
				...{ segments: ring.audit.segments, segmentsSmall: rows.audits[0]!.segments },
				usageMB: Math.round(ring.audit.usageBytes / MB),
				evictSmallP95Ms: round2(rank(small.evictMs, 0.95)),
				putSmallP95Ms: round2(rank(small.puts.flat(), 0.95)),
				passes: full.evictMs.length,
			},
			baseline: {
				emptyPutP95Ms: round2(rank(empty.puts.flat(), 0.95)),
				tenthEvictP95Ms: round2(rank(tenth.evictMs, 0.95)),
				tenthPutP95Ms: round2(rank(tenth.puts.flat(), 0.95)),
			},
			ratio: {
				steadyRatio,
				steadyRatioP50: ratioOf(full, empty, 0.5),
				rowsPutRatio: ratioOf(small, tenth, 0.95),
				rowsEvictRatio: round2(rank(small.evictMs, 0.5) / rank(tenth.evictMs, 0.5)),
				rowsEvictP95Ratio: round2(rank(small.evictMs, 0.95) / rank(tenth.evictMs, 0.95)),
			},
			rounds: ROUNDS,
		};
	} finally {
		await served.close();
	}
}

/** The rounds of one ring. */
interface Turns {
	readonly puts: (readonly number[])[];
	readonly evictMs: number[];
	overBytes: number;
	leastOverBytes: number;
}

const turns = (): Turns => ({
	...{ puts: [], evictMs: [] },
	...{ overBytes: -Infinity, leastOverBytes: Infinity },
});

function add(to: Turns, written: Written): void {
	to.puts.push(written.putMs);
	to.evictMs.push(...written.evictMs);
	to.overBytes = Math.max(to.overBytes, written.overBytes);
	to.leastOverBytes = Math.min(to.leastOverBytes, written.leastOverBytes);
}

/**
 * Writes twice the budget through a full ring; in the second half each round also through a fresh
 * store.
 */
async function turnover(page: Page, progress: Progress) {
	const sizes = { budgetBytes: BUDGET_MB * MB, segmentBytes: SEGMENT };
	const [full, empty] = [turns(), turns()];
	const secondBytes = CAMERAS * SEGMENT;
	const inRoundsBytes = Math.min(sizes.budgetBytes, ROUNDS * ROUND_SECONDS * secondBytes);
	await open(page, 'full', sizes);
	progress(`full: ${String(await fill(page, 'full'))} segments stored`);
	let writtenBytes = 0;
	while (writtenBytes < 2 * sizes.budgetBytes - inRoundsBytes) {
		const written = await put(page, 'full', ROUND_SECONDS);
		writtenBytes += ROUND_SECONDS * secondBytes;
		full.evictMs.push(...written.evictMs);
		full.overBytes = Math.max(full.overBytes, written.overBytes);
		progress(
			`${(writtenBytes / MB).toFixed(0)} MB written: put p95 ${rank(written.putMs, 0.95).toFixed(1)} ms, ${String(written.evictMs.length)} passes`,
		);
	}
	for (let round = 0; round < ROUNDS; round += 1) {
		const ofFull = async () => add(full, await put(page, 'full', ROUND_SECONDS));
		// Alternate the order: the second one runs on a warmer machine.
		if (round % 2 === 0) await ofFull();
		await open(page, 'empty', sizes);
		add(empty, await put(page, 'empty', ROUND_SECONDS));
		await remove(page, 'empty');
		if (round % 2 === 1) await ofFull();
		writtenBytes += ROUND_SECONDS * secondBytes;
		tell(progress, round, { full, empty });
	}
	return { full, empty, audit: await audit(page, 'full'), writtenMB: writtenBytes / MB };
}

/** The same small segments in a ring of the full budget and in one of a tenth. */
async function growth(page: Page, progress: Progress) {
	const [small, tenth] = [turns(), turns()];
	const rings = { small: { turn: small, share: 1 }, tenth: { turn: tenth, share: 0.1 } };
	for (const [name, { share }] of Object.entries(rings)) {
		await open(page, name, { budgetBytes: share * BUDGET_MB * MB, segmentBytes: SMALL });
		progress(`${name}: ${String(await fill(page, name))} segments stored`);
		// Until the first are evicted.
		for (let left = 0; left === 0;) left = (await put(page, name, 60)).evictMs.length;
	}
	for (let round = 0; round < ROUNDS; round += 1) {
		const order = Object.entries(rings);
		for (const [name, { turn }] of round % 2 === 0 ? order : order.toReversed()) {
			add(turn, await put(page, name, ROUND_SECONDS));
		}
		tell(progress, round, { small, tenth });
	}
	return { small, tenth, audits: [await audit(page, 'small'), await audit(page, 'tenth')] };
}

function tell(progress: Progress, round: number, all: Record<string, Turns>): void {
	const parts = Object.entries(all).map(
		([name, { puts }]) => `${name} put p95 ${rank(puts.at(-1) ?? [], 0.95).toFixed(1)} ms`,
	);
	progress(`round ${round + 1} of ${ROUNDS}: ${parts.join(', ')}`);
}

/** A browser of its own, whose profile is deleted with it. */
async function inBrowser<T>(served: BarePage, work: (page: Page) => Promise<T>): Promise<T> {
	const context = await launchChromium({ full: true });
	try {
		const page = await context.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'quotaBench' in window);
		return await work(page);
	} finally {
		await context.close();
	}
}

const open = (page: Page, name: string, sizes: RingSizes): Promise<void> =>
	page.evaluate(([which, all]) => window.quotaBench.open(which, all), [name, sizes] as const);

const fill = (page: Page, name: string): Promise<number> =>
	page.evaluate((which) => window.quotaBench.fill(which), name);

const put = (page: Page, name: string, seconds: number): Promise<Written> =>
	page.evaluate(([which, many]) => window.quotaBench.put(which, many), [name, seconds] as const);

const audit = (page: Page, name: string): Promise<Audit> =>
	page.evaluate((which) => window.quotaBench.audit(which), name);

const remove = (page: Page, name: string): Promise<void> =>
	page.evaluate((which) => window.quotaBench.remove(which), name);

/** Relative error of the journal against the bytes really deleted. */
function mismatch({ goneBytes, journalBytes }: Audit): number {
	return Math.abs(journalBytes - goneBytes) / goneBytes;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function rank(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
