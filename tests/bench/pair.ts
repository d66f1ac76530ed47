/**
 * From the scan of a code to the camera's live picture in a browser that has never seen the app: an
 * automated user types a name, presses Join, allows on the owner, and taps Watch and the camera.
 */
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium, startRelay, type Relay } from '../e2e/support/launch.ts';
import { openHome } from '../e2e/support/pairing-steps.ts';
import { becomeCamera, startRecording } from '../e2e/support/user-steps.ts';
import { ALLOW_LOOPBACK_ARG } from '../e2e/support/turn-server.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 12;

interface Took {
	/** ms from the scan until both screens show the digits. */
	readonly digits: number;
	/** … until the new device has joined. */
	readonly joined: number;
	/** … until it shows the live picture. */
	readonly live: number;
}

export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const cameras = await launchChromium({ full: true, args: [ALLOW_LOOPBACK_ARG] });
	const all: Took[] = [];
	try {
		const owner = await cameras.newPage();
		await openHome(owner, relay);
		await becomeCamera(owner, relay.address);
		await startRecording(owner);
		// The first round still asks whether the new device should be an owner, too.
		for (let round = 0; round <= ROUNDS; round += 1) {
			const took = await once(owner, relay, `Viewer ${round}`);
			if (round > 0) all.push(took);
			const { digits, joined, live } = took;
			progress(
				`digits ${digits.toFixed(0)}, joined ${joined.toFixed(0)}, live ${live.toFixed(0)} ms`,
			);
		}
	} finally {
		await cameras.close();
		await relay.stop();
	}
	const at = (name: keyof Took, share: number): number => {
		const sorted = all.map((took) => took[name]).sort((a, b) => a - b);
		return round2(sorted[Math.ceil(sorted.length * share) - 1] ?? NaN);
	};
	return {
		figures: {
			scanToLiveP50Ms: at('live', 0.5),
			scanToLiveP95Ms: at('live', 0.95),
			scanToDigitsP50Ms: at('digits', 0.5),
			scanToJoinedP50Ms: at('joined', 0.5),
		},
		baseline: {},
		ratio: {},
		rounds: ROUNDS,
	};
}

async function once(owner: Page, relay: Relay, name: string): Promise<Took> {
	const viewers = await launchChromium({ full: true, args: [ALLOW_LOOPBACK_ARG] });
	try {
		const behind = await shown(owner);
		const page = await viewers.newPage();
		await blank(viewers, page);
		const begun = performance.now();
		await page.goto(`${relay.address}/pair${behind}`, { waitUntil: 'commit' });
		const joining = page.getByRole('region', { name: 'Join a home' });
		await joining.getByLabel('Name of this device').fill(name);
		await joining.getByRole('button', { name: 'Join' }).click();
		await page.getByTestId('pairing-digits').waitFor();
		await owner.getByTestId('pairing-digits').waitFor();
		const digits = performance.now() - begun;
		await owner.getByRole('button', { name: 'Allow' }).click();
		await page.getByText('This device is now in the home.').waitFor();
		const joined = performance.now() - begun;
		await page.getByRole('link', { name: 'Watch' }).first().click();
		await page.getByRole('article').getByRole('link').first().click();
		await page.locator('[data-path][data-state="live"]').waitFor({ state: 'attached' });
		return { digits, joined, live: performance.now() - begun };
	} finally {
		await viewers.close();
	}
}

/** A browser that is already running, as a user's is. */
async function blank(viewers: BrowserContext, page: Page): Promise<void> {
	await page.goto('about:blank');
	for (const other of viewers.pages()) if (other !== page) await other.close();
}

/** Without a reload, so that the owner's lens stays on. Returns the fragment of the code's link. */
async function shown(owner: Page): Promise<string> {
	await owner.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
	await owner.getByRole('link', { name: 'Pair a device' }).first().click();
	await owner
		.getByRole('button', { name: /^(Show a code|Pair another device)$/ })
		.first()
		.click();
	const code = owner.getByRole('button', { name: 'Show a code' });
	const link = owner.getByTestId('pairing-link');
	await code.or(link).first().waitFor();
	if (await code.isVisible()) await code.click();
	const text = (await link.textContent()) ?? '';
	return text.slice(text.indexOf('#'));
}
