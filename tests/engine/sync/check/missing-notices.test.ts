import { expect, test } from 'vitest';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Role } from '#domain/home/roster.ts';
import { hearMissing, type MissingNoticeTools } from '#engine/sync/check/missing-notices.ts';
import { ManualClock } from '../../../fakes/clock.ts';

type Listener = Parameters<MissingNoticeTools['messenger']['onMessage']>[0];

test('SY49 a camera hears what is missing of members who may see footage, each every ten seconds', () => {
	const clock = new ManualClock();
	let say: Listener = () => undefined;
	const heard: (readonly [string, number])[] = [];
	hearMissing({
		clock,
		messenger: {
			onMessage: (listener) => {
				say = listener;
				return () => undefined;
			},
		},
		recheck: (camera, runNo) => heard.push([camera, runNo]),
	});
	const camera = 'c3'.repeat(16);
	const from = (at: number, ...roles: readonly Role[]) => ({
		device: at.toString(16).padStart(32, '0') as DeviceId,
		roles,
	});
	const missing = (runNo: number) =>
		({ t: 'missing', camera, runNo, seqs: [[1, 2]] }) satisfies Parameters<Listener>[0];
	say(missing(1), from(1, 'viewer'));
	say(missing(2), from(1, 'viewer'));
	say(missing(3), from(2, 'viewer', 'live'));
	say(missing(4), from(3, 'camera'));
	say(missing(5), from(4, 'viewer', 'owner'));
	say({ t: 'ask', nonce: camera }, from(5, 'viewer'));
	expect(heard).toEqual([
		[camera, 1],
		[camera, 5],
	]);
	clock.advance(10_000);
	say(missing(6), from(1, 'viewer'));
	expect(heard.at(-1)).toEqual([camera, 6]);
});
