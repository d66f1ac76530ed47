/** How the two devices met: by what was scanned or opened as a link, or by eight typed letters. */
export type PairingMethod = 'code' | 'letters';

/** Why a pairing ended without a member. Each has its sentence and a way on. */
export type PairingEndReason =
	| 'refused'
	| 'cancelled'
	| 'expired'
	/** Somebody else used the code, or something did not fit: the code is burnt. */
	| 'burnt'
	| 'digits'
	| 'no-relay'
	| 'invitation'
	| 'unreachable'
	| 'unknown-code'
	| 'too-many'
	| 'other-side-gone'
	| 'version'
	/** The code was shown by this very device. */
	| 'own-code'
	/** This device may not let others in. */
	| 'not-owner'
	/** Without a relay: the two devices do not reach each other. */
	| 'no-way'
	/** Without a relay: this device is in no network. */
	| 'no-network'
	/** An answer to a code that is not shown here, or no more. */
	| 'stale-answer'
	/** It was let in, and did not come within ten minutes (PR26). */
	| 'never-came'
	| 'failed';
