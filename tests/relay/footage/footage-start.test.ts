import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FootageStart, type OpenedFootage } from '#relay/footage/footage-start.ts';
import { createLog } from '#relay/base/log.ts';
import { SpaceStart } from '#relay/footage/space/space-start.ts';
import { WebCrypto } from '#web/crypto.ts';

test('SY17 footage that cannot be opened is tried again until it can', async () => {
	const root = mkdtempSync(join(tmpdir(), 'spy-cam-start-'));
	const folder = join(root, 'later');
	let opened: OpenedFootage | null = null;
	const log = createLog('store', 'silent');
	const ballast = join(root, 'ballast');
	const space = new SpaceStart({ folder, ballast, capBytes: 1e6, log, version: '1' });
	const start = new FootageStart({
		...{ folder: join(folder, 'footage'), index: join(folder, 'footage.sqlite') },
		...{ crypto: new WebCrypto(), log, retryMs: 5 },
		before: () => space.before(),
		roomOf: (all) => space.of(all),
		ready: (all) => (opened = all),
	});
	await expect.poll(() => start.wrong).not.toBeNull();
	expect(opened).toBeNull();
	mkdirSync(folder);
	await expect.poll(() => opened).not.toBeNull();
	expect(start.wrong).toBeNull();
	await start.end();
	rmSync(root, { recursive: true });
});
