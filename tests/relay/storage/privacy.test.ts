/** What other accounts of the machine may read (RL31). */
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

test('RL31 what was open is closed: folder, database with what SQLite puts beside it, settings, keys', () => {
	mkdirSync(join(data, 'authority'), { mode: 0o755 });
	const files = ['relay.sqlite', 'relay.sqlite-wal', 'relay.sqlite-shm', 'server.lock'];
	const ours = [...files, 'settings.json', 'authority/authority.key', 'authority/authority.crt'];
	for (const file of [...ours, 'a photo of mine'])
		writeFileSync(join(data, file), '', { mode: 0o644 });
	expect(restrictPermissions(data)).toEqual([]);
	expect([modeOf(), modeOf('authority')]).toEqual(['700', '700']);
	expect(ours.map((file) => modeOf(file))).toEqual(ours.map(() => '600'));
	// Somebody else’s: behind a folder that is closed.
	expect(modeOf('a photo of mine')).toBe('644');
});

test('RL31 what is made afterwards is closed, too', async () => {
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

test('RL31 a folder that is not there is nothing to close', () => {
	expect(restrictPermissions(join(data, 'none'))).toEqual([]);
});

test('RL31 what lies behind a link is left as it is, and the link is named', () => {
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
