/** S4: torn, flipped, lost and lengthened packs: never served, found, and sent again. */
import {
	appendFileSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { signedBytes } from '#domain/base/signed.ts';
import { parseHead } from '#domain/footage/head.ts';
import { parseSegmentRecord } from '#domain/sync/segment-record.ts';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { PackArchive } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { WebCrypto } from '#web/crypto.ts';
import { times } from '../../faults/support/counts.ts';
import { randomFrom } from '../../support/random.ts';
import { signedRun } from './signed-run.ts';

const crypto = new WebCrypto();
const [home, camera] = ['a'.repeat(32) as HomeId, 'b'.repeat(32) as CameraId];
const run = { home, camera, runNo: 1 };
/** Three seconds before a minute ends: two packs, beside that of the init section. */
const anchorUs = 1_795_000_017_000_000;
const folder = mkdtempSync(join(tmpdir(), 'spy-cam-damage-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('RS9 RS10 S4 whatever happens to packs: nothing false is served, and it is whole again', async () => {
	const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_007);
	console.log(`seed ${seed}`);
	const random = randomFrom(seed);
	const sign = await crypto.makeSignKey(true);
	const { runRecord, records } = await signedRun({ home, camera, sign }, 6, anchorUs);
	const whole = concatBytes(...records);
	const origin = { home, camera, key: await crypto.verifier(sign.public) };
	const packs = new PackFolder(join(folder, 'footage'));
	let nowMs = 0;
	const open = () => {
		const index = new FootageIndex(join(folder, 'footage.sqlite'));
		const judge = async (_: unknown, record: Bytes) => {
			const { canonical, signature } = parseHead(parseSegmentRecord(record).head);
			return crypto.verify(origin.key, signature, signedBytes('head', canonical));
		};
		const tools = { packs, index, crypto, judge, monotonicMs: () => nowMs };
		return { index, archive: new PackArchive(tools) };
	};
	let { index, archive } = open();
	const put = () => archive.put({ origin, runNo: 1, runRecord, records: whole });
	await put();
	const names = [1, 0, -1].map((one) =>
		one < 0 ? 'run' : String(Math.floor(anchorUs / 60_000_000) + one),
	);
	const damage: ((file: string, size: number) => void)[] = [
		(file, size) => {
			const bytes = readFileSync(file);
			const at = random(size);
			bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
			writeFileSync(file, bytes);
		},
		(file, size) => truncateSync(file, random(size)),
		(file) => appendFileSync(file, Buffer.alloc(1 + random(3000), random(256))),
		(file) => rmSync(file),
	];
	for (let round = 0; round < times(500); round += 1) {
		nowMs += 11 * 60_000;
		const file = join(folder, 'footage', home, camera, '1', `${names[random(3)]!}.pack`);
		const how = random(damage.length);
		damage[how]!(file, readFileSync(file).length);
		if (random(2) === 0) {
			index.close();
			({ index, archive } = open());
			await archive.recover();
		}
		const served = Buffer.from(await archive.read(run, [0, 99], 1e9));
		let at = 0;
		for (const record of records)
			if (served.subarray(at, at + record.length).equals(record)) at += record.length;
		expect(at, `round ${round}, damage ${how}: all that is served is what was sent`).toBe(
			served.length,
		);
		await archive.read(run, [0, 99], 1e9);
		expect((await put()).refused, `round ${round}, damage ${how}`).toEqual([]);
		const again = await archive.read(run, [0, 99], 1e9);
		expect(Buffer.from(again).equals(whole), `round ${round}, damage ${how}: whole`).toBe(true);
	}
	index.close();
});
