import type { DeviceId } from '#domain/base/ids.ts';
import type { Fault } from '#domain/base/fault.ts';
import type { PairingMethod, PairingEndReason } from '#domain/pairing/end-reason.ts';
import type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';

export type { PairingMethod, PairingEndReason } from '#domain/pairing/end-reason.ts';
export type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';

export type PairingState =
	| { readonly kind: 'idle' }
	/** The relay is being contacted. */
	| { readonly kind: 'preparing' }
	/** `text` is on the screen: a link, also as a QR code, or eight letters (PR15). */
	| {
			readonly kind: 'showing';
			readonly side: 'owner' | 'new';
			readonly by: PairingMethod;
			readonly text: string;
			readonly untilMs: number;
	  }
	/**
	 * Without a relay (docs/spec/nearby.md): `text` is for the other device. `offer`: the answer that
	 * it shows is to be passed to `join`; `wrong`: what was passed is not an answer to this code.
	 * `answer`: waiting for the first device to read it.
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
	 * Both screens can compare digits. `asks`: this side must accept or refuse. `name`: the new
	 * device's own name; `wanted`: the access it is to get. `said`: this side has accepted and waits.
	 * `digits`: `null` until a person has typed them here; `left`: tries left after a wrong one
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
	/** As the owner: the device was admitted and has not confirmed its arrival yet (PR24). */
	| {
			readonly kind: 'waiting';
			readonly side: 'owner';
			readonly device: DeviceId;
			readonly name: string;
			readonly wanted: RequestedAccess;
	  }
	/**
	 * As the joiner: the rest of the pairing was lost, and the device keeps trying to log in as a
	 * member (PR22). `apart`: without a relay and not connected.
	 */
	| { readonly kind: 'returning'; readonly apart: boolean; readonly untilMs: number }
	| {
			readonly kind: 'done';
			readonly side: 'owner' | 'new';
			readonly device: DeviceId;
			readonly name: string;
			readonly wanted: RequestedAccess;
	  }
	/** Without a relay: connected to a member. */
	| { readonly kind: 'linked' }
	| { readonly kind: 'ended'; readonly why: PairingEndReason; readonly fault: Fault | null };

/**
 * One pairing at a time. No method throws: the state tells the outcome. Rules:
 * docs/spec/pairing.md.
 */
export interface PairingControls {
	readonly state: PairingState;
	on(listener: () => void): () => void;
	/**
	 * As an owner: shows a code or letters for a device that is to get the access `wanted`. Replaces
	 * what was shown before.
	 */
	show(wanted: RequestedAccess, by?: PairingMethod): Promise<void>;
	/** As a new device: shows a code for an owner to scan. */
	offer(name: string, wanted: RequestedAccess): Promise<void>;
	/** Continues a pairing that was under way when the page was left. */
	resume(): Promise<void>;
	/** Shows a code for a member to connect to without a relay. */
	connectMember(): Promise<void>;
	/**
	 * Takes a code that was scanned, pasted, typed, or in the URL; or, while a direct code is shown,
	 * its answer. `name`: what this device is to be called.
	 */
	join(code: string, name: string): Promise<void>;
	/** Opens this home at the relay. */
	useInvitation(code: string): Promise<void>;
	/** The digits of the other screen; the owner cannot allow before they are right (PR17). */
	enter(digits: string): Promise<void>;
	allow(wanted: RequestedAccess): Promise<void>;
	refuse(): Promise<void>;
	cancel(): Promise<void>;
}
