import { expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import RevokeDialog from '#routes/settings/RevokeDialog.svelte';
import type { DeviceText } from '#routes/settings/device-text.ts';
import type { SavedByDevice } from '#state/home/devices.svelte.ts';
import { DEVICES } from '#ui/words/devices.ts';
import { rendered } from '../../support/rendered.ts';

const camera = 'a'.repeat(32) as CameraId;
const startUs = new Date(2026, 10, 12, 6, 40).getTime() * 1000;
const copy = { camera, bytes: 1_200_000_000, startUs, endUs: startUs + 5 };
const text = { role: 'Camera', seen: '', marks: '', twin: '', here: false } as DeviceText;

const dialog = (saved: Omit<SavedByDevice, 'device'> | null, self = false): string =>
	rendered(
		RevokeDialog,
		{},
		{
			...{ name: 'Hall', self, text, revoke: () => undefined, close: () => undefined },
			saved: saved && { ...saved, device: 'd'.repeat(32) as never },
		},
	);

test('SY43 the dialog says how much the device saved, and keeps it unless asked to delete it', () => {
	const html = dialog({ state: 'known', copies: [copy] });
	expect(html).toMatch(/Its camera saved 1\.2 GB at the relay, since .*12.*6:40/);
	const radios = [...html.matchAll(/<input[^>]*type="radio"[^>]*>/g)].map(([one]) => one);
	expect(radios.map((one) => /\schecked/.test(one))).toEqual([true, false]);
	expect(html).toContain(DEVICES.en.saved.removeNote);
	const two = dialog({ state: 'known', copies: [copy, copy] });
	expect(two).toMatch(/Its cameras saved 2\.4 GB/);
});

test('SY43 it asks nothing where there is nothing, and says when the relay does not answer', () => {
	for (const saved of [null, { state: 'known', copies: [] }] as const) {
		const html = dialog(saved);
		expect(html).not.toContain('type="radio"');
		expect(html).not.toContain(DEVICES.en.saved.unknown);
	}
	expect(dialog({ state: 'asking', copies: [] })).toContain(DEVICES.en.saved.asking);
	expect(dialog({ state: 'unknown', copies: [] })).toContain(DEVICES.en.saved.unknown);
	// Who is out signs nothing any more.
	const self = dialog({ state: 'known', copies: [copy] }, true);
	expect(self).toContain(DEVICES.en.saved.self);
	expect(self).not.toContain('type="radio"');
});
