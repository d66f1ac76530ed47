import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { pathOf } from './tests/programs.ts';

/**
 * Four projects, from quick to slow. `vitest run --project unit` while writing; tests/run.ts runs
 * them one after another, because too many browsers at once on two cores make the clock lie.
 */
const soak = process.env['SOAK'] === '1';
const chromium = pathOf('chromium');
/** A poll ends when its state is there. How long that may take is a deadline, not a measure: the machine is shared. */
const patience = { poll: { timeout: 10_000 } };

export default defineConfig({
	test: {
		fileParallelism: false,
		projects: [
			{
				// Runes of the state classes.
				plugins: [svelte()],
				test: {
					name: 'unit',
					expect: patience,
					environment: 'node',
					include: ['tests/**/*.test.ts'],
					exclude: ['tests/**/*.{browser,process}.test.ts', 'tests/{e2e,faults}/**'],
					fileParallelism: true,
					testTimeout: 60_000,
					hookTimeout: 60_000,
				},
			},
			{
				plugins: [svelte()],
				worker: { format: 'es' },
				// Named, or the first test that meets one makes the page reload under another test.
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
					name: 'e2e',
					expect: patience,
					sequence: { groupOrder: 2 },
					environment: 'node',
					globalSetup: 'tests/e2e/built.ts',
					include: ['tests/e2e/**/*.test.ts', 'tests/**/*.process.test.ts'],
					testTimeout: 240_000,
					hookTimeout: 300_000,
					// Mostly they wait. More would make them wait for each other.
					fileParallelism: true,
					maxWorkers: 2,
				},
			},
			{
				test: {
					name: 'faults',
					expect: patience,
					sequence: { groupOrder: 3 },
					environment: 'node',
					globalSetup: 'tests/e2e/built.ts',
					include: ['tests/faults/**/*.test.ts'],
					testTimeout: soak ? 2 * 60 * 60_000 : 20 * 60_000,
					hookTimeout: 300_000,
					// The heavy counts are alone with the machine.
					fileParallelism: !soak,
					maxWorkers: soak ? 1 : 2,
				},
			},
		],
	},
});
