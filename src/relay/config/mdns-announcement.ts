import type { EventEmitter } from 'node:events';
import { networkInterfaces } from 'node:os';
import { Bonjour } from 'bonjour-service';
import { LocalName, othersIn, SERVICE, type MdnsRecord, type OtherHost } from './local-name.ts';
import type { Logger } from '#relay/base/log.ts';

/** Three probes, 250 ms apart (RFC 6762, 8.1). */
const PROBES = 3;
const PROBE_INTERVAL_MS = 250;
const END_MS = 1_000;
/** Bounds what a flood of answers can cost. */
const MAX_ANSWERS = 1_000;
export interface AnnouncementOptions {
	/** The name that devices know, such as `spycam.local`. */
	readonly name: string;
	/** Prefix of alternative names. */
	readonly base: string;
	/** 8 hex digits, unique to this relay. */
	readonly id: string;
	readonly port: number;
	/** No device knows this relay yet: the name it gets becomes the wanted one. */
	readonly isNew: boolean;
}

interface Mdns extends EventEmitter {
	query(questions: readonly { name: string; type: string }[]): void;
}

/**
 * Announces the relay by mDNS/DNS-SD (RFC 6762, 6763) under a name nobody else has (RL39). Where
 * multicast does not work it only logs a warning; devices then need another name.
 */
export class MdnsAnnouncement {
	readonly #options: AnnouncementOptions;
	readonly #name: LocalName;
	readonly #log: Logger;
	/** `null`: multicast does not work; the next refresh retries. */
	#bonjour: Bonjour | null = null;
	#lastReason: string | null = null;

	private constructor(options: AnnouncementOptions, log: Logger) {
		this.#options = options;
		this.#log = log;
		this.#name = new LocalName(options.name, options.base, options.id);
	}

	static async begin(options: AnnouncementOptions, log: Logger): Promise<MdnsAnnouncement> {
		const announcement = new MdnsAnnouncement(options, log);
		announcement.#open();
		announcement.#name.choose(await announcement.#others());
		if (options.isNew) announcement.#name.keep();
		announcement.#publish();
		return announcement;
	}

	/** The current name in the local network. */
	get name(): string {
		return this.#name.current;
	}

	/**
	 * Checks for name conflicts and announces again if anything changed.
	 * @param moved the addresses changed
	 */
	async refresh(moved: boolean): Promise<void> {
		const settled = this.name === this.#name.wanted;
		const changed = this.#name.choose(await this.#others(settled ? 1 : PROBES));
		if (!changed && !moved && this.#bonjour) return;
		await this.end();
		this.#open();
		this.#publish();
	}

	end(): Promise<void> {
		const bonjour = this.#bonjour;
		this.#bonjour = null;
		return new Promise((resolve) => {
			if (!bonjour) {
				resolve();
				return;
			}
			// Does not wait for a goodbye that cannot be sent.
			setTimeout(resolve, END_MS);
			bonjour.unpublishAll(() => bonjour.destroy(resolve));
		});
	}

	#open(): void {
		const failed = (error: unknown): void => {
			const reason = error instanceof Error ? error.message : 'unknown';
			// Every refresh retries: log each reason only once.
			if (reason !== this.#lastReason)
				this.#log.warn({ why: reason }, 'cannot announce the name by mDNS');
			this.#lastReason = reason;
		};
		try {
			const bonjour = new Bonjour({}, failed);
			this.#bonjour = bonjour;
			// Unhandled, an exclusively bound port would end the process.
			mdnsOf(bonjour).on('error', (error) => {
				failed(error);
				if (this.#bonjour === bonjour) this.#bonjour = null;
			});
		} catch (error) {
			failed(error);
		}
	}

	#publish(): void {
		const service = { type: 'https', port: this.#options.port, host: this.name, probe: false };
		this.#bonjour?.publish({ ...service, name: `Spy-cam ${this.#options.id}`, txt: { path: '/' } });
	}

	/** Queries who answers to the names; takes up to 750 ms. */
	async #others(times = PROBES): Promise<OtherHost[]> {
		const found: OtherHost[] = [];
		const mdns = this.#bonjour && mdnsOf(this.#bonjour);
		if (!mdns) return found;
		const self = {
			service: `Spy-cam ${this.#options.id}.${SERVICE}`,
			addresses: Object.values(networkInterfaces()).flatMap((list) =>
				(list ?? []).map(({ address }) => address),
			),
		};
		const collect = (packet: { answers?: MdnsRecord[]; additionals?: MdnsRecord[] }): void => {
			if (found.length > MAX_ANSWERS) return;
			found.push(...othersIn([...(packet.answers ?? []), ...(packet.additionals ?? [])], self));
		};
		mdns.on('response', collect);
		const names = [...new Set([this.#name.wanted, this.name])];
		for (let probe = 0; probe < times; probe += 1) {
			mdns.query([
				{ name: SERVICE, type: 'PTR' },
				...names.flatMap((name) => ['A', 'AAAA'].map((type) => ({ name, type }))),
			]);
			await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
		}
		mdns.off('response', collect);
		return found;
	}
}

/** The library has no public access to its responses. */
function mdnsOf(bonjour: Bonjour): Mdns {
	return (bonjour['server'] as { readonly mdns: Mdns }).mdns;
}
