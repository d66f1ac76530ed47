import type { EventKind } from '#domain/recording/event.ts';
import type { TamperSign } from '#domain/recording/tamper.ts';

/** Kinds that say all by themselves. */
type Alone = Exclude<EventKind, 'watched' | 'sealed' | 'looked' | 'ordered' | 'test-picture'>;

const kinds: Readonly<Record<Alone, string>> = {
	covered: 'The lens was covered',
	frozen: 'The picture froze',
	moved: 'This device was moved',
	stalled: 'The camera sent no picture, or this device slept',
	'new-recorder': 'The recorder was restarted',
	'new-lens': 'The camera was reopened',
	reloaded: 'The page was reloaded because nothing else helped',
	'other-lens': 'Another camera recorded: the chosen one was missing',
	cleared: 'This site’s data was deleted in the browser',
	unplugged: 'Charging stopped',
	'spared-rate': 'Lowered the frame rate to spare this device',
	'spared-size': 'Lowered the resolution to spare this device',
	restored: 'Raised the quality again',
	'planned-start': 'Recording started on schedule',
	'planned-stop': 'Recording paused on schedule',
	'copy-lost': 'The relay no longer had footage that it had confirmed',
};

const wrong: Readonly<Record<TamperSign, { readonly what: string; readonly next: string }>> = {
	covered: {
		what: 'The picture is dark: something may be covering the lens.',
		next: 'Check the lens or turn on a light. Recording continues.',
	},
	frozen: {
		what: 'The picture has not changed at all for a minute.',
		next: 'Wave at the camera. If nothing moves here, stop recording and start again.',
	},
};

/** What happens at a camera beside its footage. */
export const events = {
	title: (day: string) => `What happened on ${day}`,
	from: (from: string, to: string) => `${from} to ${to}`,
	kinds,
	wrong,
};
