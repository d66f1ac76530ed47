import { expect, test } from 'vitest';
import StartPairing from '#routes/pair/StartPairing.svelte';
import CompareDigits from '#routes/pair/CompareDigits.svelte';
import DeviceCard from '#routes/settings/DeviceCard.svelte';
import DeviceList from '#routes/settings/DeviceList.svelte';
import type { PairingFlow } from '#state/home/pairing-flow.svelte.ts';
import { Devices } from '#state/home/devices.svelte.ts';
import { DEVICES } from '#ui/words/devices.ts';
import { PAIR } from '#ui/words/pair.ts';
import { stubEngine } from '../../gallery/stand-ins.ts';
import { rendered } from '../../support/rendered.ts';

const ACCESSES = ['live-only', 'view-only', 'viewer', 'owner', 'camera'];
const offered = (html: string): (string | undefined)[] =>
	[...html.matchAll(/<input type="radio"[^>]*value="([^"]*)"/g)].map(([, value]) => value);

const connecting = (mayAdmit: boolean) =>
	({ mayAdmit, wanted: 'viewer', owners: ['Hall'], freeFor: () => null }) as unknown as PairingFlow;

test('RG3 PR18 only an owner shows a code, and it is not asked yet what the device is for', () => {
	const own = rendered(StartPairing, {}, { connecting: connecting(true) });
	expect(offered(own)).toEqual([]);
	expect(own).toContain(PAIR.en.show.button);
	const other = rendered(StartPairing, {}, { connecting: connecting(false) });
	expect(offered(other)).toEqual([]);
	expect(other).not.toContain('<button');
	expect(other).toContain(PAIR.en.show.askOwner(['Hall']));
});

test('RG3 while digits are compared only the owner’s side chooses', () => {
	const now = { kind: 'comparing', by: 'code', asks: true, said: false, digits: '123456' };
	const page = (side: string) =>
		rendered(
			CompareDigits,
			{},
			{
				connecting: connecting(true),
				now: { ...now, side, name: 'Phone', wanted: 'viewer' } as never,
			},
		);
	expect(offered(page('owner'))).toEqual(ACCESSES);
	expect(offered(page('new'))).toEqual([]);
});

test('RG3 a device that is no owner changes none, and is told which devices are', () => {
	const engine = stubEngine();
	const list = (owner: boolean) => {
		const all = engine.members.list.map((one) => ({ ...one, self: one.name === 'Grandma' }));
		const members = owner
			? engine.members
			: Object.assign(Object.create(engine.members) as object, { owner: false, list: all });
		const devices = new Devices({ ...engine, members } as never);
		const props = { devices, nowMs: () => 0 };
		const [, second] = devices.list;
		return (
			rendered(DeviceList, { engine: null }, props) +
			rendered(DeviceCard, {}, { ...props, member: second! })
		);
	};
	expect(list(true)).toContain(DEVICES.en.edit);
	expect(list(true)).not.toContain(DEVICES.en.notOwner(['Hall']));
	expect(list(false)).not.toContain(DEVICES.en.edit);
	expect(list(false)).toContain(DEVICES.en.notOwner(['Hall']));
});
