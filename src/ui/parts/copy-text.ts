import type { CopyState } from '#state/storage/relay-copy.svelte.ts';
import type { Language } from '#state/app/session.svelte.ts';
import { STORAGE } from '#ui/words/storage.ts';
import { WORDS } from '#ui/words/words.ts';

/** A moment, with its day unless that is today. */
export function copyMoment(ms: number, language: Language): string {
	const w = WORDS[language];
	const today = new Date(ms).toDateString() === new Date().toDateString();
	return today ? w.minute(ms) : w.about(ms);
}

/** How far the copy of a camera at the relay is: up to when, and what is still to do. */
export function copyText(
	state: CopyState,
	connected: boolean,
	language: Language,
): { readonly upTo: string; readonly detail: string } {
	const w = WORDS[language];
	const words = STORAGE[language].copy;
	const { upToMs, minutesLeft } = state;
	const known = state.kind === 'current' || state.kind === 'uploading';
	const nothing = known ? words.nothingYet : '';
	const upTo = upToMs === null ? nothing : words.upTo(copyMoment(upToMs, language));
	const left = minutesLeft === null || minutesLeft === 0 ? '' : words.left(minutesLeft);
	const together = (what: string): string => [what, left].filter(Boolean).join(', ');
	switch (state.kind) {
		case 'asking':
			return { upTo, detail: connected ? words.asking : words.waitsForRelay };
		case 'current':
			return { upTo, detail: upToMs === null ? '' : words.allThere };
		case 'uploading': {
			const { aboutMs } = state;
			const about = aboutMs !== null && minutesLeft !== null;
			return { upTo, detail: about ? words.leftAbout(minutesLeft, w.span(aboutMs)) : left };
		}
		case 'paused':
			return { upTo, detail: together(words.held[state.why]) };
		case 'failed': {
			const { why } = state;
			const waits = !connected || why === 'offline' || why === 'timeout';
			if (waits) return { upTo, detail: together(words.waitsForRelay) };
			return { upTo, detail: words.failed[failureOf(state)].what };
		}
	}
}

/** Which sentence says why it failed. */
export function failureOf({
	why,
}: Extract<CopyState, { kind: 'failed' }>): 'full' | 'denied' | 'other' {
	// `quota`: not even the index could be written.
	if (why === 'full' || why === 'quota') return 'full';
	return why === 'denied' ? why : 'other';
}
