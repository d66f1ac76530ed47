import { describe, expect, test } from 'vitest';
import {
	isAllowedOrigin,
	proxiesFrom,
	clientOriginOf,
	type OriginPolicy,
} from '#relay/base/origin-policy.ts';

const originPolicy: OriginPolicy = {
	hosts: new Set(['cam.local', 'localhost', '192.168.1.5', '127.0.0.1', '[::1]']),
	origins: new Set(['https://app.example.org']),
	publicName: 'cam.example.org',
	ports: { http: 8080, https: 8443 },
	proxies: proxiesFrom(['10.0.0.0/8', '::1'])!,
};

const ask = (remoteAddress: string, headers: Record<string, string> = {}, secure = false) =>
	clientOriginOf(originPolicy, { headers, socket: { remoteAddress } }, secure);

describe('RL4 host names', () => {
	test.each([
		['cam.local:8443', true, 'https://cam.local:8443'],
		['CAM.local:8443', true, 'https://cam.local:8443'],
		['cam.local', true, 'https://cam.local'],
		['cam.local:443', true, 'https://cam.local'],
		['localhost:8080', false, 'http://localhost:8080'],
		['[::1]:8080', false, 'http://[::1]:8080'],
		['cam.example.org', false, 'https://cam.example.org'],
		['evil.example', false, null],
		['cam.local.evil.example', true, null],
		['cam.local@evil.example', true, null],
		['', true, null],
	])('%s', (host, secure, origin) => {
		expect(ask('192.168.1.9', { host }, secure).origin).toBe(origin);
	});

	test('a request without Host', () => {
		expect(ask('192.168.1.9').origin).toBeNull();
	});
});

describe('RL4 origins', () => {
	const client = ask('192.168.1.9', { host: 'cam.local:8443' }, true);

	test.each([
		['https://cam.local:8443', true],
		['https://192.168.1.5:8443', true],
		['http://localhost:8080', true],
		['https://cam.example.org', true],
		['https://app.example.org', true],
		['http://cam.local:8080', false],
		['http://localhost:3000', false],
		['https://cam.local:9', false],
		['https://cam.local', false],
		['https://evil.example', false],
		['https://app.example.org.evil.example', false],
		['null', false],
		['', false],
		['file://', false],
		[undefined, false],
	])('%s: %s', (origin, allowed) => {
		expect(isAllowedOrigin(originPolicy, client, origin)).toBe(allowed);
	});
});

describe('RL5 the client address', () => {
	test.each([
		['a stranger’s header is ignored', '192.168.1.9', '1.2.3.4', '192.168.1.9', false],
		['a proxy’s header is trusted', '10.0.0.1', '1.2.3.4', '1.2.3.4', true],
		[
			'the last of several that is not a proxy',
			'10.0.0.1',
			'6.6.6.6, 1.2.3.4, 10.9.9.9',
			'1.2.3.4',
			true,
		],
		['an invalid address is ignored', '10.0.0.1', '1.2.3.4, unknown', '10.0.0.1', true],
		['an IPv4-mapped address', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8::1', true],
		['no header', '10.0.0.1', '', '10.0.0.1', true],
		['this machine', '127.0.0.1', '', '127.0.0.1', true],
		['this machine is not a proxy unless configured', '127.0.0.1', '1.2.3.4', '127.0.0.1', true],
	])('%s', (_name, remote, header, address, inside) => {
		const headers = { host: 'cam.local', 'x-forwarded-for': header };
		expect(ask(remote, headers)).toMatchObject({ address, inside });
	});

	test('RL5 clients behind a proxy on this machine do not count as local', () => {
		const policy = { ...originPolicy, proxies: proxiesFrom(['127.0.0.1'])! };
		const visit = (header: string) =>
			clientOriginOf(
				policy,
				{
					headers: { host: 'cam.local', 'x-forwarded-for': header },
					socket: { remoteAddress: '127.0.0.1' },
				},
				false,
			);
		expect(visit('1.2.3.4')).toMatchObject({ inside: true, local: false });
		expect(ask('127.0.0.1', { host: 'cam.local' })).toMatchObject({ inside: true, local: true });
		expect(ask('192.168.1.9', { host: 'cam.local' })).toMatchObject({ local: false });
	});

	test.each([
		...['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via', 'x-real-ip'],
		...['cf-connecting-ip', 'true-client-ip', 'x-client-ip', 'fly-client-ip', 'x-azure-clientip'],
		...['cdn-loop', 'x-original-forwarded-for', 'x-envoy-external-address'],
	])('RL5 nor do clients behind an unconfigured proxy that sends %s', (name) => {
		const headers = { host: 'cam.local', [name]: '1.2.3.4' };
		expect(ask('127.0.0.1', headers)).toMatchObject({ inside: true, local: false });
	});

	test.each(['10.0.0.0/33', 'nginx', '10.0.0.0/8/8', '', '::1/129', '10.0.0.0/x'])(
		'an invalid proxy: %s',
		(text) => expect(proxiesFrom([text])).toBeNull(),
	);
});
