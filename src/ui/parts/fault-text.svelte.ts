import type { Fault } from '#domain/base/fault.ts';
import type { Language } from '#state/app/session.svelte.ts';
import type { Advice } from '#ui/words/en/index.ts';
import type { FAULTS } from '#ui/words/faults.ts';
import { WORDS } from '#ui/words/words.ts';

let words = $state.raw<typeof FAULTS | null>(null);
let loading: Promise<unknown> | null = null;

/** The fault sentences are loaded after the first screen; until then there is a generic one. */
export function loadFaultWords(): Promise<unknown> {
	loading ??= import('#ui/words/faults.ts').then(
		({ FAULTS }) => (words = FAULTS),
		() => (loading = null),
	);
	return loading;
}

/** A fault in words, by its kind and its source (docs/spec/guard.md, GO3). */
export function faultText(fault: Pick<Fault, 'kind' | 'source'>, language: Language): Advice {
	void loadFaultWords();
	return words?.[language].said(fault) ?? { what: WORDS[language].trouble, next: '' };
}
