import { expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { MAX_HEAD_PINS, type HeadPin } from '#domain/sync/head-pin.ts';
import type { HeadPinStore } from '#ports/storage/head-pin-store.ts';

const NOW = 1_800_000_000_000;
const HALL = 'c3'.repeat(16) as CameraId;

function pinAt(runNo: number, seq: number, more: Partial<HeadPin> = {}): HeadPin {
	return {
		...{ camera: HALL, runNo, seq, wallMs: NOW + seq, chain: new Uint8Array(32).fill(seq) },
		...{ oldestKept: { runNo: 1, seq: 1 }, startUs: NOW * 1000, endUs: NOW * 1000 + 7 },
		...{ record: { runNo, lastSeq: seq + 1, wallMs: NOW + seq }, ...more },
	};
}

/** `stored`: what is stored before the first read. */
export function headPinStoreContract(
	make: (stored: readonly (readonly [CameraId, unknown])[]) => Promise<HeadPinStore>,
): void {
	test('SY47 the highest head of each camera stays, whatever is written after it', async () => {
		const store = await make([]);
		expect(await store.read(HALL)).toBeNull();
		const high = pinAt(2, 5);
		await store.raise(high);
		const again = { runNo: 2, lastSeq: 9, wallMs: NOW + 99 };
		await store.raise(pinAt(1, 900, { record: null }));
		await store.raise(pinAt(2, 4, { record: again }));
		expect(await store.read(HALL)).toEqual({ ...high, record: again });
		const higher = pinAt(2, 6, { record: null });
		await store.raise(higher);
		expect(await store.all()).toEqual([{ ...higher, record: again }]);
	});

	test('SY47 of two tabs the higher one wins', async () => {
		const store = await make([]);
		await Promise.all([6, 9, 7].map((seq) => store.raise(pinAt(1, seq))));
		expect(await store.read(HALL)).toEqual(pinAt(1, 9));
	});

	test('SY47 a damaged row reads as none, and is replaced', async () => {
		const bad: unknown[] = [
			{ camera: HALL },
			{ ...pinAt(1, 1), seq: -1 },
			{ ...pinAt(1, 1), chain: new Uint8Array(31) },
			{ ...pinAt(1, 1), record: { runNo: 1 } },
			{ ...pinAt(1, 1), oldestKept: null },
		];
		for (const row of bad) {
			const store = await make([[HALL, row]]);
			expect(await store.read(HALL)).toBeNull();
			expect(await store.all()).toEqual([]);
			await store.raise(pinAt(1, 2));
			expect(await store.read(HALL)).toEqual(pinAt(1, 2));
		}
	});

	test('SY47 rows are bounded: of more cameras the newest heads stay', async () => {
		const cameraOf = (at: number) => at.toString(16).padStart(32, '0') as CameraId;
		const store = await make(
			Array.from({ length: MAX_HEAD_PINS }, (_, at) => {
				const camera = cameraOf(at);
				return [camera, pinAt(1, at, { camera, chain: new Uint8Array(32) })] as const;
			}),
		);
		await store.raise(pinAt(1, MAX_HEAD_PINS, { chain: new Uint8Array(32) }));
		expect(await store.all()).toHaveLength(MAX_HEAD_PINS);
		expect(await store.read(cameraOf(0))).toBeNull();
		expect(await store.read(cameraOf(1))).not.toBeNull();
	});
}
