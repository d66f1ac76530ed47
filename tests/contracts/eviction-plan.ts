import { describe, expect, test } from 'vitest';
import type { PinsAndTrash } from '#ports/footage/pins-and-trash.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import { randomFrom } from '../support/random.ts';
import { DOOR, MINUTE, sealed, SECOND, startOf, T0, YARD } from './segment-store.ts';

type Keeper = SegmentStore & Pick<PinsAndTrash, 'pin'>;

/** Runs of two cameras, of random length, some open and some partly pinned. */
export async function fillAtRandom(
	store: Keeper,
	random: (below: number) => number,
	most = { runs: 5, segments: 40, bytes: 900 },
): Promise<void> {
	const next = new Map([DOOR, YARD].map((camera) => [camera, { runNo: 1, atUs: T0 }]));
	for (let run = 1 + random(most.runs); run > 0; run -= 1) {
		const camera = random(3) === 0 ? YARD : DOOR;
		const { runNo, atUs } = next.get(camera)!;
		const everyUs = (1 + random(9)) * SECOND;
		await store.begin(startOf(camera, runNo, atUs), sealed(0, atUs));
		const segments = 1 + random(most.segments);
		for (let seq = 1; seq <= segments; seq += 1) {
			const segment = sealed(seq, atUs + (seq - 1) * everyUs, 1 + random(most.bytes));
			await store.append(camera, runNo, segment);
		}
		if (random(4) > 0) await store.close(camera, runNo, 'stopped');
		const endUs = atUs + segments * everyUs;
		next.set(camera, { runNo: runNo + 1, atUs: endUs + random(200) * SECOND });
		if (random(3) > 0) continue;
		const startUs = atUs + random(segments) * everyUs;
		await store.pin(camera, { startUs, endUs: startUs + (1 + random(90)) * SECOND });
	}
}

/** What every store promises about its plan: exactly that is evicted. */
export function evictionPlanContract(make: () => Promise<Keeper>, rounds: number): void {
	describe('the eviction plan', () => {
		test('RT18 is what is evicted for lack of room, and planning deletes nothing', async () => {
			for (let seed = 1; seed <= rounds; seed += 1) {
				const random = randomFrom(seed);
				const store = await make();
				await fillAtRandom(store, random);
				const used = await store.usedBytes();
				const bytes = random(used + used / 4);
				const { lengthUs, ...promised } = await store.planEviction({ bytes });
				expect(await store.usedBytes(), `seed ${String(seed)}`).toBe(used);
				const { pages = [], ...evicted } = await store.evict(bytes, Infinity);
				expect(promised, `seed ${String(seed)}`).toEqual(evicted);
				expect(await store.usedBytes(), `seed ${String(seed)}`).toBe(used - promised.bytes);
				expect(pages.flatMap(({ segments }) => segments)).toHaveLength(evicted.segments);
				expect(lengthUs > 0, `seed ${String(seed)}`).toBe(promised.segments > 0);
			}
		});

		test('RT18 is what is evicted by age and for lack of room together', async () => {
			for (let seed = 1; seed <= rounds; seed += 1) {
				const random = randomFrom(1000 + seed);
				const store = await make();
				await fillAtRandom(store, random);
				const used = await store.usedBytes();
				const limits = { bytes: random(used), beforeUs: T0 + random(12) * MINUTE };
				const promised = await store.planEviction(limits);
				const aged = await store.expire(limits.beforeUs, Infinity);
				const evicted = await store.evict(limits.bytes - aged.bytes, Infinity);
				// Expired pages after the ones that had to go for lack of room.
				const rest = await store.expire(limits.beforeUs, Infinity);
				const sum = (of: 'segments' | 'bytes') => aged[of] + evicted[of] + rest[of];
				expect(promised, `seed ${String(seed)}`).toMatchObject({
					...{ segments: sum('segments'), bytes: sum('bytes') },
				});
			}
		});
	});
}
