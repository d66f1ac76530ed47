import type { Fault } from '#domain/base/fault.ts';
import type { EndNote } from '#domain/pairing/handshake-messages.ts';
import type { Refusal } from '#protocol/wire.ts';
import type { RelayFailure } from '#engine/messaging/relay-connection.ts';
import type { PairingEndReason, PairingState } from './controls.ts';

type EndedState = Extract<PairingState, { readonly kind: 'ended' }>;

const REFUSAL_REASONS: Readonly<Record<Refusal, PairingEndReason>> = {
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

/** By the note of the other side. */
const NOTE_REASONS: Readonly<Record<EndNote, PairingEndReason>> = {
	refused: 'refused',
	cancelled: 'other-side-gone',
	digits: 'digits',
	burnt: 'burnt',
	failed: 'other-side-gone',
};

export function endedBy(failure: RelayFailure): EndedState {
	if (failure.t === 'refused')
		return { kind: 'ended', why: REFUSAL_REASONS[failure.why], fault: null };
	return { kind: 'ended', why: reasonOfFault(failure.fault), fault: failure.fault };
}

export function reasonOfNote(note: EndNote): PairingEndReason {
	return NOTE_REASONS[note];
}

function reasonOfFault({ kind }: Fault): PairingEndReason {
	if (kind === 'not-found') return 'no-relay';
	return kind === 'offline' || kind === 'timeout' || kind === 'denied' ? 'unreachable' : 'failed';
}
