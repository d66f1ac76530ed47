/** docs/api.md lists exactly what the relay answers. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
	CLOSE_CODES,
	fromDevice,
	fromRelay,
	REFUSAL_REASONS,
	SOCKET_PATH,
} from '#protocol/wire.ts';
import { createApi, type ApiDependencies } from '#relay/http/api.ts';
import { createTrust } from '#relay/http/trust.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(`${root}docs/api.md`, 'utf8');

function section(title: string): string {
	const from = page.indexOf(`## ${title}\n`);
	const to = page.indexOf('\n## ', from + 1);
	return page.slice(from, to < 0 ? undefined : to);
}

/** The items of a section: the word in code, and the fields in parentheses. */
const items = (title: string): string[][] =>
	[...section(title).matchAll(/^- `([^`]*)`(?:\s\(([^)]*)\))?:/gm)].map(([, word, fields]) => [
		word!,
		fields ?? '',
	]);

type Schemas = typeof fromDevice.options | typeof fromRelay.options;
const kinds = (options: Schemas): [string, string[]][] =>
	options.map(({ entries: { t, ...rest } }) => [t.literal, Object.keys(rest)]);

test.each([
	['Over the socket, from a device', fromDevice.options],
	['Over the socket, from the relay', fromRelay.options],
])('%s', (title, options) => {
	const listed = items(title).map(([t = '', fields = '']) => [
		t,
		fields.split(/,\s/).filter(Boolean),
	]);
	const sorted = (list: unknown[][]): string[] =>
		list.map(([t, fields]) => `${String(t)}: ${[...(fields as string[])].sort().join()}`).sort();
	expect(sorted(listed)).toEqual(sorted(kinds(options)));
});

test('over HTTP', () => {
	const api = createApi({} as ApiDependencies);
	const files = { certificate: new Uint8Array(), profile: new Uint8Array(), fingerprint: [] };
	const trust = createTrust(files, () => ({ here: '', secure: '', trust: null }));
	const routes = [...api.routes, ...trust.routes]
		.filter(({ method, path }) => method === 'GET' && path !== '/' && !path.endsWith('*'))
		.map(({ path }) => path.replace(/(?<=.)\/$/, ''));
	const listed = items('Over HTTP').map(([route = '']) => route.replace('GET ', ''));
	expect(listed.sort()).toEqual([...new Set([...routes, SOCKET_PATH, '/…'])].sort());
});

test('reasons of refusal, and close codes', () => {
	const line = /^Why something is `refused`: ([^.]*)\.$/m.exec(page)?.[1];
	expect(line?.replaceAll('`', '').split(/,\s/).sort()).toEqual([...REFUSAL_REASONS].sort());
	const codes = [.../^A socket is closed with ([^.]*)\.$/m.exec(page)![1]!.matchAll(/\d{4}/g)];
	expect(codes.map(Number).sort()).toEqual(Object.values(CLOSE_CODES).sort());
});
