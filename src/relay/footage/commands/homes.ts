import { dirname } from 'node:path';
import { Fault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { defaultRelayCap } from '#domain/storage/relay-space.ts';
import { volumeOf } from '#relay/footage/space/volume.ts';
import { SpaceLedger } from '#relay/footage/space/space-ledger.ts';
import { RelayDatabase } from '#relay/storage/database.ts';
import {
	confirmed,
	counted,
	fileIn,
	hasFootage,
	rostersIn,
	sizeText,
	timeText,
	whileStopped,
	withFootage,
} from './stored-footage.ts';

interface HomeSummary {
	readonly home: string;
	readonly bytes: number;
	readonly cameras: number;
	readonly newestMs: number | null;
	readonly lowered: number | null;
}

async function summaries(data: string): Promise<HomeSummary[]> {
	const known = rostersIn(data).map(({ home }) => home);
	const none = { bytes: 0, cameras: 0, newestMs: null, lowered: null };
	if (!hasFootage(data)) return known.map((home) => ({ home, ...none }));
	return withFootage(data, async ({ index, retention, sidecars }) => {
		const lowered = new SpaceLedger(index).shares();
		const all = new Set([...known, ...retention.homes().keys()]);
		return Promise.resolve(
			[...all].map((name) => {
				const home = name as HomeId;
				const cameras = retention.cameras(home);
				const times = cameras.flatMap(({ newestMs }) => newestMs ?? []);
				return {
					home,
					bytes: index.usedBytes(home) + sidecars.usedBytes(home),
					cameras: cameras.length,
					newestMs: times.length === 0 ? null : Math.max(...times),
					lowered: lowered.get(home) ?? null,
				};
			}),
		);
	});
}

/** RS14: the homes here, what their footage takes, and how new it is. */
export async function listHomes(
	data: string,
	capBytes: number | null,
	say: (line: string) => void,
): Promise<void> {
	const homes = await summaries(data);
	const cap = capBytes ?? defaultRelayCap((await volumeOf(dirname(fileIn.index(data)))).sizeBytes);
	const used = homes.reduce((sum, { bytes }) => sum + bytes, 0);
	const who = capBytes === null ? 'the default; set footageCapGB to decide' : 'footageCapGB';
	say(`Footage: ${sizeText(used)} of ${sizeText(cap)} (${who}).`);
	if (homes.length === 0) say('There is no home here yet.');
	for (const { home, bytes, cameras, newestMs, lowered } of homes) {
		const parts = [
			bytes === 0 ? 'no footage' : sizeText(bytes),
			...(cameras > 0 ? [counted(cameras, 'camera')] : []),
			...(newestMs === null ? [] : [`newest ${timeText(newestMs)}`]),
			...(lowered === null ? [] : [`lowered to ${sizeText(lowered)} by its owner`]),
		];
		say(`${home}  ${parts.join(', ')}`);
	}
}

/** RS14: deletes all that is kept of a home, once its id was typed; only while no relay runs. */
export async function deleteHome(
	data: string,
	name: string,
	say: (line: string) => void,
	ask: (question: string) => Promise<string>,
): Promise<void> {
	await whileStopped(data, async () => {
		const home = (await summaries(data)).find((one) => one.home === name);
		if (home === undefined)
			throw new Fault('not-found', `There is no home ${name} here. See: npm run relay -- homes`);
		say(
			`All that this relay keeps of the home is deleted: ${sizeText(home.bytes)} of footage of ${counted(home.cameras, 'camera')}, its roster, and waiting messages. Its devices keep what they have.`,
		);
		await confirmed(name, ask);
		const id = name as HomeId;
		if (hasFootage(data))
			await withFootage(data, async ({ archive, index, sidecars }) => {
				await archive.discardHome(id);
				sidecars.deleteHome(id);
				new SpaceLedger(index).forget(id);
			});
		const database = new RelayDatabase(fileIn.relay(data));
		try {
			database.deleteHome(id);
		} finally {
			database.close();
		}
		say('Deleted.');
	});
}
