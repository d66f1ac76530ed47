import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isAsBuilt, loadSite, sumsOf } from '#relay/base/site.ts';
import { temporaryFolder } from '../e2e/support/launch.ts';

const root = join(import.meta.dirname, '../..');
/**
 * Another environment: another folder and depth, packages elsewhere, another time zone and locale,
 * later.
 */
const elsewhere = join(temporaryFolder(), 'some', 'where');
const sources = ['src', 'static', 'package.json', 'package-lock.json', 'tsconfig.json'];
const configs = ['svelte.config.js', 'vite.config.ts'];

afterAll(() => rmSync(join(elsewhere, '../..'), { recursive: true, force: true }));

test('AP10 AP11 the same sources give the same bytes, built here earlier and there now', async () => {
	for (const name of [...sources, ...configs]) {
		cpSync(join(root, name), join(elsewhere, name), { recursive: true });
	}
	symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
	const vite = join(elsewhere, 'node_modules/vite/bin/vite.js');
	const env = { ...process.env, TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8', HOME: elsewhere };
	const { status, stderr } = spawnSync(process.execPath, [vite, 'build'], {
		...{ cwd: elsewhere, encoding: 'utf8', env: { ...env, NODE_ENV: 'production' } },
	});
	expect(status, stderr).toBe(0);
	const folders = [join(root, 'build'), join(elsewhere, 'build')];
	const [here, there] = await Promise.all(folders.map(loadSite));
	if (here === undefined || there === undefined) throw new Error('a build is missing');
	expect(sumsOf(there).text).toBe(sumsOf(here).text);
	expect(sumsOf(there).hash).toBe(sumsOf(here).hash);
	expect([isAsBuilt(here), isAsBuilt(there)]).toEqual([true, true]);
	// Compressed files too: the pinned Node makes them.
	const forms = (site: typeof here) =>
		[...site.assets].flatMap(([path, { smaller }]) =>
			smaller.map(
				({ encoding, bytes }) => `${path} ${encoding} ${Buffer.from(bytes).toString('base64')}`,
			),
		);
	expect(forms(there)).toEqual(forms(here));
});

test('AP11 the hash is what sha256sum prints, without any tool of the project', async () => {
	const folder = join(root, 'build');
	const command =
		"find * -type f ! -path '*/.*' ! -name '*.br' ! -name '*.gz' ! -name sha256sums.txt | LC_ALL=C sort | xargs sha256sum";
	const { stdout } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
	expect(stdout).toBe(readFileSync(join(folder, 'sha256sums.txt'), 'utf8'));
	const whole = spawnSync('sha256sum', ['sha256sums.txt'], { cwd: folder, encoding: 'utf8' });
	expect(whole.stdout.slice(0, 64)).toBe(sumsOf(await loadSite(folder)).hash);
});
