import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { dirname, join } from 'node:path';
import { Fault } from '#domain/base/fault.ts';
import { FootageIndex, newStoreId } from '#relay/footage/footage-index.ts';
import { IndexDatabase } from '#relay/footage/index-database.ts';
import { IndexRetention } from '#relay/footage/index-retention.ts';
import { PackFolder, type PackKey } from '#relay/footage/pack-folder.ts';
import {
	confirmed,
	counted,
	fileIn,
	hasFootage,
	sizeText,
	timeText,
	whileStopped,
	withFootage,
} from './stored-footage.ts';

const DATABASES = [fileIn.relay, fileIn.index, fileIn.sidecars] as const;
const BESIDE = ['authority', 'settings.json'] as const;

interface Copied {
	readonly packs: number;
	readonly bytes: number;
}

/**
 * RS15: copies the data folder, also while the relay runs: the databases first, then the packs.
 * What was copied before is not copied again.
 */
export async function backUp(
	data: string,
	folder: string,
	say: (line: string) => void,
): Promise<void> {
	await failing(async () => {
		if (existsSync(folder) && !existsSync(fileIn.relay(folder)) && !(await isEmpty(folder)))
			throw new Fault('conflict', `${folder} holds something else. Give a new folder.`);
		await mkdir(folder, { recursive: true, mode: 0o700 });
		for (const file of DATABASES) await copyDatabase(file(data), file(folder));
		for (const name of BESIDE) await copyBeside(join(data, name), join(folder, name));
		const [from, to] = [new PackFolder(fileIn.packs(data)), new PackFolder(fileIn.packs(folder))];
		const { packs, bytes } = await copyPacks(from, to, () => true);
		// What the relay deleted since the last time is deleted here, too.
		for await (const key of to.all()) if ((await from.size(key)) === null) await to.delete(key);
		say(`Copied ${counted(packs, 'pack')} (${sizeText(bytes)}) to ${folder}.`);
		say('It holds the key of the certificate authority: keep it as safe as the relay itself.');
	});
}

/**
 * RS15: brings a backup back, once that was confirmed; only while no relay runs. What is here
 * stays; packs and index heal by themselves, whichever is the younger.
 */
export async function restore(
	data: string,
	folder: string,
	say: (line: string) => void,
	ask: (question: string) => Promise<string>,
): Promise<void> {
	if (!existsSync(fileIn.relay(folder)))
		throw new Fault('not-found', `${folder} is no backup of a relay.`);
	await whileStopped(data, () =>
		failing(async () => {
			const beside = BESIDE.filter(
				(name) => existsSync(join(folder, name)) && !existsSync(join(data, name)),
			);
			const databases = DATABASES.filter(
				(file) => existsSync(file(folder)) && !existsSync(file(data)),
			);
			say(`In ${folder}, of ${timeText((await stat(fileIn.relay(folder))).mtimeMs)}:`);
			await describe(folder, say);
			say('Here now:');
			await describe(data, say);
			const names = [...databases.map((file) => file('.')), ...beside];
			say(
				names.length === 0
					? 'Footage that is missing here comes back. Rosters, certificates and settings stay.'
					: `Footage that is missing here comes back, and: ${names.join(', ')}.`,
			);
			if (databases.includes(fileIn.relay))
				say('Devices removed since that backup are refused again once an owner’s device connects.');
			await confirmed('restore', ask);
			for (const file of databases) await copyDatabase(file(folder), file(data));
			for (const name of beside) await copyBeside(join(folder, name), join(data, name));
			const to = new PackFolder(fileIn.packs(data));
			const from = new PackFolder(fileIn.packs(folder));
			const { packs, bytes } = await copyPacks(from, to, async (key) => !(await to.size(key)));
			await heal(data, say);
			say(`${counted(packs, 'pack')} (${sizeText(bytes)}) came back. Start the relay.`);
		}),
	);
}

async function describe(data: string, say: (line: string) => void): Promise<void> {
	if (!hasFootage(data)) {
		say('  no footage');
		return;
	}
	await withFootage(data, async ({ index, retention }) => {
		const cameras = retention.cameras();
		const times = cameras.flatMap(({ newestMs }) => newestMs ?? []);
		const newest = times.length === 0 ? '' : `, newest ${timeText(Math.max(...times))}`;
		const homes = counted(retention.homes().size, 'home');
		const all = `${homes}, ${counted(cameras.length, 'camera')}`;
		say(`  ${sizeText(index.usedBytes())} of footage of ${all}${newest}`);
		return Promise.resolve();
	});
}

/** Its cameras were told of another past: they ask anew what is here (SY10). */
async function heal(data: string, say: (line: string) => void): Promise<void> {
	const index = new FootageIndex(fileIn.index(data));
	const retention = new IndexRetention(index);
	retention.renewStoreId();
	// Notes of the one past say nothing of packs of the other.
	retention.spareAll();
	index.close();
	const sidecars = new IndexDatabase(fileIn.sidecars(data), () => undefined);
	if (sidecars.get(`SELECT 1 FROM sqlite_schema WHERE name = 'store'`) !== undefined)
		sidecars.run('UPDATE store SET id = ?', newStoreId());
	sidecars.close();
	const { rebuilt, missing } = await withFootage(data, ({ archive }) => archive.recover());
	if (rebuilt > 0) say(`Added to the index: ${counted(rebuilt, 'pack')}.`);
	if (missing === 1) say('1 minute is not here: its camera sends it again.');
	if (missing > 1) say(`${String(missing)} minutes are not here: their cameras send them again.`);
}

/** A database that is in use, as of one moment. */
async function copyDatabase(from: string, to: string): Promise<void> {
	if (!existsSync(from)) return;
	const fresh = `${to}.new`;
	await rm(fresh, { force: true });
	const database = new DatabaseSync(from, { timeout: 5_000 });
	try {
		database.prepare('VACUUM INTO ?').run(fresh);
	} finally {
		database.close();
	}
	await chmod(fresh, 0o600);
	for (const end of ['-wal', '-shm']) await rm(`${to}${end}`, { force: true });
	await rename(fresh, to);
}

async function copyBeside(from: string, to: string): Promise<void> {
	if (existsSync(from)) await cp(from, to, { recursive: true, force: true });
}

async function copyPacks(
	from: PackFolder,
	to: PackFolder,
	wanted: (key: PackKey) => boolean | Promise<boolean>,
): Promise<Copied> {
	let [packs, bytes] = [0, 0];
	for await (const key of from.all()) {
		const size = await from.size(key);
		if (size === null || size === (await to.size(key)) || !(await wanted(key))) continue;
		const file = to.fileOf(key);
		await mkdir(dirname(file), { recursive: true, mode: 0o700 });
		try {
			await copyFile(from.fileOf(key), `${file}.new`);
			await rename(`${file}.new`, file);
		} catch (error) {
			await rm(`${file}.new`, { force: true });
			// Retention took it meanwhile.
			if (codeOf(error) === 'ENOENT') continue;
			throw error;
		}
		packs += 1;
		bytes += size;
	}
	return { packs, bytes };
}

async function isEmpty(folder: string): Promise<boolean> {
	return (await readdir(folder)).length === 0;
}

async function failing(work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (error instanceof Fault) throw error;
		const why = codeOf(error) === 'ENOSPC' ? 'the disk is full' : String(error);
		throw new Fault('unavailable', `It could not be copied: ${why}.`, error);
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : '';
}
