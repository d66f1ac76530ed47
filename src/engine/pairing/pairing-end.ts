import type { Fault } from '#domain/base/fault.ts';
import type { Note } from '#domain/pairing/pairing.ts';
import type { Refusal } from '#protocol/wire.ts';
import type { No } from '#engine/messaging/meeting-line.ts';
import type { PairingEnd, PairingState } from './pairing.ts';

type Ended = Extract<PairingState, { readonly kind: 'ended' }>;

const REFUSED: Readonly<Record<Refusal, PairingEnd>> = {
	'unknown-home': 'invitation',
	invitation: 'invitation',
	'not-a-member': 'not-owner',
	'bad-proof': 'failed',
	version: 'version',
	roster: 'failed',
	'no-meeting': 'unknown-code',
	burnt: 'burnt',
	'too-many': 'too-many',
	'not-allowed': 'failed',
	clock: 'failed',
};

/** What the other side said before it went. */
const NOTED: Readonly<Record<Note, PairingEnd>> = {
	refused: 'refused',
	cancelled: 'other-side-gone',
	digits: 'digits',
	burnt: 'burnt',
	failed: 'other-side-gone',
};

export function endOf(no: No): Ended {
	if (no.t === 'refused') return { kind: 'ended', why: REFUSED[no.why], fault: null };
	return { kind: 'ended', why: endOfFault(no.fault), fault: no.fault };
}

export function endOfNote(note: Note): PairingEnd {
	return NOTED[note];
}

function endOfFault({ kind }: Fault): PairingEnd {
	if (kind === 'not-found') return 'no-relay';
	return kind === 'offline' || kind === 'timeout' || kind === 'denied' ? 'unreachable' : 'failed';
}
