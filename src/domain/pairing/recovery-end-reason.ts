/**
 * Why somebody who came with a recovery kit did not come in. Each has its sentence and a way on.
 */
export type RecoveryEndReason =
	/** What was typed is no kit. */
	| 'length'
	| 'character'
	| 'slip'
	/** The relay knows no home of this kit. */
	| 'unknown-kit'
	/** An owner took the kit out of the home: it was refused, or there is a newer one. */
	| 'taken-out'
	/** This device is an owner of that home already. */
	| 'owner'
	/** The relay's clock and this device's differ. */
	| 'clock'
	| 'no-relay'
	| 'unreachable'
	| 'version'
	| 'too-many'
	| 'failed';
