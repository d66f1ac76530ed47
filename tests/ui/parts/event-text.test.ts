import { expect, test } from 'vitest';
import type { CameraEvent, EventCommand } from '#domain/recording/event.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { COMMANDS } from '#domain/home/rights.ts';
import { eventText } from '#ui/parts/event-text.ts';

const anna = { device: 'ab'.repeat(16) as DeviceId, name: 'Anna' };

function event(
	kind: CameraEvent['kind'],
	order: EventCommand | null = null,
	by = anna,
): CameraEvent {
	const at = { id: 1, camera: 'cd'.repeat(16) as CameraId, startUs: 0, endUs: 0 };
	return { ...at, kind, by, order, seen: null };
}

test('EV11 EV12 watching and commands are shown with the name', () => {
	const stop = { name: 'stop', value: null, fault: null } as const;
	expect(eventText(event('watched'), 'en')).toBe('Anna watched');
	expect(eventText(event('ordered', stop), 'en')).toBe('Anna stopped the recording');
	expect(eventText(event('ordered', { ...stop, fault: 'denied' }), 'en')).toBe(
		'Anna tried to stop the recording: refused',
	);
	expect(eventText(event('ordered', { ...stop, fault: 'timeout' }), 'de')).toBe(
		'Anna wollte die Aufnahme beenden: nicht gelungen',
	);
	const unknown = { device: null, name: null } as unknown as typeof anna;
	expect(eventText(event('sealed', null, unknown), 'en')).toMatch(/^Someone received encrypted/);
});

test('EV15 EV16 a look is shown with who looked and at what, as the word of the relay', () => {
	const sixUs = new Date(2026, 10, 29, 6, 40).getTime() * 1000;
	const seen = { startUs: sixUs, endUs: sixUs + 12 * 60e6 };
	const looked = { ...event('looked'), seen };
	expect(eventText(looked, 'en')).toMatch(/^Anna looked at .*6:40.* to .*6:52.*, says the relay$/);
	expect(eventText(looked, 'de')).toMatch(
		/^Anna hat sich .*06:40.* bis 06:52.* angesehen, sagt das/,
	);
	expect(eventText(event('looked'), 'en')).toBe('Anna');
});

test('every command has texts for done and refused', () => {
	for (const language of ['en', 'de'] as const) {
		const said = COMMANDS.flatMap((name) =>
			([null, 'denied'] as const).map((fault) =>
				eventText(event('ordered', { name, value: true, fault }), language),
			),
		);
		expect(new Set(said).size).toBe(said.length);
		expect(said.join()).not.toContain('undefined');
	}
});
