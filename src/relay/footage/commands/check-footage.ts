import type { PackKey } from '#relay/footage/pack-folder.ts';
import { counted, whileStopped, withFootage, hasFootage, sizeText } from './stored-footage.ts';

interface CheckedFootage {
	readonly packs: number;
	readonly damaged: number;
}

/**
 * RS13: reads every pack, and says what is not as its camera signed it. `repair`: takes that out,
 * so that the cameras send it again; only while no relay runs. Returns whether all is well.
 */
export async function checkFootage(
	data: string,
	repair: boolean,
	say: (line: string) => void,
): Promise<boolean> {
	if (!hasFootage(data)) return true;
	const { packs, damaged } = await (repair
		? whileStopped(data, () => check(data, true, say))
		: check(data, false, say));
	const read = `${counted(packs, 'pack')} read`;
	if (damaged === 0) say(`${read}: all footage is whole.`);
	else if (repair)
		say(`${read}: ${counted(damaged, 'segment')} taken out. Their cameras send them again.`);
	else
		say(
			`${read}: ${counted(damaged, 'segment')} damaged. They are never shown. To take them out, so that their cameras send them again: npm run relay -- check --repair`,
		);
	return damaged === 0 || repair;
}

async function check(
	data: string,
	repair: boolean,
	say: (line: string) => void,
): Promise<CheckedFootage> {
	return withFootage(data, async ({ archive, index, packs, mending }) => {
		let [count, damaged] = [0, 0];
		if (repair) {
			const { rebuilt, missing, lostBytes } = await archive.recover();
			if (rebuilt + missing > 0)
				say(
					`Index and packs differed: ${String(rebuilt)} packs indexed again, ${String(missing)} forgotten, ${sizeText(lostBytes)} not whole.`,
				);
		}
		for (const key of keysOf(index)) {
			count += 1;
			let { lost } = await mending.inspect(key);
			// A relay that runs may have written or deleted it just now.
			if (lost.length > 0) ({ lost } = await mending.inspect(key));
			if (lost.length === 0) continue;
			damaged += lost.length;
			const { home, camera, runNo, minute } = key;
			say(
				`${home}/${camera}/${String(runNo)}/${String(minute ?? 'run')}: ${counted(lost.length, 'segment')}`,
			);
			if (repair) await archive.mend(key);
		}
		for await (const key of packs.all()) {
			if (repair || mending.indexedBytes(key) !== undefined) continue;
			say('Some packs are not in the index: the next start of the relay adds them.');
			break;
		}
		return { packs: count, damaged };
	});
}

function* keysOf(index: { allPages(): Iterable<PackKey> }): Generator<PackKey> {
	const runs = new Set<string>();
	for (const key of index.allPages()) {
		const { home, camera, runNo } = key;
		const run = [home, camera, runNo].join();
		if (!runs.has(run)) yield { home, camera, runNo, minute: null };
		runs.add(run);
		yield key;
	}
}
