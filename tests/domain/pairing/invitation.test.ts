import { describe, expect, it } from 'vitest';
import { invitationFrom, invitationText } from '#domain/pairing/invitation.ts';

const code = 'mXq4kS9wQm2uZb1cT7rYpA';

describe('RL24 an invitation', () => {
	it.each([null, 'https://cam.example.org', 'http://[fd00::1]:8080'])(
		'to %s comes back',
		(relay) => {
			const text = invitationText({ code, relay });
			expect(invitationFrom(text)).toEqual({ code, relay });
			expect(invitationFrom(` https://app.example.org/#${text} `)).toEqual({ code, relay });
			expect(invitationFrom(text.slice('invite.'.length))).toEqual({ code, relay });
		},
	);

	it.each([
		'',
		'invite.',
		'not an invitation',
		`${code}.`,
		`${code}.!!!`,
		`${code}.aHR0cHM6Ly9hLmV4YW1wbGUvcGF0aA`,
		`${code}.amF2YXNjcmlwdDphbGVydCgxKQ`,
		`${invitationText({ code, relay: 'https://a.example' })}.more`,
		'x'.repeat(65),
	])('is not %j', (text) => {
		expect(invitationFrom(text)).toBeNull();
	});
});
