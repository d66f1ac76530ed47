import type { SavedWords } from '#ui/words/en/saved.ts';
import { named } from '#ui/words/format/named.ts';

export const saved: SavedWords = {
	title: 'Gespeicherte Aufnahmen',
	loading: 'Suche nach Aufnahmen …',
	days: 'Tage mit Aufnahmen',
	cameras: (day) => `Aufnahmen vom ${day}`,
	covered: (day, percent) => `${day}, zu ${percent} aufgenommen`,
	play: (name, from) => `${named(name)}, ab ${from}`,
	none: 'An diesem Tag nichts.',
	pinned: 'Angeheftet',
	nothing: 'Auf diesem Gerät ist nichts gespeichert.',
	nothingNext: 'Nutze es als Kamera, dann sind die Aufnahmen hier.',
	watch: 'Live zuschauen',
	notes: (n) => (n === 1 ? '1 technischer Hinweis' : `${String(n)} technische Hinweise`),
	quiet: 'An diesem Tag ist nichts passiert.',
};
