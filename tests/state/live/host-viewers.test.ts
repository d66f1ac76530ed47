import { expect, test } from 'vitest';
import type { DeviceId } from '#domain/base/ids.ts';
import type { LiveHostControls } from '#engine/live/controls.ts';
import { HostStatus } from '#state/live/host-status.svelte.ts';
import type { Engine } from '#state/app/engine.ts';
import { LINKS, MEMBERS, stubHome, stubHosting, WATCHERS } from '../../gallery/home.ts';

const [, , LAPTOP, GRANDMA] = MEMBERS;
const STRANGER = 'ff'.repeat(16) as DeviceId;

const statusOf = (hosting: Partial<LiveHostControls>, options = {}) =>
	new HostStatus(stubHome(options) as unknown as Engine, { ...stubHosting({}), ...hosting });

test('LV13 who is heard here is named: the siren first, then who talks', () => {
	const heard = statusOf({ siren: LAPTOP!.device, talking: GRANDMA!.device });
	expect(heard.voices).toEqual([
		{ device: LAPTOP!.device, name: LAPTOP!.name, what: 'siren' },
		{ device: GRANDMA!.device, name: 'Grandma', what: 'talk' },
	]);
	expect(statusOf({ talking: GRANDMA!.device }).voices).toHaveLength(1);
	expect(statusOf({}).voices).toEqual([]);
});

test('one device may do both; one that is no member any more is heard without a name', () => {
	const both = statusOf({ siren: STRANGER, talking: STRANGER });
	expect(both.voices).toEqual([
		{ device: STRANGER, name: null, what: 'siren' },
		{ device: STRANGER, name: null, what: 'talk' },
	]);
});

test('newcomers are those that watch and were not seen by a person yet', () => {
	const devices = WATCHERS.map(({ device }) => device);
	const status = statusOf({ watchers: WATCHERS, newcomers: [devices[1]!, STRANGER] });
	// Gone again before anybody looked.
	expect(status.newcomers).toEqual([WATCHERS[1]]);
	expect(status.watchers).toEqual(WATCHERS);
	expect(statusOf({ watchers: WATCHERS }).newcomers).toEqual([]);
});

test('what a person does at the camera reaches it, and the connection is the messenger’s', () => {
	const done: string[] = [];
	const status = statusOf(
		{ hush: () => void done.push('hush'), acknowledge: () => void done.push('acknowledge') },
		{ link: LINKS[3] },
	);
	status.hush();
	status.acknowledge();
	expect(done).toEqual(['hush', 'acknowledge']);
	expect(status.link).toEqual(LINKS[3]);
});
