import { expect, test } from 'vitest';
import { ACCESSES, rolesFor } from '#domain/home/rights.ts';
import { roleChoiceOf, ACCESS_CHOICES, roleName, roleText, rolesOf } from '#ui/parts/roles.ts';
import { DEVICES } from '#ui/words/devices.ts';

test('a chosen access is read back; a recovery kit cannot be chosen', () => {
	for (const camera of [false, true]) {
		for (const access of [...ACCESS_CHOICES, ''] as const) {
			const choice = { access, camera };
			expect(roleChoiceOf(rolesOf(choice))).toEqual(choice);
		}
	}
	expect(roleChoiceOf(['recovery'])).toBeNull();
});

test('every access has a name, with and without a camera', () => {
	const { en, de } = DEVICES;
	for (const access of ACCESSES) {
		expect(roleName(rolesFor(access, true))).toBe(access);
		expect(roleText(rolesFor(access, false), en)).toBe(en.roles[access]);
	}
	expect(roleText(rolesFor('owner', true), en)).toBe('Owner, and camera');
	expect(roleText(rolesFor('owner', true), de)).toBe('Besitzer, auch Kamera');
	expect(roleText(rolesFor(null, true), en)).toBe('Camera');
	expect(roleText(['recovery'], en)).toBe('Recovery kit');
});

test('a proof shows at least one second', () => {
	const { en, de } = DEVICES;
	expect(en.proof([en.proofRelay(312), en.proofCamera('Kitchen phone', 812)])).toBe(
		'Removed: the relay cut it off after 0.3 s, Kitchen phone after 0.8 s',
	);
	expect(en.proofRelay(3)).toContain('0.1 s');
	expect(de.proofRelay(1250)).toContain('1,3 s');
});
