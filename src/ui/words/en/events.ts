import type { EventKind } from '#domain/recording/event.ts';
import type { Wrong } from '#domain/recording/tamper.ts';

/** Kinds that say all by themselves. */
type Alone = Exclude<EventKind, 'watched' | 'sealed' | 'ordered' | 'test-picture'>;

const kinds: Readonly<Record<Alone, string>> = {
	covered: 'The lens was covered',
	frozen: 'The picture did not change',
	moved: 'This device was moved',
	stalled: 'The camera gave no picture, or this device slept',
	'new-recorder': 'The recorder was restarted',
	'new-lens': 'The camera was opened again',
	reloaded: 'The page was loaded again, because nothing else helped',
	'other-lens': 'Another camera recorded: the chosen one was not there',
	cleared: 'The browser’s data of this page was deleted',
	unplugged: 'Charging stopped',
	'spared-rate': 'Fewer pictures a second, to spare this device',
	'spared-size': 'A smaller picture, to spare this device',
	restored: 'A better picture again',
	'planned-start': 'Recording began, as planned',
	'planned-stop': 'Recording paused, as planned',
};

const wrong: Readonly<Record<Wrong, { readonly what: string; readonly next: string }>> = {
	covered: {
		what: 'The picture is dark: something may lie over the lens.',
		next: 'Look at the lens, or switch on a light. It records on.',
	},
	frozen: {
		what: 'The picture has not changed at all for a minute.',
		next: 'Wave at the camera. If nothing moves here, stop recording and start it again.',
	},
};

/** What happens at a camera beside its footage. */
export const events = {
	title: (day: string) => `What happened on ${day}`,
	from: (from: string, to: string) => `${from} to ${to}`,
	kinds,
	wrong,
};
