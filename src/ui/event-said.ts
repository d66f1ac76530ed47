import type { CameraEvent } from '#domain/event.ts';
import type { Words } from './words/en.ts';

/** An event in words, with who did it. */
export function eventSaid({ kind, by, order }: CameraEvent, w: Words['events']): string {
	const name = by?.name ?? w.someone;
	if (kind === 'watched' || kind === 'sealed') return w[kind](name);
	if (kind !== 'ordered') return w.kinds[kind];
	// Of a later version, or damaged: who it was is told all the same.
	if (order === null) return name;
	return order.fault === null ? w.ordered(name, order) : w.refused(name, order);
}
