export { isTechnical } from '#domain/recording/event-class.ts';
import type { CameraEvent } from '#domain/recording/event.ts';
import type { Session } from '#state/app/session.svelte.ts';
import { HAPPENED } from '#ui/words/home.ts';
import { named } from '#ui/words/format/named.ts';
import { WORDS } from '#ui/words/words.ts';

/** An event in words, with who caused it. */
export function eventText(
	{ kind, by, order, seen }: CameraEvent,
	language: Session['language'],
): string {
	const w = HAPPENED[language];
	const name = by?.name ?? w.someone;
	if (kind === 'watched' || kind === 'sealed') return w[kind](name);
	if (kind === 'looked') {
		if (seen === null) return named(name);
		const { time, moment } = WORDS[language];
		return w.looked(name, moment(seen.startUs / 1000), time(seen.endUs / 1000));
	}
	if (kind === 'test-picture') return w.testPicture;
	if (kind !== 'ordered') return WORDS[language].events.kinds[kind];
	// From a later version, or damaged: still show the name.
	if (order === null) return named(name);
	return order.fault === null ? w.ordered(name, order) : w.refused(name, order);
}

/** RC25: whether the footage at that moment is the test picture. */
export function wasTestPicture(events: readonly CameraEvent[], wallMs: number | null): boolean {
	const us = (wallMs ?? -1) * 1000;
	return events.some(
		({ kind, startUs, endUs }) => kind === 'test-picture' && startUs <= us && us <= endUs,
	);
}
