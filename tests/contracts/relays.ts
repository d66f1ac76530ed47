import { beforeEach, describe, expect, it } from 'vitest';
import type { Relays, RelaySocket } from '#ports/network/relay.ts';
import type { FromRelay } from '#protocol/wire.ts';

export interface RelaysUnderTest {
	readonly relays: Relays;
	/** Where a relay answers, and where nothing does. */
	readonly origin: string;
	readonly nowhere: string;
	/** Where a server answers that is no relay; `null` if there is none. */
	readonly other: string | null;
}

/** What every relay transport must do. */
export function relaysContract(name: string, make: () => Promise<RelaysUnderTest>): void {
	describe(`relays: ${name}`, () => {
		let under: RelaysUnderTest;
		let frames: FromRelay[];
		let ended: number[];
		let wake: () => void;

		beforeEach(async () => {
			under = await make();
			[frames, ended, wake] = [[], [], () => undefined];
		});

		const connect = (origin = under.origin): Promise<RelaySocket> =>
			under.relays.connect(origin, {
				frame: (frame) => {
					frames.push(frame);
					wake();
				},
				part: () => undefined,
				ended: ({ code }) => {
					ended.push(code);
					wake();
				},
			});

		async function until(so: () => boolean): Promise<void> {
			while (!so()) await new Promise<void>((done) => (wake = done));
		}

		it('RL10 asks, is challenged, and is answered', async () => {
			const socket = await connect();
			expect(socket.origin).toBe(under.origin);
			await until(() => frames.some(({ t }) => t === 'challenge'));
			socket.send({ t: 'ping', n: 7 });
			await until(() => frames.some((frame) => frame.t === 'pong' && frame.n === 7));
			socket.close();
		});

		it('LK6 once closed, reports nothing more and takes nothing more', async () => {
			const socket = await connect();
			await until(() => frames.length > 0);
			socket.close();
			const before = frames.length;
			socket.send({ t: 'ping', n: 1 });
			socket.sendPart(new Uint8Array([1, 2, 3]));
			const again = await connect();
			await until(() => frames.length > before);
			expect(frames.every(({ t }) => t === 'challenge')).toBe(true);
			again.close();
		});

		it('LK6 without a server it fails soon, with a Fault', async () => {
			const begun = performance.now();
			const connected = connect(under.nowhere);
			await expect(connected).rejects.toMatchObject({
				name: 'Fault',
				kind: expect.stringMatching(/^(offline|timeout)$/) as unknown,
			});
			expect(performance.now() - begun).toBeLessThan(10_000);
			expect(ended).toEqual([]);
		});

		it('LK5 tells what is at an address', async () => {
			expect(await under.relays.info(under.origin)).toMatchObject({
				name: 'spy-cam',
				versions: [1],
			});
			if (under.other !== null) expect(await under.relays.info(under.other)).toBeNull();
		});
	});
}
