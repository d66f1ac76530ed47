/** Keys and names of cameras that this device never met, from what lies beside footage. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ascii, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildCameraCard } from '#domain/sync/camera-card.ts';
import { CameraNames } from '#engine/members/camera-names.ts';
import { FootageKeys } from '#engine/members/footage-keys.ts';
import { WebCrypto } from '#web/crypto.ts';
import { ManualClock } from '../../fakes/clock.ts';

const [DOOR, YARD] = ['d'.repeat(32), 'e'.repeat(32)] as [CameraId, CameraId];

describe('PB38 keys beside footage', () => {
	let clock: ManualClock;
	let granted: Set<number>;
	let asked: number;
	let fault: Fault | null;
	let keys: FootageKeys;
	beforeEach(() => {
		clock = new ManualClock();
		[granted, asked, fault] = [new Set([1]), 0, null];
		keys = new FootageKeys({
			clock,
			vault: {
				epoch: (_, number) => Promise.resolve((granted.has(number) ? {} : null) as never),
			},
			reader: {
				grants: (_, to) => {
					expect(to).toBe('this');
					asked += 1;
					return fault === null ? Promise.resolve([ascii('2')]) : Promise.reject(fault);
				},
			},
			take: (_, grants) => {
				for (const grant of grants) granted.add(Number(String.fromCharCode(...grant)));
				return Promise.resolve();
			},
		});
	});

	test('are taken once something lacks one, and not asked for in vain', async () => {
		await keys.ensure(DOOR, new Set([1]));
		expect(asked).toBe(0);
		await keys.ensure(DOOR, new Set([1, 2]));
		expect([asked, granted.has(2)]).toEqual([1, true]);
		await keys.ensure(DOOR, new Set([1, 2]));
		expect(asked).toBe(1);
		// Never granted: asked for again after a minute, not with every look.
		for (let look = 0; look < 9; look += 1) await keys.ensure(DOOR, new Set([1, 2, 3]));
		expect(asked).toBe(1);
		clock.advance(60_000);
		await keys.ensure(DOOR, new Set([3]));
		expect(asked).toBe(2);
	});

	test('a relay that does not answer is asked again at the next look', async () => {
		fault = new Fault('offline', 'no relay is connected');
		await keys.ensure(DOOR, new Set([2]));
		fault = null;
		await keys.ensure(DOOR, new Set([2]));
		expect([asked, granted.has(2)]).toEqual([2, true]);
	});
});

describe('PB38 names beside footage', () => {
	const crypto = new WebCrypto();
	let pair: Awaited<ReturnType<typeof crypto.makeSignKey>>;
	let names: CameraNames;
	beforeEach(async () => {
		pair = await crypto.makeSignKey(false);
		const key = await crypto.verifier(pair.public);
		names = new CameraNames({
			crypto,
			signerOf: (camera) =>
				camera === DOOR ? Promise.resolve(key) : Promise.reject(new Fault('not-found', 'whose?')),
			open: (_, sealed) => Promise.resolve(`opened ${String.fromCharCode(...sealed)}`),
		});
	});
	afterEach(() => names.note([]));

	async function card(camera: CameraId, name = 'Door'): Promise<Bytes> {
		const said = { camera, number: 1, sealedName: ascii(name), wallMs: 7 };
		const canonical = buildCameraCard(said);
		return concatBytes(canonical, await crypto.sign(pair.key, signedBytes('camera', canonical)));
	}

	test('count as the camera signed them', async () => {
		names.note([{ camera: DOOR, bytes: 1, card: await card(DOOR) }]);
		expect([await names.of(DOOR), await names.of(YARD)]).toEqual(['opened Door', null]);
	});

	test('of another camera, without a signature, blank or damaged there is none', async () => {
		const good = await card(DOOR);
		const forged = Uint8Array.from(good, (byte, at) => (at === 40 ? byte ^ 1 : byte));
		for (const wrong of [await card(YARD), forged, await card(DOOR, ''), good.slice(1), null]) {
			names.note([{ camera: DOOR, bytes: 1, card: wrong }]);
			expect(await names.of(DOOR)).toBeNull();
		}
		// No device of the home has it.
		names.note([{ camera: YARD, bytes: 1, card: await card(YARD) }]);
		expect(await names.of(YARD)).toBeNull();
	});
});
