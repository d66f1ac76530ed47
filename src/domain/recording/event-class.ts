import type { EventKind } from './event.ts';

/**
 * What a kind of event is about: what may be tampering, what somebody did, or the device itself.
 * Each class has a mark of its own on the ribbon (TL26); a list folds the technical ones (EV14).
 */
export type EventClass = 'tamper' | 'access' | 'technical';

const CLASSES: Readonly<Record<EventKind, EventClass>> = {
	covered: 'tamper',
	frozen: 'tamper',
	moved: 'tamper',
	unplugged: 'tamper',
	cleared: 'tamper',
	'other-lens': 'tamper',
	'copy-lost': 'tamper',
	watched: 'access',
	sealed: 'access',
	ordered: 'access',
	looked: 'access',
	stalled: 'technical',
	'new-recorder': 'technical',
	'new-lens': 'technical',
	reloaded: 'technical',
	'spared-rate': 'technical',
	'spared-size': 'technical',
	restored: 'technical',
	'planned-start': 'technical',
	'planned-stop': 'technical',
	'test-picture': 'tamper',
};

export function eventClass(kind: EventKind): EventClass {
	return CLASSES[kind];
}

export function isTechnical({ kind }: { readonly kind: EventKind }): boolean {
	return eventClass(kind) === 'technical';
}
