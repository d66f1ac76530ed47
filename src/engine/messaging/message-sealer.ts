import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf, concatBytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import {
	buildSealedMessage,
	sealedMessageInfo,
	padText,
	parseSealedMessage,
	unpadText,
} from '#domain/home/sealed-message.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { messageBodyFrom, messageBodyText, type MessageBody } from '#protocol/message.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Identity } from '#ports/keys/vault.ts';
import type { Sender } from './messenger.ts';
import { inForce, type Roster } from '#engine/home/roster.ts';

/** Per sender (LT3). */
const MAX_REMEMBERED_IDS = 4096;

/** The device that seals and opens, and its view of the roster. */
export interface LocalEndpoint {
	readonly identity: Pick<Identity, 'home' | 'device' | 'sign' | 'kem'>;
	readonly roster: Roster;
}

export interface OpenedMessage {
	readonly id: string;
	readonly body: MessageBody;
	readonly from: Sender;
}

/** Seals and opens the messages between devices of a home. Rules: docs/spec/letters.md. */
export class MessageSealer {
	readonly #crypto: Crypto;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #seen = new Map<DeviceId, Set<string>>();
	#dropped = 0;

	constructor(crypto: Crypto, clock: Pick<Clock, 'wallMs'>) {
		this.#crypto = crypto;
		this.#clock = clock;
	}

	/** Messages that were not for this device, were forged, or had been read before. */
	get dropped(): number {
		return this.#dropped;
	}

	/**
	 * Returns the `box` of a frame (base64url). Throws `not-found` unless the recipient is a member
	 * in force, `malformed` if the message is too long.
	 */
	async seal(
		{ identity, roster }: LocalEndpoint,
		to: DeviceId,
		body: MessageBody,
	): Promise<string> {
		const entry = roster.devices.get(to);
		const wallMs = Math.floor(this.#clock.wallMs());
		if (!inForce(entry, wallMs) || !entry.subject)
			throw new Fault('not-found', 'the recipient is not a member in force');
		const { home, device: from, sign } = identity;
		const frame = { home, from, to, id: hexOf(this.#crypto.random(16)), wallMs };
		const plain = padText(new TextEncoder().encode(messageBodyText(body)));
		const wrapped = await this.#crypto.wrap(entry.subject.kem, sealedMessageInfo(frame), plain);
		const canonical = buildSealedMessage({ ...frame, ...wrapped });
		const signature = await this.#crypto.sign(sign.key, signedBytes('letter', canonical));
		return base64urlOf(concatBytes(canonical, signature));
	}

	/** `null`: dropped and counted. */
	async open({ identity, roster }: LocalEndpoint, box: string): Promise<OpenedMessage | null> {
		try {
			const opened = await this.#open(identity, roster, box);
			if (opened !== null) return opened;
		} catch (error) {
			expectFault(error);
		}
		this.#dropped += 1;
		return null;
	}

	async #open(
		identity: LocalEndpoint['identity'],
		roster: Roster,
		box: string,
	): Promise<OpenedMessage | null> {
		const { letter, canonical, signature } = parseSealedMessage(bytesOfBase64url(box));
		const now = this.#clock.wallMs();
		const [sender, self] = [roster.devices.get(letter.from), roster.devices.get(identity.device)];
		if (letter.home !== identity.home || letter.to !== identity.device) return null;
		if (!inForce(sender, now) || !inForce(self, now) || !sender.subject) return null;
		const verifier = await this.#crypto.verifier(sender.subject.sign);
		const signed = signedBytes('letter', canonical);
		if (!(await this.#crypto.verify(verifier, signature, signed))) return null;
		const plain = await this.#crypto.unwrap(identity.kem, sealedMessageInfo(letter), letter);
		const text = new TextDecoder('utf-8', { fatal: false }).decode(unpadText(plain));
		const body = messageBodyFrom(text);
		if (body === null || !this.#isFirst(letter.from, letter.id)) return null;
		return { id: letter.id, body, from: { device: letter.from, roles: sender.roles } };
	}

	/** Lets a message be read again when the relay delivers it again. */
	forget({ id, from }: OpenedMessage): void {
		this.#seen.get(from.device)?.delete(id);
	}

	/** Remembered only after the signature is verified, so that nobody else can use up an id. */
	#isFirst(from: DeviceId, id: string): boolean {
		const seen = this.#seen.get(from) ?? new Set();
		this.#seen.set(from, seen);
		if (seen.has(id)) return false;
		seen.add(id);
		const [oldest] = seen;
		if (seen.size > MAX_REMEMBERED_IDS && oldest !== undefined) seen.delete(oldest);
		return true;
	}
}
