/** What an admin types about footage: check, homes, backup, restore. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { backUp, restore } from '#relay/footage/commands/backup.ts';
import { checkFootage } from '#relay/footage/commands/check-footage.ts';
import { deleteHome, listHomes } from '#relay/footage/commands/homes.ts';
import { withFootage } from '#relay/footage/commands/stored-footage.ts';
import { lockDataFolder } from '#relay/storage/data-folder-lock.ts';
import { RelayDatabase } from '#relay/storage/database.ts';
import { WebCrypto } from '#web/crypto.ts';
import { cameraOf, TestHome } from '../../../relay-core/test-device.ts';
import { signedRun, type SignedRun } from '../signed-run.ts';

const crypto = new WebCrypto();
/** Three seconds before a minute ends: two packs, beside that of the init section. */
const anchorUs = 1_795_000_017_000_000;
const minute = Math.floor(anchorUs / 60_000_000);
let root: string;
let data: string;
let said: string[];
let home: TestHome;
let camera: CameraId;
let whole: Bytes;
/** Sealed once: a camera sends the same bytes again. */
const runs = new Map<string, SignedRun>();

const say = (line: string) => said.push(line);
const yes = (question: string) => Promise.resolve(/^Type (\S+)/.exec(question)?.[1] ?? '');
const no = () => Promise.resolve('no');

async function uploaded(of: TestHome, folder = data, runNo = 1): Promise<Bytes> {
	const { sign } = of.first;
	const by = { home: of.id, camera: await cameraOf(of.first), sign };
	const name = `${of.id} ${String(runNo)}`;
	const run = runs.get(name) ?? (await signedRun(by, 6, anchorUs, runNo));
	runs.set(name, run);
	const { runRecord, records } = run;
	const bytes = concatBytes(...records);
	const origin = { home: of.id, camera: by.camera, key: await crypto.verifier(sign.public) };
	await withFootage(folder, ({ archive }) =>
		archive.put({ origin, runNo, runRecord, records: bytes }),
	);
	return bytes;
}

function openedHome(of: TestHome, folder = data): void {
	const database = new RelayDatabase(join(folder, 'relay.sqlite'));
	const entries = [...of.entries];
	database.apply({ kind: 'opened', home: of.id, invitation: '00', entries }, Date.now());
	database.close();
}

const readAll = (folder = data, runNo = 1) =>
	withFootage(folder, ({ archive }) =>
		archive.read({ home: home.id, camera, runNo }, [0, 99], 1e9),
	);
const packOf = (name: string | number, folder = data) =>
	join(folder, 'footage', home.id, camera, '1', `${String(name)}.pack`);

function flip(file: string, at: number): void {
	const bytes = readFileSync(file);
	bytes[at] = (bytes[at] ?? 0) ^ 1;
	writeFileSync(file, bytes);
}

beforeEach(async () => {
	root = mkdtempSync(join(tmpdir(), 'spy-cam-commands-'));
	data = mkdtempSync(join(root, 'data-'));
	said = [];
	home = await TestHome.found();
	camera = await cameraOf(home.first);
	openedHome(home);
	whole = await uploaded(home);
});
afterEach(() => rmSync(root, { recursive: true }));

describe('check', () => {
	test('RS13 finds what is flipped, torn and lost, and a head that is not signed', async () => {
		expect(await checkFootage(data, false, say)).toBe(true);
		expect(said).toEqual(['3 packs read: all footage is whole.']);
		// The last byte of a segment, and a byte of the signature of another's head.
		flip(packOf(minute), readFileSync(packOf(minute)).length - 1);
		flip(packOf(minute), 4 + 40 + 283);
		rmSync(packOf('run'));
		said = [];
		expect(await checkFootage(data, false, say)).toBe(false);
		expect(said.at(-1)).toContain('3 packs read: 3 segments damaged.');
		expect(said).toContain(`${home.id}/${camera}/1/${String(minute)}: 2 segments`);
		expect(said.at(-1)).toContain('check --repair');
	});

	test('RS13 repair takes it out, and what the camera sends again makes it whole', async () => {
		flip(packOf(minute), readFileSync(packOf(minute)).length - 1);
		const lock = lockDataFolder(data, 1);
		await expect(checkFootage(data, true, say)).rejects.toThrow('is using');
		lock.release();
		expect(await checkFootage(data, true, say)).toBe(true);
		expect(said.at(-1)).toContain('1 segment taken out');
		expect(await checkFootage(data, false, say)).toBe(true);
		await uploaded(home);
		expect(await readAll()).toEqual(whole);
	});

	test('RS13 a relay that has no footage yet is well', async () => {
		expect(await checkFootage(join(root, 'none'), false, say)).toBe(true);
		expect(said).toEqual([]);
	});
});

