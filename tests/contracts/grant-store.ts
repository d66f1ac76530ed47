import { expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { GrantStore, StoredGrant } from '#ports/keys/grant-store.ts';

const [DOOR, YARD] = ['d0'.repeat(16), '4a'.repeat(16)] as [CameraId, CameraId];
const [ANNA, BERT] = ['a1'.repeat(16), 'b2'.repeat(16)] as [DeviceId, DeviceId];

function grant(number: number, recipient: DeviceId, fill = number): StoredGrant {
	return { number, recipient, grant: new Uint8Array(241).fill(fill) };
}

export function grantStoreContract(make: () => GrantStore): void {
	test('ID51 keeps the first grant of an epoch to a member, by camera, in order of epoch', async () => {
		const store = make();
		expect(await store.of(DOOR)).toEqual([]);
		await store.add(DOOR, [grant(300, ANNA), grant(2, BERT)]);
		await store.add(DOOR, [grant(2, ANNA), grant(300, ANNA, 9)]);
		await store.add(YARD, [grant(1, ANNA)]);
		expect(await store.of(DOOR)).toEqual([grant(2, ANNA), grant(2, BERT), grant(300, ANNA)]);
		expect(await store.of(YARD)).toEqual([grant(1, ANNA)]);
	});

	test('ID51 deletes whole epochs of one camera', async () => {
		const store = make();
		await store.add(DOOR, [grant(1, ANNA), grant(1, BERT), grant(2, ANNA), grant(3, ANNA)]);
		await store.add(YARD, [grant(1, ANNA)]);
		await store.delete(DOOR, [1, 3, 7]);
		expect(await store.of(DOOR)).toEqual([grant(2, ANNA)]);
		expect(await store.of(YARD)).toHaveLength(1);
	});
}
