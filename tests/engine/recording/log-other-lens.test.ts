import { expect, test } from 'vitest';
import { logOtherLens } from '#engine/recording/log-other-lens.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { CameraId } from '#domain/base/ids.ts';

test('RC33 another lens is one event, from its first footage until the chosen lens records', () => {
	const logged: string[] = [];
	let state: RecorderState = { kind: 'off', fault: null };
	let notify: () => void = () => undefined;
	logOtherLens(
		{
			get state() {
				return state;
			},
			camera: 'c' as CameraId,
			on: (listener) => {
				notify = listener;
				return () => undefined;
			},
		},
		{
			begin: (_, kind) => {
				logged.push(`begin ${kind}`);
				return () => void logged.push('end');
			},
		},
	);
	const become = (kind: RecorderState['kind'], instead: string | null): void => {
		state = { kind, view: { instead } } as unknown as RecorderState;
		notify();
	};
	become('preview', 'Door');
	become('starting', 'Door');
	expect(logged).toEqual([]);
	become('recording', 'Door');
	become('recording', 'Door');
	become('blind', null);
	become('starting', 'Door');
	become('recording', 'Door');
	expect(logged).toEqual(['begin other-lens']);
	become('recording', null);
	expect(logged).toEqual(['begin other-lens', 'end']);
	become('recording', '');
	become('off', null);
	expect(logged).toEqual(['begin other-lens', 'end', 'begin other-lens', 'end']);
});
