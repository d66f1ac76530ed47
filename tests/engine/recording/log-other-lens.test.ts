import { expect, test } from 'vitest';
import { logOtherLens } from '#engine/recording/log-other-lens.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { CameraId } from '#domain/base/ids.ts';

test('RC33 another lens is one event, from its first footage until the chosen lens records', () => {
	const told: string[] = [];
	let state: RecorderState = { kind: 'off', fault: null };
	let tell: () => void = () => undefined;
	logOtherLens(
		{
			get state() {
				return state;
			},
			camera: 'c' as CameraId,
			on: (listener) => {
				tell = listener;
				return () => undefined;
			},
		},
		{
			begin: (_, kind) => {
				told.push(`begin ${kind}`);
				return () => void told.push('end');
			},
		},
	);
	const become = (kind: RecorderState['kind'], instead: string | null): void => {
		state = { kind, view: { instead } } as unknown as RecorderState;
		tell();
	};
	become('preview', 'Door');
	become('starting', 'Door');
	expect(told).toEqual([]);
	become('recording', 'Door');
	become('recording', 'Door');
	become('blind', null);
	become('starting', 'Door');
	become('recording', 'Door');
	expect(told).toEqual(['begin other-lens']);
	become('recording', null);
	expect(told).toEqual(['begin other-lens', 'end']);
	become('recording', '');
	become('off', null);
	expect(told).toEqual(['begin other-lens', 'end', 'begin other-lens', 'end']);
});
