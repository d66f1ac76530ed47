import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HomeId } from '#domain/base/ids.ts';
import type { Role } from '#domain/home/roster.ts';
import { relayUsageFrom } from '#protocol/footage.ts';
import { createSpaceApi } from '#relay/footage/space/space-api.ts';
import { makeToken, readToken } from '#relay/http/token.ts';
import { footageMemberOf } from '#relay-core/footage-member.ts';
import { HomeRegistry } from '#relay-core/home-registry.ts';
import { WebCrypto } from '#web/crypto.ts';
import { joinedTo } from '../../../engine/members/joined.ts';
import { ManualClock } from '../../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../../fakes/device.ts';
import { SpaceFixture } from './fixture.ts';

const MB = 1e6;
const tokenKey = new Uint8Array(32).fill(5);
const clock = new ManualClock();
let store: SpaceFixture;
let homes: HomeRegistry;
let owner: FakeDevice;

const identityOf = ({ localDevice }: FakeDevice) => localDevice.unlocked!.identity;

beforeEach(async () => {
	store = await new SpaceFixture({ sizeBytes: 1000 * MB, capBytes: 100 * MB }).open();
	homes = new HomeRegistry(new WebCrypto(), []);
	owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
});
afterEach(async () => {
	await store.close();
	store.remove();
});

async function joined(roles: readonly Role[]): Promise<FakeDevice> {
	const device = fakeDevice(clock);
	await device.localDevice.createCamera();
	await joinedTo(owner, device, roles);
	return device;
}

function ask(device: FakeDevice, path = '', init: RequestInit = {}) {
	const api = createSpaceApi({
		...{ space: store.space, storeId: store.index.storeId },
		claimsOf: (token) => readToken(tokenKey, token, clock.wallMs()),
		memberOf: async (id: HomeId, one) => {
			const home = await homes.find(id);
			return home && footageMemberOf(new WebCrypto(), home, one, clock.wallMs());
		},
	});
	const { home, device: id } = identityOf(device);
	const token = makeToken(tokenKey, { home, device: id, untilMs: clock.wallMs() + 60_000 });
	const headers = { Authorization: `Bearer ${token}` };
	return api.request(`http://relay/api/footage/${path}`, { ...init, headers });
}
const lower = (device: FakeDevice, body: string) => ask(device, 'share', { method: 'POST', body });

describe('the room of a home, over HTTP', () => {
	test('RS11 owners, viewers and cameras learn it; live-only members and strangers do not', async () => {
		const { home, cameras } = identityOf(owner);
		const [viewer, camera] = [await joined(['viewer']), await joined(['camera'])];
		const live = await joined(['viewer', 'live']);
		await homes.open(owner.homeRoster.entries);
		await store.minute(home, cameras[0]!.id, 1, 5 * MB);
		for (const device of [owner, viewer, camera]) {
			const answer = await ask(device);
			expect(answer.status).toBe(200);
			expect(relayUsageFrom(await answer.json())).toMatchObject({
				...{ store: store.index.storeId, bytes: 5 * MB, lowered: null, level: 'fine' },
				...{ cap: { bytes: 100 * MB, by: 'admin' }, warning: null, freed: [] },
				cameras: [{ camera: cameras[0]!.id, bytes: 5 * MB, newestMs: 1002 * 60_000 }],
			});
		}
		expect((await ask(live)).status).toBe(403);
		const stranger = fakeDevice(clock);
		await stranger.localDevice.createCamera();
		expect((await ask(stranger)).status).toBe(401);
	});

	test('RS11 only an owner lowers the share, to a number', async () => {
		const viewer = await joined(['viewer']);
		await homes.open(owner.homeRoster.entries);
		const given = await lower(owner, JSON.stringify({ bytes: 10 * MB }));
		expect(relayUsageFrom(await given.json())).toMatchObject({
			...{ share: 10 * MB, lowered: 10 * MB },
		});
		expect((await lower(viewer, '{"bytes":1}')).status).toBe(403);
		for (const wrong of ['', '{}', '{"bytes":-1}', '{"bytes":"9"}', '{"bytes":1.5}'])
			expect((await lower(owner, wrong)).status).toBe(400);
		expect(store.space.usage(identityOf(owner).home).lowered).toBe(10 * MB);
		await lower(owner, '{"bytes":null}');
		expect(store.space.usage(identityOf(owner).home).lowered).toBeNull();
	});

	test('RS11 what only a newer relay says is read in general words', () => {
		const answer = { store: 'a'.repeat(32), ...store.space.usage('b'.repeat(32) as HomeId) };
		const warning = { growing: 'moths', fullAtMs: 1, after: { atMs: 1, what: 'weather' } };
		expect(relayUsageFrom({ ...answer, level: 'purple', warning })).toMatchObject({
			...{ level: 'warn', warning: { growing: 'something', after: { what: 'something' } } },
		});
		expect(relayUsageFrom({ ...answer, bytes: -1 })).toBeNull();
	});
});
