import { expect, test } from 'vitest';
import { greeting, type GreetingOptions } from '#relay/process/greeting.ts';
import { readSettings, type Settings } from '#relay/config/settings.ts';

const CODE = 'AAAAAAAAAAAAAAAAAAAAAA';
const qr = (text: string) => `[${text}]`;

function settingsOf(given: Record<string, unknown>): Settings {
	const read = readSettings(null, { data: '', app: undefined, settings: given, variables: {} });
	if (read.kind === 'wrong') throw new Error(read.sentences.join());
	return read.settings;
}

function said(given: Record<string, unknown>, more: Partial<GreetingOptions> = {}): string[] {
	return greeting({
		...{ settings: settingsOf(given), ports: { http: 8080, https: 8443 } },
		...{ hosts: ['spycam.local', '127.0.0.1', '192.168.1.5'], invitation: CODE },
		...{ fingerprint: ['01 02'], qr },
		...more,
	});
}

const codes = (lines: readonly string[]) => lines.filter((line) => line.startsWith('['));

test('RL36 one code leads a phone from the terminal via trust page and home to the camera', () => {
	const lines = said({});
	expect(codes(lines)).toEqual([`[http://192.168.1.5:8080/trust#invite.${CODE}]`]);
	expect(lines).toContain(
		`Invitation to set up a home here: http://localhost:8080/#invite.${CODE}`,
	);
	expect(lines.at(-1)).toBe('Spy-cam is at http://localhost:8080');
});

test('RL36 once there is a home, the code leads another phone to the trust page', () => {
	const lines = said({}, { invitation: null });
	expect(codes(lines)).toEqual(['[http://192.168.1.5:8080/trust]']);
	expect(lines.join()).not.toContain('invite');
});

test.each([
	['under a public name it leads to the app', { public: 'cam.example.org', proxies: ['10.0.0.1'] }],
])('RL36 %s', (_what, given) => {
	expect(codes(said(given))).toEqual([`[https://cam.example.org/#invite.${CODE}]`]);
	expect(codes(said(given, { invitation: null }))).toEqual([]);
});

test('RL36 no code when the output is a file or the machine is in no network', () => {
	expect(codes(said({}, { qr: null }))).toEqual([]);
	const lines = said({}, { invitation: null, hosts: ['127.0.0.1', '::1'] });
	expect(codes(lines)).toEqual([]);
	expect(lines.join()).not.toContain('/trust');
});
