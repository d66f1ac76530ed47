import type { EventKind } from './event.ts';

/** What a kind of event is about; each class has a mark of its own on the ribbon. */
export type EventClass = 'tamper' | 'access' | 'technical';

const CLASSES: Readonly<Partial<Record<EventKind, EventClass>>> = {
	covered: 'tamper',
	frozen: 'tamper',
	moved: 'tamper',
	unplugged: 'tamper',
	cleared: 'tamper',
	watched: 'access',
	sealed: 'access',
	ordered: 'access',
};

/** The class of a kind, also of one that a later version wrote. */
export function eventClass(kind: EventKind): EventClass {
	return CLASSES[kind] ?? 'technical';
}
