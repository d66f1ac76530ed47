import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';
import { pathOf, WITHOUT_FEATURES } from './tests/support/programs.ts';

/** Four projects, from fast to slow. Use `vitest run --project unit` while writing. */
const soak = process.env['SOAK'] === '1';
const chromium = pathOf('headless-shell') ?? pathOf('chromium');
/** Deadline of a poll, not an expected duration: the machine is shared. */
const patience = { poll: { timeout: 10_000 } };

/**
 * Tests that start servers and browsers. They mostly wait, so three files at once fill two cores.
 * Crash tests with many iterations run alone.
 */
const inProcesses = {
	expect: patience,
	sequence: { groupOrder: 2 },
	environment: 'node',
	globalSetup: 'tests/e2e/support/built.ts',
	// The files of a worker share its modules, and with them a browser.
	isolate: false,
	setupFiles: 'tests/e2e/support/leave-nothing.ts',
	hookTimeout: 300_000,
	fileParallelism: !soak,
	maxWorkers: soak ? 1 : 3,
} as const;

export default defineConfig({
	test: {
		fileParallelism: false,
		sequence: { sequencer: LongestFirst },
		projects: [
			{
				// For the runes of the state classes.
				plugins: [svelte()],
				test: {
					name: 'unit',
					expect: patience,
					environment: 'node',
					include: ['tests/**/*.test.ts'],
					exclude: ['tests/**/*.{browser,process}.test.ts', 'tests/{e2e,faults}/**'],
					fileParallelism: true,
					maxWorkers: 2,
					// They share only modules, and isolation would reload these for each file.
					isolate: false,
					unstubGlobals: true,
					testTimeout: 60_000,
					hookTimeout: 60_000,
				},
			},
			{
				plugins: [svelte()],
				worker: { format: 'es' },
				// Listed, or the first test that imports one reloads the page under another test.
				optimizeDeps: {
					include: [
						'dexie',
						'mp4box',
						'hls.js',
						'mediabunny',
						'@hpke/core',
						'qr',
						'qr/decode.js',
						'valibot',
						'fast-check',
					],
				},
				test: {
					name: 'contract',
					expect: patience,
					sequence: { groupOrder: 1 },
					fileParallelism: true,
					maxWorkers: 3,
					include: ['tests/**/*.browser.test.ts'],
					testTimeout: 120_000,
					hookTimeout: 60_000,
					browser: {
						enabled: true,
						headless: true,
						screenshotFailures: false,
						provider: playwright({
							launchOptions: {
								...(chromium ? { executablePath: chromium } : {}),
								args: [
									'--no-sandbox',
									WITHOUT_FEATURES,
									'--disable-gpu',
									'--disable-quic',
									'--disable-background-networking',
									'--disable-component-update',
									'--disable-sync',
									'--autoplay-policy=no-user-gesture-required',
									'--use-fake-ui-for-media-stream',
									'--use-fake-device-for-media-stream=fps=30',
								],
							},
						}),
						instances: [{ browser: 'chromium' }],
					},
				},
			},
			{
				test: {
					...inProcesses,
					name: 'e2e',
					include: ['tests/e2e/**/*.test.ts', 'tests/**/*.process.test.ts'],
					testTimeout: 240_000,
				},
			},
			{
				test: {
					...inProcesses,
					name: 'faults',
					include: ['tests/faults/**/*.test.ts'],
					testTimeout: soak ? 2 * 60 * 60_000 : 20 * 60_000,
				},
			},
		],
	},
});
