import { expect, test } from 'vitest';
import type { FootageStore } from '#engine/storage/footage-store.ts';
import { StoreCheck } from '#engine/storage/store-check.ts';
import { randomFrom } from '../support/random.ts';
import type { FootageDisk } from './footage-disk.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0, YARD } from './segment-store.ts';

/** What the check finds, without signatures. */
async function checked({ rows }: FootageDisk, store: FootageStore) {
	const opener = { verifyChain: () => Promise.reject(new Error('no signatures asked for')) };
	const { signal } = new AbortController();
	const check = new StoreCheck({ rows, footage: store, opener });
	return check.run({ signatures: false, signal, onProgress: () => undefined });
}

/** Acts of one or of several tabs happen entirely, or not at all. */
export function storeAtomicityContract(make: () => FootageDisk, rounds: number): void {
	test('ST3 ST4 RT4 RT12 tabs that record, evict, delete and restore at once leave nothing wrong', async () => {
		let [freed, removed] = [0, 0];
		for (let seed = 1; seed <= rounds; seed += 1) {
			const random = randomFrom(seed);
			const disk = make();
			const [one, two] = [disk.open(), disk.open()];
			await record(one, DOOR, 1, 200);
			await record(one, YARD, 1, 100);
			await one.close(YARD, 1, 'stopped');
			const work: Promise<unknown>[] = [];
			for (let seq = 201; seq <= 230; seq += 1) {
				work.push(one.append(DOOR, 1, sealed(seq, T0 + (seq - 1) * SECOND)));
				const startUs = T0 + random(200) * SECOND;
				const span = { startUs, endUs: startUs + random(50) * SECOND };
				const tab = random(2) === 0 ? one : two;
				const what = random(4);
				if (what === 0)
					work.push(tab.evict(1 + random(3000), 2).then(({ bytes }) => (freed += bytes)));
				if (what === 1) {
					const restored = tab.remove(DOOR, span).then(async (removal) => {
						if (removal === null) return;
						removed += 1;
						if (random(2) === 0) await two.restore(removal.id);
					});
					work.push(restored);
				}
				if (what === 2) {
					const seq = 1 + random(200);
					work.push(tab.damaged({ camera: DOOR, runNo: 1, seq, startUs: T0 + (seq - 1) * SECOND }));
				}
			}
			await Promise.all(work);
			const report = await checked(disk, one);
			expect(report.findings, `seed ${String(seed)}`).toEqual([]);
			expect(report.bytes, `seed ${String(seed)}`).toBe(await two.usedBytes());
			expect((await one.lastRun(DOOR))!.lastSeq, `seed ${String(seed)}`).toBe(230);
			await one.close(DOOR, 1, 'stopped');
			const closed = await checked(disk, one);
			expect(closed.findings, `seed ${String(seed)} closed`).toEqual([]);
			disk.dispose();
		}
		expect(freed).toBeGreaterThan(0);
		expect(removed).toBeGreaterThan(0);
	});

	test('ST4 a write that fails at its last row leaves nothing behind', async () => {
		const disk = make();
		const store = disk.open();
		await record(store, DOOR, 1, 2);
		const before = await store.lastRun(DOOR);
		disk.refuseRunRow();
		expect(await kindOf(store.append(DOOR, 1, sealed(3, T0 + 2 * SECOND)))).toBe('quota');
		expect(await store.lastRun(DOOR)).toEqual(before);
		expect((await checked(disk, store)).findings).toEqual([]);
		expect(await store.append(DOOR, 1, sealed(3, T0 + 2 * SECOND))).toMatchObject({ lastSeq: 3 });
		disk.dispose();
	});
}
