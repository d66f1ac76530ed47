/** What other accounts on the machine can read (RL31). */
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RelayDatabase } from '#relay/storage/database.ts';
import { CertificateStore } from '#relay/tls/certificate-store.ts';
import { restrictPermissions } from '#relay/storage/folder-permissions.ts';

let data: string;
let umask: number;
beforeEach(() => {
	umask = process.umask(0o022);
	data = mkdtempSync(join(tmpdir(), 'spy-cam-privacy-'));
});
afterEach(() => {
	process.umask(umask);
	rmSync(data, { recursive: true });
});

const modeOf = (...path: string[]): string =>
	(statSync(join(data, ...path)).mode & 0o777).toString(8);

test('RL31 existing files are restricted: folder, database with SQLite’s auxiliary files, settings, keys', () => {
	mkdirSync(join(data, 'authority'), { mode: 0o755 });
	const files = ['relay.sqlite', 'relay.sqlite-wal', 'relay.sqlite-shm', 'server.lock'];
	const ours = [...files, 'settings.json', 'authority/authority.key', 'authority/authority.crt'];
	for (const file of [...ours, 'a photo of mine'])
		writeFileSync(join(data, file), '', { mode: 0o644 });
	expect(restrictPermissions(data)).toEqual([]);
	expect([modeOf(), modeOf('authority')]).toEqual(['700', '700']);
	expect(ours.map((file) => modeOf(file))).toEqual(ours.map(() => '600'));
	// Not the server's own file; its folder is closed.
	expect(modeOf('a photo of mine')).toBe('644');
});

test('RL31 files created later are restricted, too', async () => {
	expect(restrictPermissions(data)).toEqual([]);
	const database = new RelayDatabase(join(data, 'relay.sqlite'));
	database.invite(Date.now());
	const made = ['relay.sqlite', 'relay.sqlite-wal', 'relay.sqlite-shm'];
	expect(made.map((file) => modeOf(file))).toEqual(['600', '600', '600']);
	database.close();
	const papers = await CertificateStore.open(data, ['cam.local'], Date.now());
	await papers.leaf(['cam.local'], Date.now());
	expect(
		['authority', 'authority/leaf.key', 'authority/names.json'].map((one) => modeOf(one)),
	).toEqual(['700', '600', '600']);
});

test('RL31 a missing folder needs no restriction', () => {
	expect(restrictPermissions(join(data, 'none'))).toEqual([]);
});

test('RL31 the target of a link is left alone, and the link is reported', () => {
	const elsewhere = mkdtempSync(join(tmpdir(), 'spy-cam-elsewhere-'));
	const file = join(elsewhere, 'passwords');
	writeFileSync(file, '', { mode: 0o644 });
	symlinkSync(file, join(data, 'relay.sqlite-shm'));
	symlinkSync(elsewhere, join(data, 'authority'));
	const why = 'it is a link';
	expect(restrictPermissions(data)).toEqual([
		{ path: join(data, 'authority'), why },
		{ path: join(data, 'relay.sqlite-shm'), why },
	]);
	expect(statSync(file).mode & 0o777).toBe(0o644);
	rmSync(elsewhere, { recursive: true });
});
