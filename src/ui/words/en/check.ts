import type { FindingKind } from '#domain/storage/check.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

const { count, shared } = ENGLISH;

const found: Readonly<Record<FindingKind, (n: number, size: string) => string>> = {
	'run-row': (n) =>
		`${count(n, 'recording is', 'recordings are')} listed wrongly. A repair lists them anew; no footage changes.`,
	'no-bytes': (n) =>
		`${count(n, 'second of footage is', 'seconds of footage are')} listed, but gone. A repair marks them as damaged.`,
	'not-signed': (n) =>
		`${count(n, 'second of footage is', 'seconds of footage are')} not what this camera signed. A repair marks them as damaged; they are not played.`,
	unnamed: (n, size) =>
		`${size} (${count(n, 'piece', 'pieces')}) belong to no recording and cannot be played. A repair deletes them.`,
};

const done: Readonly<Record<FindingKind, (n: number) => string>> = {
	'run-row': (n) => `${count(n, 'recording', 'recordings')} listed anew.`,
	'no-bytes': (n) => `${count(n, 'second', 'seconds')} marked as damaged.`,
	'not-signed': (n) => `${count(n, 'second', 'seconds')} with a wrong signature marked as damaged.`,
	unnamed: (n) => `${count(n, 'piece', 'pieces')} deleted.`,
};

/** Check and repair, under Storage. */
export const check = {
	title: 'Check and repair',
	lead: 'Looks whether everything that is saved is in order. It changes nothing before you say so, and recording goes on.',
	signatures: 'Also check every signature',
	signaturesNote: 'Reads all footage, which takes a while.',
	look: 'Check now',
	looking: 'Checking …',
	cancel: 'Cancel',
	progress: 'Progress of the check',
	fine: (segments: number, runs: number) =>
		`Everything is in order: ${count(segments, 'second', 'seconds')} of footage in ${count(runs, 'recording', 'recordings')}.`,
	fineSigned: 'Every signature is right.',
	found,
	kept: 'They are not deleted: the list of what is saved seems to be what is broken. Save what you need as clips.',
	repair: 'Repair',
	repairing: 'Repairing …',
	repaired: 'Repaired.',
	nothing: 'It had come right by itself; nothing had to be done.',
	done,
	freed: (bytes: number) => `${shared.bytes(bytes)} are free again.`,
};
