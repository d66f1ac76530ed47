import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LocalDeviceState } from '#engine/home/local-device.ts';
import { Session } from '#state/app/session.svelte.ts';
import { stubEngine } from '../../gallery/stand-ins.ts';

let kept: Map<string, string>;
beforeEach(() => {
	kept = new Map();
	vi.stubGlobal('localStorage', {
		getItem: (name: string) => kept.get(name) ?? null,
		setItem: (name: string, value: string) => kept.set(name, value),
		removeItem: (name: string) => kept.delete(name),
	});
});
afterEach(() => vi.unstubAllGlobals());

/** `newcomer` before and after the vault is read. */
async function visit(kind: LocalDeviceState['kind']): Promise<[boolean, boolean]> {
	const engine = stubEngine();
	const state = { ...engine.localDevice.state, kind, bytes: 1, missing: [] } as LocalDeviceState;
	const localDevice = { ...engine.localDevice, state };
	const session = new Session(() => Promise.resolve({ ...engine, localDevice }));
	const before = session.newcomer;
	await session.open();
	return [before, session.newcomer];
}

describe('LV34 only newcomers are asked what to do with this device', () => {
	test.each([
		['the first visit', ['new'], [true, true]],
		['it has a home since then', ['new', 'ready', 'ready'], [false, false]],
		['its keys are gone, the footage is not', ['locked'], [true, false]],
		['all was deleted', ['ready', 'new', 'new'], [true, true]],
		['the vault does not answer', ['unavailable'], [true, true]],
		['the vault does not answer this time', ['ready', 'unavailable'], [false, false]],
	] as const)('%s', async (_, visits, last) => {
		let said: [boolean, boolean] | null = null;
		for (const kind of visits) said = await visit(kind);
		expect(said).toEqual(last);
	});
});
