import { expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { LastSeenStore } from '#ports/storage/last-seen-store.ts';

const NOW = 1_800_000_000_000;
const [ANNA, BERT] = ['a1'.repeat(16), 'b2'.repeat(16)] as [DeviceId, DeviceId];
const HALL = 'c3'.repeat(16) as CameraId;

/** `stored`: what is stored before the first read. */
export function lastSeenStoreContract(make: (stored: unknown) => Promise<LastSeenStore>): void {
	test('LV28 nothing stored, or invalid data, reads as never; a valid row beside it stays', async () => {
		for (const stored of [undefined, null, 'x', 7, [1]])
			expect(await (await make(stored)).read()).toEqual(new Map());
		const rows = {
			...{ [ANNA]: { seenMs: NOW, recorded: { [HALL]: true } }, stranger: { seenMs: NOW } },
			[BERT]: { seenMs: 'yesterday', recorded: {} },
		};
		const store = await make(rows);
		const good = { seenMs: NOW, recorded: new Map([[HALL, true]]) };
		expect(await store.read()).toEqual(new Map([[ANNA, good]]));
	});

	test('LV36 who was acknowledged stays so, whatever another tab writes, and nothing else counts', async () => {
		const recorded = {};
		const store = await make({
			[ANNA]: { seenMs: NOW - 9, recorded, acknowledged: true },
			[BERT]: { seenMs: NOW, recorded, acknowledged: 'yes' },
		});
		const none = new Map<CameraId, boolean>();
		const bert = { seenMs: NOW, recorded: none };
		await store.write(
			new Map([
				[ANNA, { seenMs: NOW, recorded: none }],
				[BERT, bert],
			]),
			NOW,
		);
		const anna = { seenMs: NOW, recorded: none, acknowledged: true };
		expect(await store.read()).toStrictEqual(
			new Map([
				[ANNA, anna],
				[BERT, bert],
			]),
		);
	});

	test('LV28 with two tabs the newer time wins, and devices no longer named are dropped', async () => {
		const store = await make(undefined);
		const none = new Map<CameraId, boolean>();
		const [old, young] = [
			{ seenMs: NOW - 9, recorded: none },
			{ seenMs: NOW, recorded: none },
		];
		await Promise.all([
			store.write(
				new Map([
					[ANNA, young],
					[BERT, old],
				]),
				NOW,
			),
			store.write(new Map([[ANNA, old]]), NOW),
		]);
		expect(await store.read()).toEqual(new Map([[ANNA, young]]));
	});
}
