import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '#relay/base/crypto.ts';
import { RelayDatabase } from '#relay/storage/database.ts';

const HOUR_MS = 3_600_000;
const hashOf = (code: string): string => Buffer.from(sha256(code)).toString('hex');

let folder: string;
let database: RelayDatabase;
const open = (): RelayDatabase => new RelayDatabase(join(folder, 'relay.sqlite'));
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-database-'));
	database = open();
});
afterEach(() => {
	database.close();
	rmSync(folder, { recursive: true });
});

describe('RL33 an invitation', () => {
	test('expires after 24 hours, also across restarts', () => {
		const code = database.invite(0);
		expect(database.invitations(24 * HOUR_MS - 1)).toEqual([
			{ hash: hashOf(code), untilMs: 24 * HOUR_MS },
		]);
		database.close();
		database = open();
		expect(database.invitations(24 * HOUR_MS)).toEqual([]);
	});

	test('of a start replaces the previous start’s, and leaves those made on request', () => {
		const friend = database.invite(0);
		const codes = [database.inviteAtStart(1)];
		database.close();
		database = open();
		codes.push(database.inviteAtStart(2));
		const hashes = database.invitations(3).map(({ hash }) => hash);
		expect(hashes.sort()).toEqual([hashOf(friend), hashOf(codes[1]!)].sort());
	});

	test('that was used stays used', () => {
		const hash = hashOf(database.inviteAtStart(1));
		database.apply(
			{ kind: 'opened', home: 'h', invitation: hash, entries: [new Uint8Array(1)] },
			2,
		);
		database.inviteAtStart(3);
		expect(database.invitations(4)).toHaveLength(1);
		expect(database.isUnused).toBe(false);
	});
});
