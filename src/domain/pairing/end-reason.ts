/** How the two devices met: by a scanned code or opened link, or by eight typed letters. */
export type PairingMethod = 'code' | 'letters';

/** Why a pairing ended without a new member. The UI has a sentence and a next step for each. */
export type PairingEndReason =
	| 'refused'
	| 'cancelled'
	| 'expired'
	/** Somebody else used the code, or a message was invalid: the code can no longer be used. */
	| 'burnt'
	| 'digits'
	| 'no-relay'
	| 'invitation'
	| 'unreachable'
	| 'unknown-code'
	| 'too-many'
	| 'other-side-gone'
	| 'version'
	/** The code was shown by this same device. */
	| 'own-code'
	/** This device may not admit others. */
	| 'not-owner'
	/** Without a relay: the two devices could not connect. */
	| 'no-way'
	/** Without a relay: this device has no network. */
	| 'no-network'
	/** An answer to a code that this device does not show, or no longer shows. */
	| 'stale-answer'
	/** It was admitted, but did not arrive within ten minutes (PR26). */
	| 'never-came'
	| 'failed';
