import type { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { KitTextError } from '#domain/pairing/kit.ts';
import type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';

export type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';

/** A kit just generated; it exists on the screen only. */
export interface GeneratedKit {
	readonly groups: readonly string[];
	readonly link: string;
	readonly relay: string;
	/** Needs a passphrase as well. */
	readonly guarded: boolean;
}

/** A device that a holder of the kit wants to make an owner. */
export interface PendingClaim {
	readonly device: DeviceId;
	readonly name: string | null;
	readonly self: boolean;
	readonly atMs: number;
	/** When it becomes an owner unless refused. */
	readonly readyMs: number;
}

/** Works; an older kit of this home; of another home or unknown; or not a kit. */
export type KitTestResult = 'works' | 'old' | 'other' | KitTextError;

/** This home's recovery kit. Throws as `MemberListControls` does. Rules: docs/spec/kit.md. */
export interface KitControls {
	/** `null`: there is none. */
	readonly madeMs: number | null;
	/** When it was last tested on this device; `null`: never. */
	readonly triedMs: number | null;
	/** Why no kit can be made here; `null`: one can. */
	readonly hindrance: 'not-owner' | 'no-relay' | null;
	readonly claims: readonly PendingClaim[];
	on(listener: () => void): () => void;
	/**
	 * Generates a kit that has no effect before `activate`. Throws `offline` and others when the
	 * relay does not say its public origin.
	 */
	generate(passphrase?: string | null): Promise<GeneratedKit>;
	/** Makes the generated kit the home's, and revokes earlier ones. */
	activate(): Promise<void>;
	/** Forgets the generated kit. */
	discard(): void;
	test(text: string, passphrase?: string | null): Promise<KitTestResult>;
	/** KT8: refuses all claims and revokes the kit. */
	rollBackClaims(): Promise<void>;
}

export type RecoveryState =
	| { readonly kind: 'idle' }
	| { readonly kind: 'busy' }
	/** The claim stands; use the kit again after `readyMs`. `fresh`: just claimed. */
	| { readonly kind: 'waiting'; readonly readyMs: number; readonly fresh: boolean }
	| { readonly kind: 'done' }
	| { readonly kind: 'ended'; readonly why: RecoveryEndReason; readonly fault: Fault | null };

/**
 * Coming back with a recovery kit. Never throws: failures appear in `state`. Rules:
 * docs/spec/kit.md.
 */
export interface RecoveryControls {
	readonly state: RecoveryState;
	/** When an earlier claim becomes ready; `null`: none. */
	readonly claimedMs: number | null;
	on(listener: () => void): () => void;
	/**
	 * `kit`: as typed, scanned, or from the address. `name`: for this device. `relay`: its origin if
	 * a person typed one (KT13).
	 */
	recover(
		kit: string,
		name: string,
		relay: string | null,
		passphrase?: string | null,
	): Promise<void>;
	reset(): void;
}
