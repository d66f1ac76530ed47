import { expect, test } from 'vitest';
import DeviceList from '#routes/settings/DeviceList.svelte';
import RevokeDialog from '#routes/settings/RevokeDialog.svelte';
import { deviceText } from '#routes/settings/device-text.ts';
import { Devices } from '#state/home/devices.svelte.ts';
import { DEVICES } from '#ui/words/devices.ts';
import { MEMBERS } from '../../gallery/home.ts';
import { NOON } from '../../gallery/scene.ts';
import { stubEngine } from '../../gallery/stand-ins.ts';
import { rendered } from '../../support/rendered.ts';

const MINUTE_MS = 60_000;
/** The phone and the laptop, both called `Computer`, added an hour apart. */
const members = MEMBERS.map((member, at) => ({
	...member,
	...((at === 1 || at === 2) && { name: 'Computer', addedMs: NOON - at * 60 * MINUTE_MS }),
	safety: `${String(11111 * at)} 00000`,
}));
const devices = new Devices(stubEngine({ home: { members } }));
const textOf = (at: number) => deviceText(devices, members[at]!, NOON, 'en');

test('PR33 two devices of one name differ in the list, and others say no more than before', () => {
	const [one, two] = [textOf(1), textOf(2)];
	expect(one.twin).toContain('number 11111 …');
	expect(two.twin).toContain('number 22222 …');
	expect(one.twin.split(', number')[0]).not.toBe(two.twin.split(', number')[0]);
	expect(textOf(3).twin).toBe('');
	const html = rendered(DeviceList, { engine: null }, { devices, nowMs: () => NOON });
	for (const { twin } of [one, two]) expect(html).toContain(twin);
	expect(html).not.toContain('number 33333');
});

test('PR33 before one is removed, the screen says which, whether there are two or not', () => {
	const dialog = (at: number) =>
		rendered(
			RevokeDialog,
			{},
			{
				...{ name: members[at]!.name ?? '', self: false, text: textOf(at) },
				...{ saved: null, revoke: () => undefined, close: () => undefined },
			},
		);
	const [twin, single] = [dialog(2), dialog(3)];
	expect(twin).toContain(DEVICES.en.twins('Computer'));
	expect(single).not.toContain('Another device is also called');
	for (const [html, at] of [
		[twin, 2],
		[single, 3],
	] as const) {
		const { role, seen, marks } = textOf(at);
		expect(html).toContain([role, seen, marks].join(' · '));
	}
});
