import type { EventEmitter } from 'node:events';
import { networkInterfaces } from 'node:os';
import { Bonjour } from 'bonjour-service';
import { LocalName, othersIn, SERVICE, type MdnsRecord, type OtherHost } from './local-name.ts';
import type { Logger } from '#relay/base/log.ts';

/** Asked three times in a second whether a name is free (RFC 6762, 8.1). */
const PROBES = 3;
const PROBE_INTERVAL_MS = 250;
const END_MS = 1_000;
/** Whoever floods the network with names is not listened to without an end. */
const MAX_ANSWERS = 1_000;
export interface AnnouncementOptions {
	/** What devices know this relay by, as in `spycam.local`. */
	readonly name: string;
	/** Other names begin with it. */
	readonly base: string;
	/** 8 hex digits that are this relay's own. */
	readonly id: string;
	readonly port: number;
	/** Nobody knows this relay yet: whatever it gets is what devices will know it by. */
	readonly isNew: boolean;
}

interface Mdns extends EventEmitter {
	query(questions: readonly { name: string; type: string }[]): void;
}

/**
 * Says in the local network what this machine is called (RFC 6762, 6763), by a name that nobody
 * else has (RL39). Where that does not work, as in networks without multicast, devices need another
 * name: a line in the log, and nothing else is different.
 */
export class MdnsAnnouncement {
	readonly #options: AnnouncementOptions;
	readonly #name: LocalName;
	readonly #log: Logger;
	/** `null`: multicast does not work here; the next look tries again. */
	#bonjour: Bonjour | null = null;
	#why: string | null = null;

	private constructor(wanted: AnnouncementOptions, log: Logger) {
		this.#options = wanted;
		this.#log = log;
		this.#name = new LocalName(wanted.name, wanted.base, wanted.id);
	}

	static async begin(wanted: AnnouncementOptions, log: Logger): Promise<MdnsAnnouncement> {
		const announcement = new MdnsAnnouncement(wanted, log);
		announcement.#open();
		announcement.#name.choose(await announcement.#others());
		if (wanted.isNew) announcement.#name.keep();
		announcement.#publish();
		return announcement;
	}

	/** What this relay is called in the local network now. */
	get name(): string {
		return this.#name.current;
	}

	/**
	 * Looks who else there is, and announces anew what has changed.
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
			// A goodbye that cannot be sent is not waited for.
			setTimeout(resolve, END_MS);
			bonjour.unpublishAll(() => bonjour.destroy(resolve));
		});
	}

	#open(): void {
		const failed = (error: unknown): void => {
			const why = error instanceof Error ? error.message : 'unknown';
			// Each look tries again: once is enough to be told.
			if (why !== this.#why)
				this.#log.warn({ why }, 'the name cannot be announced in the local network');
			this.#why = why;
		};
		try {
			const bonjour = new Bonjour({}, failed);
			this.#bonjour = bonjour;
			// Another program that has the port for itself would else end this one.
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

	/** Who else answers to a name. Takes most of a second where that decides something. */
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
		const hear = (packet: { answers?: MdnsRecord[]; additionals?: MdnsRecord[] }): void => {
			if (found.length > MAX_ANSWERS) return;
			found.push(...othersIn([...(packet.answers ?? []), ...(packet.additionals ?? [])], self));
		};
		mdns.on('response', hear);
		const names = [...new Set([this.#name.wanted, this.name])];
		for (let asked = 0; asked < times; asked += 1) {
			mdns.query([
				{ name: SERVICE, type: 'PTR' },
				...names.flatMap((name) => ['A', 'AAAA'].map((type) => ({ name, type }))),
			]);
			await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
		}
		mdns.off('response', hear);
		return found;
	}
}

/** The library shows no other way to what it hears. */
function mdnsOf(bonjour: Bonjour): Mdns {
	return (bonjour['server'] as { readonly mdns: Mdns }).mdns;
}
