import type { Language } from '#state/app/session.svelte.ts';
import { ENGLISH, GERMAN } from '#ui/words/format/formats.ts';

const HOUR_MS = 3_600_000;

const en = {
	select: 'Select',
	scale: 'Visible time',
	scaleOf: (ms: number) =>
		({ 24: 'Day', 168: 'Week', 744: 'Month' })[ms / HOUR_MS] ?? ENGLISH.across(ms),
	eventBefore: 'Previous event',
	eventAfter: 'Next event',
	noEventBefore: 'No event before this.',
	noEventAfter: 'No event after this.',
	notYet: 'not yet',
	notYetHere: 'This has not happened yet.',
	keys: 'N and P go to the next and the previous event.',
	actions: 'What to do with it',
	chosen: 'Selected footage',
	earlier: '−1 s',
	later: '+1 s',
	start: (step: string) => `Start ${step}`,
	end: (step: string) => `End ${step}`,
	pinTitle: 'Pin footage',
	pins: (from: string, to: string) => `Keeps ${from} to ${to}, however full the storage gets.`,
	pin: (length: string) => `Pin ${length}`,
	isPinned: (from: string, to: string) => `${from} to ${to} is pinned.`,
	unpinFirst: 'Unpin it to delete it.',
	unpin: 'Unpin',
	deletes: (from: string, to: string) => `Deletes ${from} to ${to}.`,
	undoable: 'You can undo this for ten minutes.',
	undoableShort: 'You can undo this for ten seconds.',
	/** Why nothing can be pinned or deleted. */
	mayNot: {
		'not-owner': 'Only owners of this home can delete or pin what this camera saved.',
		away: 'To delete or pin what this camera saved, the relay must answer. It does not now.',
	},
	marks: {
		here: (from: string, to: string) =>
			`Deleted: ${from} to ${to}. You can undo this for ten minutes.`,
		waiting: (from: string, to: string) =>
			`Deleted: ${from} to ${to}. You can undo this for ten seconds.`,
		gone: (from: string, to: string) => `Deleted for good: ${from} to ${to}.`,
		failed: (from: string, to: string) => `Not deleted: ${from} to ${to} is still at the relay.`,
		pinned: (from: string, to: string) => `Pinned: ${from} to ${to}. It stays until you unpin it.`,
		unpinned: (from: string, to: string) => `No longer pinned: ${from} to ${to}.`,
		restored: 'Restored.',
		'is-pinned': 'Part of it is pinned. Unpin it first.',
		full: 'There is no space for more pins. Unpin something first, or allow more space under Storage.',
		nothing: 'There is no footage in this span.',
		'too-late': 'Too late: that footage is gone for good.',
	},
};

const de: typeof en = {
	select: 'Auswählen',
	scale: 'Angezeigte Zeit',
	scaleOf: (ms) => ({ 24: 'Tag', 168: 'Woche', 744: 'Monat' })[ms / HOUR_MS] ?? GERMAN.across(ms),
	eventBefore: 'Voriges Ereignis',
	eventAfter: 'Nächstes Ereignis',
	noEventBefore: 'Davor gibt es kein Ereignis.',
	noEventAfter: 'Danach gibt es kein Ereignis.',
	notYet: 'noch nicht',
	notYetHere: 'Das liegt noch in der Zukunft.',
	keys: 'N und P springen zum nächsten und zum vorigen Ereignis.',
	actions: 'Was damit geschehen soll',
	chosen: 'Ausgewählter Abschnitt',
	earlier: '−1 s',
	later: '+1 s',
	start: (step) => `Anfang ${step}`,
	end: (step) => `Ende ${step}`,
	pinTitle: 'Aufnahmen anheften',
	pins: (from, to) => `Behält ${from} bis ${to}, wie voll der Speicher auch wird.`,
	pin: (length) => `${length} anheften`,
	isPinned: (from, to) => `${from} bis ${to} ist angeheftet.`,
	unpinFirst: 'Löse es, um es zu löschen.',
	unpin: 'Lösen',
	deletes: (from, to) => `Löscht ${from} bis ${to}.`,
	undoable: 'Das lässt sich zehn Minuten lang rückgängig machen.',
	undoableShort: 'Das lässt sich zehn Sekunden lang rückgängig machen.',
	mayNot: {
		'not-owner':
			'Nur Besitzer dieses Zuhauses können löschen oder anheften, was diese Kamera gespeichert hat.',
		away: 'Um zu löschen oder anzuheften, was diese Kamera gespeichert hat, muss das Relay antworten. Gerade tut es das nicht.',
	},
	marks: {
		here: (from, to) =>
			`Gelöscht: ${from} bis ${to}. Das lässt sich zehn Minuten lang rückgängig machen.`,
		waiting: (from, to) =>
			`Gelöscht: ${from} bis ${to}. Das lässt sich zehn Sekunden lang rückgängig machen.`,
		gone: (from, to) => `Endgültig gelöscht: ${from} bis ${to}.`,
		failed: (from, to) => `Nicht gelöscht: ${from} bis ${to} ist noch beim Relay.`,
		pinned: (from, to) => `Angeheftet: ${from} bis ${to}. Es bleibt, bis du es löst.`,
		unpinned: (from, to) => `Nicht mehr angeheftet: ${from} bis ${to}.`,
		restored: 'Wiederhergestellt.',
		'is-pinned': 'Ein Teil davon ist angeheftet. Löse ihn zuerst.',
		full: 'Mehr lässt sich nicht anheften: Der Platz reicht nicht. Löse zuerst etwas, oder erlaube unter „Speicher“ mehr Platz.',
		nothing: 'In diesem Abschnitt ist keine Aufnahme.',
		'too-late': 'Zu spät: Diese Aufnahme ist endgültig gelöscht.',
	},
};

/** The ribbon and what is selected on it; apart from `WORDS`, for the screens that have one. */
export const TIMELINE: Readonly<Record<Language, typeof en>> = { en, de };
