import { afterEach, expect, test, vi } from 'vitest';
import { recorderMimeType } from '#browser/encoding/media-recorder-encoder.ts';

const supported = (...types: string[]): string[] => {
	const asked: string[] = [];
	vi.stubGlobal('MediaRecorder', {
		isTypeSupported: (type: string) => {
			asked.push(type);
			return types.some((one) => type === one || type.startsWith(`${one},`));
		},
	});
	return asked;
};

afterEach(() => void vi.unstubAllGlobals());

test('RC1 the recorder is asked for avc3 before avc1, with a profile before without', () => {
	const avc3 = 'video/mp4;codecs=avc3.42E01F';
	const avc1 = 'video/mp4;codecs=avc1.42E01F';
	supported(avc1, avc3);
	expect(recorderMimeType(false)).toBe(avc3);
	expect(recorderMimeType(true)).toBe(`${avc3},opus`);
	supported(avc1);
	expect(recorderMimeType(false)).toBe(avc1);
});

test('RC1 never a bare video/mp4, even if that is all the browser writes', () => {
	const asked = supported('video/mp4', 'video/webm');
	expect([recorderMimeType(false), recorderMimeType(true)]).toEqual([null, null]);
	expect(asked.length).toBeGreaterThan(0);
	for (const type of asked) expect(type).toMatch(/^video\/mp4;codecs=(avc3|avc1|av01)\b/);
});
