import { describe, expect, it } from 'vitest';
import { WebCrypto } from '#browser/crypto.ts';
import type { DeviceId } from '#domain/ids.ts';
import type { RosterEntry } from '#domain/roster.ts';
import { Hub } from '#engine/hub.ts';
import type { HubSeat } from '#engine/hub-seat.ts';
import type { FromRelay } from '#protocol/wire.ts';
import { ManualClock } from '../fakes/clock.ts';

/** A page that plays the relay, for somebody who came in and says a lot. */
function entered(): { seat: HubSeat; said: FromRelay[]; ended: () => number | null } {
	const membership = {
		...{ roster: null, entries: [], on: () => () => undefined },
		member: () => ({ roles: ['viewer'] }) as unknown as RosterEntry,
		learn: () => Promise.resolve('known' as const),
	};
	const hub = new Hub({ crypto: new WebCrypto(), clock: new ManualClock(), membership });
	const said: FromRelay[] = [];
	let code: number | null = null;
	const seat = hub.enter('https://nearby.invalid', {
		frame: (frame) => void said.push(frame),
		part: () => undefined,
		ended: (end) => (code = end.code),
	});
	if (seat === null) throw new Error('no place');
	return { seat, said, ended: () => code };
}

describe('NB9 what one seat makes the page hold', () => {
	it('240 frames that wait for those before; then it goes', () => {
		const { seat, ended } = entered();
		for (let n = 0; n < 240; n += 1) seat.hear({ t: 'ping', n });
		expect(ended()).toBeNull();
		seat.hear({ t: 'ping', n: 240 });
		expect(ended()).toBe(4429);
	});

	it('64 cameras that it watches', async () => {
		const { seat, said } = entered();
		seat.device = 'd'.repeat(32) as DeviceId;
		const watch = (n: number) =>
			({ t: 'watch', camera: n.toString(16).padStart(32, '0'), on: true }) as const;
		for (let n = 0; n < 70; n += 1) seat.hear(watch(n));
		seat.hear(watch(3));
		await expect.poll(() => said.filter(({ t }) => t === 'refused')).toHaveLength(6);
		expect(seat.watching.size).toBe(64);
	});
});

describe('NB7 who may is asked when it happens', () => {
	it('parts go on from cameras, to who may watch now; who watches is for the camera alone', async () => {
		const roles = new Map<string, readonly string[]>();
		const crypto = new WebCrypto();
		const membership = {
			...{ roster: null, entries: [], on: () => () => undefined },
			member: (device: DeviceId) => {
				const now = roles.get(device);
				return now === undefined ? null : ({ roles: now } as unknown as RosterEntry);
			},
			learn: () => Promise.resolve('known' as const),
		};
		const hub = new Hub({ crypto, clock: new ManualClock(), membership });
		const enter = (device: string) => {
			const heard: (FromRelay | 'part')[] = [];
			const seat = hub.enter('https://nearby.invalid', {
				...{ frame: (frame) => void heard.push(frame), part: () => void heard.push('part') },
				ended: () => undefined,
			});
			if (seat === null) throw new Error('no place');
			seat.device = device.repeat(32) as DeviceId;
			roles.set(seat.device, ['viewer']);
			return { seat, heard, device: seat.device };
		};
		const [camera, viewer, other] = [enter('a'), enter('b'), enter('c')];
		roles.set(camera.device, ['camera']);
		const id = '0'.repeat(32);
		viewer.seat.hear({ t: 'watch', camera: id, on: true });
		await expect.poll(() => viewer.seat.watching.size).toBe(1);
		const parts = (): number => viewer.heard.filter((one) => one === 'part').length;
		hub.part(camera.seat, new Uint8Array(40));
		expect(parts()).toBe(1);
		hub.part(other.seat, new Uint8Array(40));
		expect(parts()).toBe(1);
		// Its time is up: no entry says so.
		roles.delete(viewer.device);
		hub.part(camera.seat, new Uint8Array(40));
		expect(parts()).toBe(1);
		for (const { heard } of [viewer, other])
			expect(heard.some((one) => one !== 'part' && one.t === 'watched')).toBe(false);
	});
});