describe('homes', () => {
	test('RS14 each with its bytes, cameras and newest footage, and the cap', async () => {
		const other = await TestHome.found();
		openedHome(other);
		await listHomes(data, 20e9, say);
		expect(said[0]).toMatch(/^Footage: \d\.\d kB of 20\.0 GB \(footageCapGB\)\.$/);
		expect(said.find((line) => line.startsWith(home.id))).toMatch(/kB, 1 camera, newest 2026-11-/);
		expect(said.find((line) => line.startsWith(other.id))).toBe(`${other.id}  no footage`);
		await listHomes(data, null, say);
		expect(said.at(-3)).toContain('the default; set footageCapGB to decide');
	});

	test('RS14 one is deleted whole once its id was typed, the others stay', async () => {
		const other = await TestHome.found();
		openedHome(other);
		await uploaded(other);
		await expect(deleteHome(data, 'x', say, yes)).rejects.toThrow('There is no home x here');
		await expect(deleteHome(data, home.id, say, no)).rejects.toThrow('Nothing was changed');
		expect(await readAll()).toEqual(whole);
		await deleteHome(data, home.id, say, yes);
		expect(said.at(-1)).toBe('Deleted.');
		expect(existsSync(packOf(minute))).toBe(false);
		said = [];
		await listHomes(data, null, say);
		expect(said.filter((line) => line.startsWith(home.id))).toEqual([]);
		expect(said.filter((line) => line.startsWith(other.id))).toHaveLength(1);
		expect(await checkFootage(data, false, say)).toBe(true);
	});
});

describe('backup and restore', () => {
	test('RS15 everything comes back into an empty folder, as another store', async () => {
		const [backup, fresh] = [join(root, 'backup'), join(root, 'fresh')];
		writeFileSync(join(data, 'settings.json'), '{"footageCapGB":3}');
		await backUp(data, backup, say);
		const storeId = await withFootage(data, ({ index }) => Promise.resolve(index.storeId));
		await expect(restore(fresh, backup, say, no)).rejects.toThrow('Nothing was changed');
		said = [];
		await restore(fresh, backup, say, yes);
		expect(said.join('\n')).toMatch(/\d\.\d kB of footage of 1 home, 1 camera, newest/);
		expect(said.join('\n')).toContain('relay.sqlite, footage.sqlite');
		expect(readFileSync(join(fresh, 'settings.json'), 'utf8')).toContain('3');
		expect(await readAll(fresh)).toEqual(whole);
		expect(await withFootage(fresh, ({ index }) => Promise.resolve(index.storeId))).not.toBe(
			storeId,
		);
		expect(await checkFootage(fresh, false, say)).toBe(true);
	});

	test('RS15 a second backup copies only what is new, and forgets what left', async () => {
		const backup = join(root, 'backup');
		await backUp(data, backup, say);
		await uploaded(home, data, 2);
		await withFootage(data, ({ archive }) =>
			archive.discard([{ home: home.id, camera, runNo: 1, minute }]),
		);
		said = [];
		await backUp(data, backup, say);
		expect(said[0]).toMatch(/^Copied 3 packs/);
		expect(existsSync(packOf(minute, backup))).toBe(false);
	});

	test('RS15 index and packs of different ages heal: the older index, and the younger one', async () => {
		const [backup, fresh] = [join(root, 'backup'), join(root, 'fresh')];
		await backUp(data, backup, say);
		const second = await uploaded(home, data, 2);
		// An older index over younger packs.
		for (const end of ['', '-wal', '-shm'])
			rmSync(join(data, `footage.sqlite${end}`), { force: true });
		await restore(data, backup, say, yes);
		expect(await readAll(data, 2)).toEqual(second);
		// A younger index over older packs.
		await backUp(data, backup, say);
		rmSync(packOf(minute, backup));
		await restore(fresh, backup, say, yes);
		expect(said.at(-2)).toBe('1 minute is not here: its camera sends it again.');
		await uploaded(home, fresh);
		expect(await readAll(fresh)).toEqual(whole);
	});

	test('RS15 what was deleted here since the backup does not take what came back with it', async () => {
		const backup = join(root, 'backup');
		await backUp(data, backup, say);
		await withFootage(data, ({ archive }) =>
			archive.discard([{ home: home.id, camera, runNo: 1, minute }]),
		);
		await restore(data, backup, say, yes);
		expect(await readAll()).toEqual(whole);
	});

	test('RS15 refuses what is no backup, a folder of something else, and a running relay', async () => {
		await expect(restore(data, join(root, 'no'), say, yes)).rejects.toThrow('is no backup');
		await expect(backUp(data, root, say)).rejects.toThrow('holds something else');
		const backup = join(root, 'backup');
		const lock = lockDataFolder(data, 1);
		await backUp(data, backup, say);
		await expect(restore(data, backup, say, yes)).rejects.toThrow('is using');
		lock.release();
	});
});
