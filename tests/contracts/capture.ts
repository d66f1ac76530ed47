import { expect, test } from 'vitest';
import type { Capture, Captured, CaptureRequest } from '#ports/media/capture.ts';

const PLAIN: CaptureRequest = {
	lensId: null,
	width: 640,
	height: 360,
	frameRate: 15,
	sound: false,
};

/** `stir` triggers a frame where frames do not come by themselves. */
export function captureContract(
	make: () => Capture,
	stir: (captured: Captured) => void = () => undefined,
): void {
	async function opened(change: Partial<CaptureRequest>, then: (captured: Captured) => unknown) {
		const captured = await make().open({ ...PLAIN, ...change });
		try {
			await then(captured);
		} finally {
			captured.close();
		}
	}

	test('a lens opens at about the requested size, without sound unless requested', () =>
		opened({}, (captured) => {
			expect(captured.lensId).not.toBe('');
			expect([captured.width, captured.height]).toEqual([640, 360]);
			expect(captured.frameRate).toBeGreaterThan(0);
			expect(captured.sound).toBe(false);
		}));

	test('sound on request', () =>
		opened({ sound: true }, (captured) => {
			expect(captured.sound).toBe(true);
		}));

	test('frames are counted', () =>
		opened({}, async (captured) => {
			const before = captured.frames();
			await expect.poll(() => (stir(captured), captured.frames())).toBeGreaterThan(before);
		}));

	test('another size and rate on request, then the previous ones again', () =>
		opened({}, async (captured) => {
			const { width, height } = PLAIN;
			await captured.adjust({ width: 1280, height: 720, frameRate: 8 });
			expect([captured.height, captured.frameRate]).toEqual([720, 8]);
			await captured.adjust({ width, height, frameRate: 15 });
			expect([captured.height, captured.frameRate]).toEqual([360, 15]);
			// A busy machine drops some; frames left out on purpose would be nearly three times those
			// that came.
			expect(captured.lost()).toBeLessThanOrEqual(captured.frames());
		}));

	test('a listed lens opens by its id; one that is gone is replaced by another', async () => {
		await opened({}, async () => {
			const [lens] = await make().lenses();
			await opened({ lensId: lens?.id ?? null }, (captured) => {
				expect(captured.lensId).toBe(lens?.id);
				expect(captured.chosen).toBe(true);
			});
			await opened({ lensId: 'gone' }, (captured) => {
				expect(captured.lensId).toBe(lens?.id);
				expect(captured.chosen).toBe(false);
			});
		});
	});

	test('RC34 a lens whose id is gone is found by its name', async () => {
		await opened({}, async () => {
			const [lens] = await make().lenses();
			await opened({ lensId: 'gone', lensLabel: lens?.label ?? '' }, (captured) => {
				expect(captured.lensId).toBe(lens?.id);
				expect(captured.chosen).toBe(true);
			});
			await opened({ lensId: 'gone', lensLabel: 'another' }, (captured) => {
				expect(captured.chosen).toBe(false);
			});
		});
	});

	test('an aborted request opens nothing', async () => {
		await expect(make().open(PLAIN, AbortSignal.abort())).rejects.toMatchObject({
			kind: 'aborted',
		});
	});

	test('after close there are no more events', async () => {
		const captured = await make().open(PLAIN);
		const said: string[] = [];
		captured.on((event) => said.push(event));
		captured.close();
		captured.close();
		expect(said).toEqual([]);
	});
}
