import { expect, test } from 'vitest';
import { roleName, ROLE_CHOICES, rolesOf } from '#ui/roles.ts';
import { DEVICES } from '#ui/words/home.ts';

test('what a person chooses is what is read back', () => {
	for (const choice of [...ROLE_CHOICES, 'recovery'] as const)
		expect(roleName(rolesOf(choice))).toBe(choice);
});

test('owner weighs more than viewer, live-only narrows it, in whatever order they come', () => {
	expect(roleName(['owner', 'viewer', 'camera'])).toBe('owner-camera');
	expect(roleName(['live', 'viewer'])).toBe('live');
	expect(roleName(['owner'])).toBe('owner');
});

test('a proof names seconds, never zero', () => {
	const { en, de } = DEVICES;
	expect(en.proof([en.proofRelay(312), en.proofCamera('Kitchen phone', 812)])).toBe(
		'Gone: the relay closed it after 0.3 s, Kitchen phone after 0.8 s',
	);
	expect(en.proofRelay(3)).toContain('0.1 s');
	expect(de.proofRelay(1250)).toContain('1,3 s');
});
