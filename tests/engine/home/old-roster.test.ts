import { expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { bytesOfBase64url } from '#domain/base/base64url.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { accessOf, isCamera, may } from '#domain/home/rights.ts';
import { buildEntry, parseEntry, type RosterEntry } from '#domain/home/roster.ts';
import { replayRoster } from '#engine/home/roster.ts';
import old from '../../fixtures/vectors/roster-before-control.json' with { type: 'json' };

const entries = old.entries.map(bytesOfBase64url);

test('RG4 a roster older than the control right replays, and its viewers keep control', async () => {
	const { devices } = await replayRoster(new WebCrypto(), entries);
	const rolesOf = (name: keyof typeof old.devices) =>
		devices.get(old.devices[name] as DeviceId)?.roles ?? [];
	expect(accessOf(rolesOf('owner'))).toBe('owner');
	expect(accessOf(rolesOf('viewer'))).toBe('viewer');
	expect(may(rolesOf('viewer'), 'control')).toBe(true);
	expect(may(rolesOf('viewer'), 'stop')).toBe(false);
	expect(accessOf(rolesOf('live'))).toBe('live-only');
	expect([accessOf(rolesOf('camera')), isCamera(rolesOf('camera'))]).toEqual(['viewer', true]);
	expect(rolesOf('gone')).toEqual([]);
});

test('RG4 roles are bits, and unknown ones are refused', () => {
	const { entry, canonical } = parseEntry(entries[1]!);
	expect(buildEntry(entry)).toEqual(canonical);
	const narrowed: RosterEntry = { ...entry, roles: ['viewer', 'view-only'] };
	const bytes = buildEntry(narrowed);
	expect(new DataView(bytes.buffer).getUint16(2)).toBe(2 + 32);
	const signed = (bits: number) => {
		const whole = new Uint8Array(bytes.length + 64);
		whole.set(bytes);
		new DataView(whole.buffer).setUint16(2, bits);
		return whole;
	};
	expect(parseEntry(signed(34)).entry.roles).toEqual(['viewer', 'view-only']);
	expect(() => parseEntry(signed(64 + 2))).toThrow(
		expect.objectContaining({ kind: 'unsupported' }),
	);
});
