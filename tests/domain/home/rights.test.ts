import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
	ACCESSES,
	accessOf,
	may,
	COMMANDS,
	rightFor,
	rolesFor,
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

test('RG5 nothing can be deleted remotely: no command, no message, no way to the store', () => {
	expect(COMMANDS).toEqual([
		...['lens', 'torch', 'quality', 'start', 'stop', 'guard', 'restart', 'siren', 'talk'],
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
