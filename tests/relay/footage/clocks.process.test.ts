/** RS12 in real processes: the clock of the relay, and of a phone, is wrong by days or years. */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import { startRelay, temporaryFolder, type Relay } from '../../e2e/support/launch.ts';
import { TestHome } from '../../relay-core/test-device.ts';
import { builtSite } from '../process/site.ts';
import { openHome, uploadingCamera } from './uploading.ts';

const DAY_MS = 86_400_000;
const YEAR_US = 365 * DAY_MS * 1000;

/** Every process of the relay has a wall clock that is off by so many days. */
function relayOff(days: number, data: string): Promise<Relay> {
	const shifted = `const Real = Date; const by = ${String(days * DAY_MS)};
		globalThis.Date = class extends Real {
			constructor(...given) { given.length === 0 ? super(Real.now() + by) : super(...given); }
			static now() { return Real.now() + by; }
		};`;
	const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(shifted)}`;
	return startRelay({ data, env: { NODE_OPTIONS, SPYCAM_APP: builtSite(), SPYCAM_LOG: 'info' } });
}

describe('clocks that are wrong', () => {
	const data = temporaryFolder();
	let relay: Relay | null = null;
	afterAll(async () => {
		await relay?.stop();
		rmSync(data, { recursive: true, force: true });
	});

	test('RS12 a relay days ahead, then weeks behind, and phones years off: nothing is lost', async () => {
		const home = await TestHome.found();
		const nowUs = Date.now() * 1000;
		/** Of the phone: right, in the last decade, in the next one. */
		const anchors = [nowUs, nowUs - 12 * YEAR_US, nowUs + 12 * YEAR_US];
		const kept: (readonly [runNo: number, bytes: Uint8Array])[] = [];
		let told = 0;
		for (const [round, days] of [3, -40].entries()) {
			relay = await relayOff(days, data);
			if (round === 0) await openHome(relay, home);
			const phone = await uploadingCamera(relay.address, home);
			const { archive, camera } = phone;
			const saidMs = Number(/"time":(\d+)/.exec(relay.said())?.[1]);
			expect(Math.abs(saidMs - Date.now() - days * DAY_MS)).toBeLessThan(DAY_MS);
			// `store` says so while it opens its index.
			await expect.poll(() => archive.have(camera, 0).catch(() => null)).not.toBeNull();
			expect((await archive.have(camera, 0)).pages).toHaveLength(told);
			for (const [at, anchorUs] of anchors.entries()) {
				const runNo = round * anchors.length + at + 1;
				// All in one minute, so that they can be counted.
				const { runRecord, records } = await phone.run(4, minuteOf(anchorUs) * 60_000_000, runNo);
				const sent = concatBytes(...records);
				expect(await archive.put(camera, runNo, runRecord, sent)).toMatchObject({
					...{ kept: [0, 1, 2, 3, 4], refused: [] },
				});
				kept.push([runNo, sent]);
			}
			told = kept.length;
			for (const [runNo, bytes] of kept) {
				const answer = await phone.ask(`${String(runNo)}/0-9`);
				expect(new Uint8Array(await answer.arrayBuffer()), `run ${String(runNo)}`).toEqual(bytes);
			}
			// How full this machine's disk is, is another matter.
			expect((await archive.usage()).freed).toEqual([]);
			phone.device.close();
			expect(await relay.stop()).toBe(0);
		}
	});
});
