import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
	ACCESSES,
	accessOf,
	areWithin,
	may,
	mayClaim,
	opensLess,
	ownerRoles,
	COMMANDS,
	rightFor,
	rolesFor,
	sharedRoles,
	withCamera,
	type Access,
	type CommandName,
	type CommandArgument,
	type Right,
} from '#domain/home/rights.ts';
import {
	REQUESTED_ACCESSES,
	rolesOfRequested,
	requestedAccessOf,
} from '#domain/pairing/handshake-messages.ts';
import type { Role } from '#domain/home/roster.ts';
import { MESSAGE_EFFECTS } from '#protocol/message.ts';

const RIGHTS: readonly Right[] = [
	...(['watch', 'footage', 'earlier', 'control', 'stop', 'manage', 'record', 'write'] as const),
];
const has = (roles: readonly Role[]) => RIGHTS.filter((right) => may(roles, right));

describe('RG1 rights by access', () => {
	test.each<[string, readonly Role[], readonly Right[]]>([
		['an owner', ['viewer', 'owner'], RIGHTS.filter((right) => right !== 'record')],
		['a viewer with control', ['viewer'], ['watch', 'footage', 'control', 'write']],
		['a viewer', ['viewer', 'view-only'], ['watch', 'footage', 'write']],
		['live-only', ['viewer', 'live'], ['watch', 'write']],
		['a camera', ['camera'], ['record', 'write']],
		['a recovery kit', ['recovery'], []],
		['nobody', [], []],
		// A narrowing bit grants nothing by itself.
		['narrowing roles without viewer', ['live', 'view-only'], []],
		['both narrowing roles', ['viewer', 'live', 'view-only'], ['watch', 'write']],
		['an owner with a narrowing role', ['viewer', 'live', 'view-only', 'owner'], has(['owner'])],
		[
			'a camera that is also a viewer',
			['camera', 'viewer', 'view-only'],
			has(['viewer', 'view-only', 'camera']),
		],
	])('%s', (_, roles, rights) => {
		expect(has(roles)).toEqual(rights);
	});

	test('more access is never less', () => {
		for (const [at, access] of ACCESSES.entries()) {
			for (const less of ACCESSES.slice(0, at)) {
				expect(has(rolesFor(access, false))).toEqual(
					expect.arrayContaining(has(rolesFor(less, false))),
				);
			}
		}
	});
});

describe('RG2 commands', () => {
	const orders = COMMANDS.flatMap((name): readonly [CommandName, CommandArgument][] => [
		[name, true],
		[name, false],
		[name, null],
		[name, 'high'],
	]);
	const allowed = (access: Access) =>
		orders
			.filter(([name, value]) => may(rolesFor(access, false), rightFor(name, value)))
			.map(([name, value]) => `${name} ${String(value)}`);

	test('an owner may send all commands, a view-only member none', () => {
		expect(allowed('owner')).toHaveLength(orders.length);
		expect(allowed('view-only')).toEqual([]);
		expect(allowed('live-only')).toEqual([]);
	});

	test('a viewer with control can end nothing: no stop, no restart, no guard mode off, whatever is sent', () => {
		const refused = orders.filter(
			([name, value]) => !allowed('viewer').includes(`${name} ${String(value)}`),
		);
		expect(refused.map(([name, value]) => `${name} ${String(value)}`)).toEqual([
			...['stop true', 'stop false', 'stop null', 'stop high'],
			...['guard false', 'guard null', 'guard high'],
			...['restart true', 'restart false', 'restart null', 'restart high'],
			...['copy true', 'copy false', 'copy null', 'copy high'],
		]);
	});

	test('it may silence its own siren, and nobody else’s', () => {
		expect(rightFor('siren', false)).toBe('control');
		expect(rightFor('siren', false, true)).toBe('stop');
		expect(rightFor('siren', true, true)).toBe('stop');
	});
});

