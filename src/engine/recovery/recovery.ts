import type { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { KitTextError } from '#domain/pairing/kit.ts';
import type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';

export type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';

/** A recovery kit that was just made: it stands on the screen, and nowhere else. */
export interface GeneratedKit {
	readonly groups: readonly string[];
	readonly link: string;
	readonly relay: string;
	/** It takes a passphrase, too. */
	readonly guarded: boolean;
}

/** A device that somebody with the kit wants to make an owner. */
export interface PendingClaim {
	readonly device: DeviceId;
	readonly name: string | null;
	readonly self: boolean;
	readonly atMs: number;
	/** When it will be an owner, unless somebody refuses. */
	readonly readyMs: number;
}

/**
 * What a trial found: it works, it is an older one, it is of another home or unknown, or it is no
 * kit.
 */
export type KitTestResult = 'works' | 'old' | 'other' | KitTextError;

/** This home's recovery kit. Throws as `MemberListControls` does. Rules: docs/spec/kit.md. */
export interface KitControls {
	/** `null`: there is none. */
	readonly madeMs: number | null;
	/** When it was last tried on this device; `null`: never. */
	readonly triedMs: number | null;
	/** Why none can be made here; `null`: one can. */
	readonly hindrance: 'not-owner' | 'no-relay' | null;
	readonly claims: readonly PendingClaim[];
	on(listener: () => void): () => void;
	/**
	 * Makes one; it opens nothing before `keep`. Throws `offline` and such where the relay does not
	 * say how others reach it.
	 */
	generate(passphrase?: string | null): Promise<GeneratedKit>;
	/** The one that was drawn becomes the home's, and those from before are worth nothing. */
	activate(): Promise<void>;
	/** The one that was drawn is forgotten. */
	discard(): void;
	test(text: string, passphrase?: string | null): Promise<KitTestResult>;
	/** KT8: whoever claims is no owner and will be none; the kit is worth nothing from now on. */
	rollBackClaims(): Promise<void>;
}

export type RecoveryState =
	| { readonly kind: 'idle' }
	| { readonly kind: 'busy' }
	/** The claim stands; with the kit once more after `readyMs`. `fresh`: it was made just now. */
	| { readonly kind: 'waiting'; readonly readyMs: number; readonly fresh: boolean }
	| { readonly kind: 'done' }
	| { readonly kind: 'ended'; readonly why: RecoveryEndReason; readonly fault: Fault | null };

/**
 * Coming back with a recovery kit. No method throws: the state says what happened. Rules:
 * docs/spec/kit.md.
 */
export interface RecoveryControls {
	readonly state: RecoveryState;
	/** From an earlier visit: when the kit will do. */
	readonly claimedMs: number | null;
	on(listener: () => void): () => void;
	/**
	 * What was typed, scanned, or came with the address. `name`: what this device is to be called;
	 * `relay`: where it is, when a person says so (KT13).
	 */
	recover(
		kit: string,
		name: string,
		relay: string | null,
		passphrase?: string | null,
	): Promise<void>;
	reset(): void;
}
