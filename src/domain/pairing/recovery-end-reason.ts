/** Why recovery with a kit failed. The UI has a sentence and a next step for each. */
export type RecoveryEndReason =
	/** What was typed is not a kit. */
	| 'length'
	| 'character'
	| 'slip'
	/** The relay knows no home with this kit. */
	| 'unknown-kit'
	/** An owner removed the kit from the home: the claim was refused, or a newer kit was made. */
	| 'taken-out'
	/** This device already is an owner of that home. */
	| 'owner'
	/** The clocks of the relay and of this device differ too much. */
	| 'clock'
	| 'no-relay'
	| 'unreachable'
	| 'version'
	| 'too-many'
	| 'failed';