test('a device gets exactly the access chosen for it', () => {
	for (const camera of [false, true]) {
		for (const access of ACCESSES) expect(accessOf(rolesFor(access, camera))).toBe(access);
		expect(accessOf(rolesFor(null, camera))).toBeNull();
	}
	for (const wanted of REQUESTED_ACCESSES)
		expect(requestedAccessOf(rolesOfRequested(wanted))).toBe(wanted);
});

const KIT: readonly Role[] = ['recovery'];

test('KT6 a claim makes an owner of a viewer, a camera or a new device, and keeps the camera', () => {
	const [owner, both] = [rolesFor('owner', false), rolesFor('owner', true)];
	for (const before of [[], rolesFor('live-only', false), rolesFor('viewer', false)]) {
		expect(ownerRoles(before)).toEqual(owner);
		expect(mayClaim(before, owner)).toBe(true);
		expect(mayClaim(before, both)).toBe(true);
	}
	expect(ownerRoles(rolesFor('viewer', true))).toEqual(both);
	expect(mayClaim(rolesFor('viewer', true), owner)).toBe(false);
	for (const before of [owner, both, KIT]) expect(mayClaim(before, both)).toBe(false);
	for (const claimed of [[], rolesFor('viewer', false), [...owner, ...KIT], [...both, 'live']])
		expect(mayClaim([], claimed as Role[])).toBe(false);
});

test('ID46 what two branches give is what both give, with every restriction', () => {
	const viewOnly = rolesFor('view-only', true);
	expect(sharedRoles(rolesFor('owner', true), viewOnly)).toEqual(viewOnly);
	expect(accessOf(sharedRoles(rolesFor('live-only', false), viewOnly))).toBe('live-only');
	expect(sharedRoles(KIT, rolesFor('owner', false))).toEqual([]);
	for (const [at, access] of ACCESSES.entries()) {
		const roles = rolesFor(access, false);
		for (const less of ACCESSES.slice(0, at + 1)) {
			expect(areWithin(rolesFor(less, false), roles)).toBe(true);
			expect(areWithin(roles, rolesFor(less, false))).toBe(less === access);
		}
		expect(areWithin(withCamera(roles), roles)).toBe(false);
		expect(areWithin(roles, withCamera(roles))).toBe(true);
		expect(areWithin(KIT, roles)).toBe(false);
	}
});

test('less is opened by who is no owner, viewer or kit any more, or sees only live', () => {
	expect(opensLess(rolesFor('owner', false), rolesFor('viewer', false))).toBe(true);
	expect(opensLess(rolesFor('viewer', false), rolesFor('live-only', false))).toBe(true);
	expect(opensLess(rolesFor('viewer', true), rolesFor(null, true))).toBe(true);
	expect(opensLess(KIT, [])).toBe(true);
	// Control opens nothing (RG4).
	expect(opensLess(rolesFor('viewer', false), rolesFor('view-only', false))).toBe(false);
	expect(opensLess(rolesFor('live-only', false), rolesFor('viewer', true))).toBe(false);
});

test('RG5 nothing can be deleted remotely: no command, no message, no way to the store', () => {
	expect(COMMANDS).toEqual([
		...['lens', 'torch', 'quality', 'start', 'stop', 'guard', 'restart', 'siren', 'talk'],
		'copy',
	]);
	const acting = Object.entries(MESSAGE_EFFECTS).filter(([, effect]) =>
		/acts|counted/.test(effect),
	);
	expect(acting.map(([message]) => message).toSorted()).toEqual([
		...['call', 'command', 'show-earlier', 'want-grants'],
	]);
	const root = fileURLToPath(new URL('../../../src/engine/', import.meta.url));
	const files = globSync('{live,messaging,members,pairing,recovery}/**/*.ts', { cwd: root });
	expect(files.length).toBeGreaterThan(40);
	const able = files.filter((file) =>
		/ports\/footage\/pins-and-trash|engine\/storage\//.test(readFileSync(join(root, file), 'utf8')),
	);
	expect(able).toEqual([]);
});
