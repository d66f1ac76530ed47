import {
	messageFromLive,
	messageFromStore,
	messageFrom,
	type FootagePlace,
	type LiveBegin,
	type MessageFromLive,
	type MessageFromStore,
	type InvitationRecord,
	type LiveSettings,
	type MessageToLive,
	type MessageToStore,
} from '#relay/base/ipc.ts';
import { ChildSupervisor } from './child-supervisor.ts';
import type { Logger } from '#relay/base/log.ts';
import { Outbox } from './outbox.ts';
import { RosterFeed } from './roster-feed.ts';

/** Longer than a child's own deadline. */
const STOP_MS = { live: 8_000, store: 4_000 };

export interface SupervisorOptions {
	readonly settings: LiveSettings;
	readonly database: string;
	readonly footage: FootagePlace;
	readonly site: LiveBegin['site'];
	readonly trust: LiveBegin['trust'];
	readonly tokenKey: Uint8Array<ArrayBuffer>;
	/** Read at each start of a child. */
	now(): {
		readonly tls: LiveBegin['tls'];
		readonly hosts: readonly string[];
		/** The current name in the local network. */
		readonly name: string;
	};
	readonly log: Logger;
}

export interface Ports {
	readonly http: number;
	readonly https: number;
}

export interface Supervisor {
	readonly ports: Ports;
	/** Sends the current certificate and names to `live`. */
	renew(): void;
	/** Stops `live`, then `store`. */
	stop(): Promise<void>;
	/** Kills both immediately; devices get no `bye`. */
	kill(): void;
}

/**
 * Starts `store`, then `live` with the stored state, and restarts either when it exits.
 * @throws Fault if either cannot start; then neither runs
 */
export async function supervise(options: SupervisorOptions): Promise<Supervisor> {
	const { log } = options;
	let outbox: Outbox | null = null;
	let ports: Ports = { http: options.settings.port, https: options.settings.httpsPort };
	const live = new ChildSupervisor<MessageToLive, MessageFromLive>('live', log, {
		decode: (message) => messageFrom(messageFromLive, message),
		begin: () => ({
			...{ t: 'begin', site: options.site, trust: options.trust, tokenKey: options.tokenKey },
			// Keeps the ports of the first start, also those chosen for 0.
			settings: {
				...options.settings,
				...{ port: ports.http, httpsPort: ports.https, name: options.now().name },
			},
			...{ tls: options.now().tls, hosts: [...options.now().hosts] },
			kept: outbox?.kept ?? { homes: [], letters: [], invitations: [] },
			footageSocket: options.footage.socket,
		}),
		heard: (message) => {
			if (message.t === 'listening') ports = { http: message.http, https: message.https };
			if (message.t === 'fact') {
				outbox?.add(message.fact);
				rosters.note(message.fact);
				flush();
			}
		},
		ended: () => undefined,
	});
	const store = new ChildSupervisor<MessageToStore, MessageFromStore>('store', log, {
		decode: (message) => messageFrom(messageFromStore, message),
		begin: () => {
			rosters.restarted();
			return {
				...{ t: 'begin', file: options.database, settings: options.settings },
				...{ tokenKey: options.tokenKey, footage: options.footage },
				homes: outbox?.kept.homes ?? null,
			};
		},
		heard: (message) => {
			switch (message.t) {
				case 'listening':
					outbox ??= new Outbox(message.kept);
					for (const invitation of message.kept.invitations) addInvitation(invitation);
					outbox.retryAll();
					rosters.counts();
					flush();
					break;
				case 'confirmed':
					outbox?.confirmed(message.n);
					flush();
					break;
				case 'roster-counts':
					rosters.counts();
					break;
				case 'footage-changed':
					if (live.running) live.send(message);
					break;
				case 'invitation':
					addInvitation(message.invitation);
			}
		},
		ended: () => undefined,
	});
	const rosters = new RosterFeed(
		(home) => [...(outbox?.entriesOf(home) ?? [])],
		(roster) => store.send({ t: 'roster', ...roster }),
	);
	const addInvitation = (invitation: InvitationRecord): void => {
		if (outbox?.addInvitation(invitation)) live.send({ t: 'invitation', invitation });
	};
	const flush = (): void => {
		if (!store.running) return;
		for (const one of outbox?.next() ?? []) store.send({ t: 'fact', ...one });
	};
	try {
		await store.start();
		await live.start();
	} catch (error) {
		live.kill();
		store.kill();
		throw error;
	}
	return {
		get ports() {
			return ports;
		},
		renew: () => {
			const { tls, hosts, name } = options.now();
			live.send({ t: 'renew', tls, hosts: [...hosts], name });
		},
		stop: async () => {
			await live.stop({ t: 'stop' }, STOP_MS.live);
			await store.stop({ t: 'stop' }, STOP_MS.store);
		},
		kill: () => {
			live.kill();
			store.kill();
		},
	};
}
