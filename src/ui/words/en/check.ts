import type { StoreFindingKind } from '#domain/storage/store-check.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

const { count, shared } = ENGLISH;

const found: Readonly<Record<StoreFindingKind, (n: number, size: string) => string>> = {
	'run-row': (n) =>
		`${count(n, 'recording is', 'recordings are')} listed incorrectly. Repair corrects the list; no footage changes.`,
	'no-bytes': (n) =>
		`${count(n, 'second of footage is', 'seconds of footage are')} listed but missing. Repair marks them as damaged.`,
	'not-signed': (n) =>
		`${count(n, 'second of footage does', 'seconds of footage do')} not match what this camera signed. Repair marks them as damaged; they are not played.`,
	unnamed: (n, size) =>
		`${size} (${count(n, 'piece', 'pieces')}) belong to no recording and cannot be played. Repair deletes them.`,
};

const done: Readonly<Record<StoreFindingKind, (n: number) => string>> = {
	'run-row': (n) => `${count(n, 'recording', 'recordings')} corrected in the list.`,
	'no-bytes': (n) => `${count(n, 'second', 'seconds')} marked as damaged.`,
	'not-signed': (n) => `${count(n, 'second', 'seconds')} with a wrong signature marked as damaged.`,
	unnamed: (n) => `${count(n, 'piece', 'pieces')} deleted.`,
};

/** Check and repair, under Storage. */
export const check = {
	title: 'Check and repair',
	lead: 'Checks everything that is saved. It changes nothing until you say so, and recording continues.',
	signatures: 'Also check every signature',
	signaturesNote: 'Reads all footage, which takes a while.',
	look: 'Check now',
	looking: 'Checking …',
	cancel: 'Cancel',
	progress: 'Progress of the check',
	fine: (segments: number, runs: number) =>
		`Everything is in order: ${count(segments, 'second', 'seconds')} of footage in ${count(runs, 'recording', 'recordings')}.`,
	fineSigned: 'Every signature is valid.',
	found,
	kept: 'They are not deleted, because the list of saved footage seems to be damaged. Save what you need as clips.',
	repair: 'Repair',
	repairing: 'Repairing …',
	repaired: 'Repaired.',
	nothing: 'It was already fixed; there was nothing to do.',
	done,
	freed: (bytes: number) => `${shared.bytes(bytes)} freed.`,
};
