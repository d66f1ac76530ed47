import { expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { KitControls } from '#engine/recovery/recovery.ts';
import { RecoveryKit } from '#state/home/recovery-kit.svelte.ts';

const groups = ['0AB1C', 'DDDDD', 'EEEEE', 'FFFFF', 'GGGGGG'];

function paper(change: Partial<KitControls> = {}, chance = () => 0) {
	const did: string[] = [];
	const kits: KitControls = {
		...{ madeMs: null, triedMs: null, hindrance: null, claims: [], on: () => () => undefined },
		generate: () =>
			Promise.resolve({ groups, link: 'x', relay: 'https://cam.local:8443', guarded: false }),
		activate: () => Promise.resolve(void did.push('keep')),
		discard: () => void did.push('drop'),
		test: () => Promise.resolve('works'),
		rollBackClaims: () => Promise.resolve(),
		...change,
	};
	return { did, kit: new RecoveryKit(kits, chance) };
}

test('KT3 two different groups are asked for, and nothing is signed before both are right', async () => {
	const { did, kit } = paper();
	await kit.draw();
	kit.ask();
	expect(kit.asked).toEqual([0, 1]);
	kit.answers = ['oabic', 'wrong'];
	await kit.answer();
	expect([kit.wrong, did]).toEqual([true, []]);
	kit.answers = [' oab ic', 'ddddd'];
	await kit.answer();
	expect([kit.wrong, kit.made, kit.drawn, did]).toEqual([false, true, null, ['keep']]);
});

test('whichever of the five are chosen, the two groups differ', async () => {
	for (let first = 0; first < 5; first += 1) {
		for (let second = 0; second < 4; second += 1) {
			const chances = [first, second];
			const { kit } = paper({}, () => chances.shift() ?? 0);
			await kit.draw();
			kit.ask();
			expect(new Set(kit.asked).size).toBe(2);
			expect(kit.asked.every((group) => group >= 0 && group < 5)).toBe(true);
		}
	}
});

test('a failure is shown, and the sheet stays', async () => {
	const { kit } = paper({ activate: () => Promise.reject(new Fault('offline', 'no relay')) });
	await kit.draw();
	kit.ask();
	kit.answers = ['0AB1C', 'DDDDD'];
	await kit.answer();
	expect([kit.fault, kit.made, kit.drawn?.groups]).toEqual(['offline', false, groups]);
});

test('KT16 a passphrase is typed twice, must not be too short, and may be omitted', async () => {
	const drawn: (string | null | undefined)[] = [];
	const { kit } = paper({
		generate: (passphrase) => {
			drawn.push(passphrase);
			return Promise.resolve({ groups, link: 'x', relay: '', guarded: passphrase !== null });
		},
	});
	for (const [passphrase, again, unfit] of [
		['four little words', 'four little wards', 'differs'],
		['short', 'short', 'short'],
		[' four  little words ', 'four little words', null],
		['', '', null],
	] as const) {
		Object.assign(kit, { passphrase, again });
		await kit.draw();
		expect(kit.unfit).toBe(unfit);
	}
	expect(drawn).toEqual(['four little words', null]);
	expect([kit.passphrase, kit.again]).toEqual(['', '']);
});
