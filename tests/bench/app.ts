import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { compressedKB, firstLoad, watchKB } from '#setup/size.js';
import { startRelay, temporaryFolder } from '../e2e/support/launch.ts';
import { median } from '../support/measures.ts';
import { need } from '../support/programs.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 3;
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The first load of `/`: its size, its Lighthouse scores on a slow phone, and how much later its
 * largest contentful paint is than on a hello-world page built with the same tools.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const { js, css, other } = firstLoad();
	const folder = temporaryFolder();
	const ours: Visit[] = [];
	const hello: Visit[] = [];
	try {
		buildHello(folder);
		for (let round = 0; round < ROUNDS; round++) {
			ours.push(await visit());
			hello.push(await visit(folder));
			progress(
				`round ${round + 1}: ours ${String(ours.at(-1)?.lcpMs)} ms, hello ${String(hello.at(-1)?.lcpMs)} ms to the largest content`,
			);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	const of = (visits: readonly Visit[], figure: keyof Visit) =>
		round2(median(visits.map((one) => one[figure])));
	const ratios = ours.map(({ lcpMs }, round) => lcpMs / (hello[round]?.lcpMs ?? NaN));
	return {
		figures: {
			jsKB: round2(compressedKB(js)),
			totalKB: round2(compressedKB([...js, ...css, ...other])),
			watchJsKB: round2(watchKB()),
			performance: of(ours, 'performance'),
			accessibility: of(ours, 'accessibility'),
			bestPractices: of(ours, 'bestPractices'),
			lcpMs: of(ours, 'lcpMs'),
		},
		baseline: { performance: of(hello, 'performance'), lcpMs: of(hello, 'lcpMs') },
		ratio: { lcpRatio: round2(median(ratios)) },
		rounds: ROUNDS,
	};
}

/** Scores from 0 to 100. */
interface Visit {
	readonly performance: number;
	readonly accessibility: number;
	readonly bestPractices: number;
	readonly lcpMs: number;
}

/** Lighthouse sometimes loses a trace; such a visit is repeated. */
async function visit(app?: string): Promise<Visit> {
	for (let tried = 1; ; tried += 1) {
		try {
			return await visitOnce(app);
		} catch (error) {
			if (tried === 3) throw error;
		}
	}
}

/** A new browser and a new server each time: nothing is cached. */
async function visitOnce(app?: string): Promise<Visit> {
	const relay = await startRelay({ args: app === undefined ? [] : ['--app', app] });
	const profile = mkdtempSync(join(tmpdir(), 'spy-cam-lighthouse-'));
	const chrome = await launch({
		chromePath: need('chromium'),
		userDataDir: profile,
		chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic'],
		logLevel: 'error',
	});
	try {
		const result = await lighthouse(relay.address, {
			port: chrome.port,
			logLevel: 'error',
			onlyCategories: ['performance', 'accessibility', 'best-practices'],
		});
		if (!result || result.lhr.runtimeError)
			throw new Error(`Lighthouse failed: ${result?.lhr.runtimeError?.message ?? 'no result'}`);
		const { categories, audits } = result.lhr;
		const score = (name: string) => Math.round((categories[name]?.score ?? NaN) * 100);
		return {
			performance: score('performance'),
			accessibility: score('accessibility'),
			bestPractices: score('best-practices'),
			lcpMs: Math.round(audits['largest-contentful-paint']?.numericValue ?? NaN),
		};
	} finally {
		chrome.kill();
		await relay.stop();
		rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
	}
}

function buildHello(folder: string): void {
	const { status, stderr } = spawnSync(
		process.execPath,
		[join(root, 'node_modules/vite/bin/vite.js'), 'build'],
		{
			cwd: join(root, 'tests/fixtures/hello'),
			encoding: 'utf8',
			env: { ...process.env, NODE_ENV: 'production', SPYCAM_BUILD: folder },
		},
	);
	if (status !== 0) throw new Error(`the hello-world page could not be built: ${stderr}`);
}

function round2(value: number): number {
	return Math.round(value * 100) / 100;
}
