import type { DeviceId } from '#domain/base/ids.ts';
import type { Fault } from '#domain/base/fault.ts';
import type { PairingMethod, PairingEndReason } from '#domain/pairing/end-reason.ts';
import type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';

export type { PairingMethod, PairingEndReason } from '#domain/pairing/end-reason.ts';
export type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';

export type PairingState =
	| { readonly kind: 'idle' }
	/** Talking to the relay. */
	| { readonly kind: 'preparing' }
	/** Stands on the screen: what QR and link carry, or eight letters (PR15). */
	| {
			readonly kind: 'showing';
			readonly side: 'owner' | 'new';
			readonly by: PairingMethod;
			readonly text: string;
			readonly untilMs: number;
	  }
	/**
	 * Without a relay (docs/spec/nearby.md): `text` is for the other device. `offer`: what that shows
	 * then is to be given to `join`; `wrong`: what was given is no answer to this code. `answer`: the
	 * first device waits for it.
	 */
	| {
			readonly kind: 'near';
			readonly step: 'offer' | 'answer';
			readonly text: string;
			readonly untilMs: number;
			readonly wrong: boolean;
	  }
	/** The other side has the code; keys are being exchanged. */
	| { readonly kind: 'exchanging' }
	/**
	 * Both screens have the digits. `asks`: this side must say yes or no. `name` is what the new
	 * device calls itself, `wanted` what it is to be. `said`: this side said yes and waits. `digits`:
	 * `null` until a person has typed them here; `left`: tries that are left after a wrong one
	 * (PR17).
	 */
	| {
			readonly kind: 'comparing';
			readonly digits: string | null;
			readonly left: number | null;
			readonly side: 'owner' | 'new';
			readonly by: PairingMethod;
			readonly asks: boolean;
			readonly said: boolean;
			readonly name: string;
			readonly wanted: RequestedAccess;
	  }
	/** As the owner: it was let in, and has not said yet that it has come (PR24). */
	| {
			readonly kind: 'waiting';
			readonly side: 'owner';
			readonly device: DeviceId;
			readonly name: string;
			readonly wanted: RequestedAccess;
	  }
	/**
	 * As the newcomer: it lost the rest of the pairing, and comes by itself once it was let in
	 * (PR22). `apart`: without a relay, and not connected.
	 */
	| { readonly kind: 'returning'; readonly apart: boolean; readonly untilMs: number }
	| {
			readonly kind: 'done';
			readonly side: 'owner' | 'new';
			readonly device: DeviceId;
			readonly name: string;
			readonly wanted: RequestedAccess;
	  }
	/** Without a relay: connected to a device that was paired before. */
	| { readonly kind: 'linked' }
	| { readonly kind: 'ended'; readonly why: PairingEndReason; readonly fault: Fault | null };

/**
 * One pairing at a time. No method throws: the state says what happened. Rules:
 * docs/spec/pairing.md.
 */
export interface PairingControls {
	readonly state: PairingState;
	on(listener: () => void): () => void;
	/**
	 * An owner shows a code, or letters, for a device that is to be `wanted`; what was shown before
	 * is over.
	 */
	show(wanted: RequestedAccess, by?: PairingMethod): Promise<void>;
	/** A device that is in no other home's way shows a code for an owner to scan. */
	offer(name: string, wanted: RequestedAccess): Promise<void>;
	/** What was under way when the page was left. */
	resume(): Promise<void>;
	/** Shows a code for a device of this home, to connect to it without a relay. */
	connectMember(): Promise<void>;
	/**
	 * What was scanned, pasted, typed, or came with the address; while a code without a relay is
	 * shown, its answer. `name`: what this device is to be called.
	 */
	join(code: string, name: string): Promise<void>;
	/** Opens this home at the relay. */
	useInvitation(code: string): Promise<void>;
	/** What a person read from the other screen. Nothing is allowed before it is right (PR17). */
	enter(digits: string): Promise<void>;
	allow(wanted: RequestedAccess): Promise<void>;
	refuse(): Promise<void>;
	cancel(): Promise<void>;
}
