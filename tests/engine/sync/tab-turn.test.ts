import { expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { TabTurn } from '#engine/sync/tab-turn.ts';
import { DOOR } from '../../contracts/segment-store.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';

/** Locks of all tabs. */
const locks = () => ({ recording: new Set<CameraId>(), uploading: new Set<CameraId>() });
const tabOf = ({ recording, uploading }: ReturnType<typeof locks>) =>
	new TabTurn(DOOR, new MemoryCameraLock(recording), new MemoryCameraLock(uploading));

test('SY21 looking twice at once keeps the turn, and its end gives it back', async () => {
	const all = locks();
	const [one, other] = [tabOf(all), tabOf(all)];
	await Promise.all([one.look(true), one.look(true), one.look(false)]);
	expect(one.mine).toBe(true);
	await other.look(false);
	expect(other.mine).toBe(false);
	one.end();
	await other.look(false);
	expect(other.mine).toBe(true);
});

test('SY21 a tab gives its turn to the one that begins to record', async () => {
	const all = locks();
	const [idle, records] = [tabOf(all), tabOf(all)];
	await idle.look(false);
	expect(idle.mine).toBe(true);
	all.recording.add(DOOR);
	await records.look(true);
	expect(records.mine).toBe(false);
	await idle.look(false);
	await records.look(true);
	expect([idle.mine, records.mine]).toEqual([false, true]);
});
