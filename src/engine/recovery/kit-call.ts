import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { WIRE_VERSION } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { KitKeys } from '#engine/home/kit-keys.ts';
import { RelayCall, type RelayFailure } from '#engine/messaging/relay-call.ts';
import { authenticate } from '#engine/pairing/rendezvous.ts';

export interface KitCallDependencies {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
}

/**
 * A recovery kit's relay connection: finds its home, authenticates, and loads the roster. Rules:
 * docs/spec/kit.md, KT4.
 */
export class KitCall {
	/** The home's complete roster as the relay has it; unverified. */
	readonly entries: readonly Bytes[];
	readonly #call: RelayCall;

	private constructor(call: RelayCall, entries: readonly Bytes[]) {
		this.#call = call;
		this.entries = entries;
	}

	static async open(
		tools: KitCallDependencies,
		origin: string,
		kit: KitKeys,
	): Promise<KitCall | RelayFailure> {
		const call = await RelayCall.open(tools.relays, tools.clock, origin);
		if ('t' in call) return call;
		try {
			const entries = await fetchRoster(tools.crypto, call, kit);
			if (Array.isArray(entries)) return new KitCall(call, entries);
			call.close();
			return entries;
		} catch (error) {
			call.close();
			return { t: 'fault', fault: faultOf(error) };
		}
	}

	/** `null`: the relay stored it; else why not. */
	async append(entry: Bytes): Promise<RelayFailure | null> {
		this.#call.send({ t: 'append', entries: [base64urlOf(entry)] });
		const appended = await this.#call.next('appended');
		return appended.t === 'appended' ? null : appended;
	}

	close(): void {
		this.#call.close();
	}
}

async function fetchRoster(
	crypto: Crypto,
	call: RelayCall,
	{ device, sign }: KitKeys,
): Promise<Bytes[] | RelayFailure> {
	const challenge = await call.challenge();
	if (challenge.t !== 'challenge') return challenge;
	call.send({ t: 'whose', version: WIRE_VERSION, device });
	const of = await call.next('of');
	if (of.t !== 'of') return of;
	await authenticate(crypto, { home: of.home as HomeId, device, sign }, call, challenge.challenge);
	const welcome = await call.next('welcome');
	if (welcome.t !== 'welcome') return welcome;
	call.send({ t: 'roster-since', seq: 0 });
	const entries: Bytes[] = [];
	while (entries.length < welcome.rosterSeq) {
		const roster = await call.next('roster');
		if (roster.t !== 'roster') return roster;
		if (roster.from !== entries.length + 1 || roster.entries.length === 0) {
			throw new Fault('corrupt', 'relay sent a roster with gaps');
		}
		entries.push(...roster.entries.map(bytesOfBase64url));
	}
	return entries;
}
