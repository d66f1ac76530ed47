import { only } from '#domain/base/listeners.ts';
import { faultOf, type FaultKind } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { maxDirectViewers } from '#domain/live/path.ts';
import { may, rightFor, type Right } from '#domain/home/rights.ts';
import type { Siren } from '#ports/device/siren.ts';
import type { Message } from '#protocol/message.ts';
import { LiveClock } from '#engine/live/live-clock.ts';
import type { Member, MemberListControls } from '#engine/members/member-list.ts';
import type { Messenger, Sender } from '#engine/messaging/messenger.ts';
import { SenderRateLimiter } from '#engine/messaging/sender-rate-limiter.ts';
import { loggedCommand } from './command-executor.ts';
import { CommandQueue } from './command-queue.ts';
import type { LiveHost } from './live-host.ts';
import { SharedSiren } from './shared-siren.ts';
import { StatusReports, type StatusReportTools } from './status-reports.ts';

const REFRESH_MS = 5000;
/** Direct connections per device: each costs about twenty messages. */
const DIRECT = { perSecond: 0.5, atOnce: 6 };

export type DeviceHostTools = Omit<StatusReportTools, 'live' | 'hosts'> & {
	readonly messenger: Messenger;
	readonly members: Pick<MemberListControls, 'list' | 'on'>;
	readonly siren: Siren;
	readonly phone: boolean;
	/** The live hosts of this device's cameras. */
	readonly hosts: () => readonly LiveHost[];
	/** Called when a camera came or went. */
	readonly onHosts: (listener: () => void) => () => void;
};

type MessageOf<T extends Message['t']> = Extract<Message, { t: T }>;

/**
 * What the cameras of a device share towards viewers: messages and status reports, the turn of
 * commands, places for direct viewers, the siren and the speaker. Rules: docs/spec/live.md.
 */
export class DeviceHost {
	readonly live: LiveClock;
	readonly siren: SharedSiren;
	/** Takes a token for a direct connection. */
	readonly rate: SenderRateLimiter;
	readonly #tools: DeviceHostTools;
	readonly #reports: StatusReports;
	readonly #queue: CommandQueue;

	constructor(tools: DeviceHostTools) {
		this.#tools = tools;
		this.live = new LiveClock(tools.clock);
		this.siren = new SharedSiren(tools.siren, tools.clock);
		this.rate = new SenderRateLimiter(tools.clock, DIRECT);
		this.#queue = new CommandQueue(tools.clock);
		this.#reports = new StatusReports({ ...tools, live: this.live });
		tools.onHosts(() => this.schedule());
		tools.messenger.onMessage((message, from) => {
			this.#receive(message, from);
		});
		const refresh = (): void => {
			this.#reports.retain((device) => this.inForce(device));
		};
		tools.messenger.on(only(['presence'], refresh));
		tools.members.on(only(['members'], refresh));
		tools.clock.every(REFRESH_MS, refresh);
	}

	/** Something that status reports contain has changed. */
	schedule(): void {
		this.#reports.schedule();
	}

	/** Who is heard at this device. */
	get talking(): DeviceId | null {
		return this.#tools.hosts().find(({ talking }) => talking !== null)?.talking ?? null;
	}

	/** Whether no further direct viewer has a place, at whichever camera (LV4). */
	get full(): boolean {
		return this.#calls.length >= maxDirectViewers(this.#tools.phone);
	}

	/**
	 * LV4. A device that calls again gives up its own place, most often left by a closed page.
	 * Otherwise a device that holds several places gives up one.
	 */
	evictOne(device: DeviceId): void {
		if (!this.full) return;
		const of = (whose: DeviceId) => this.#calls.filter((call) => call.device === whose);
		const [own] = of(device);
		const spare = this.#calls.find((call) => of(call.device).length > 1);
		(own ?? spare)?.hangUp('full');
	}

	inForce(device: DeviceId, right: Right = 'watch'): boolean {
		const member = this.memberOf(device);
		if (member === undefined || !may(member.roles, right)) return false;
		return member.notAfterMs === null || this.#tools.clock.wallMs() < member.notAfterMs;
	}

	memberOf(device: DeviceId): Member | undefined {
		return this.#tools.members.list.find((one) => one.device === device);
	}

	get #calls() {
		return this.#tools.hosts().flatMap(({ calls }) => calls);
	}

	#receive(message: Message, { device, roles }: Sender): void {
		if (!may(roles, 'watch') || !this.inForce(device)) return;
		const hosts = this.#tools.hosts();
		if (message.t === 'ask') this.#reports.subscribe(device, message.nonce);
		else if (message.t === 'call') {
			const host = this.#hostOf(message.camera);
			if (host === undefined) this.#refuse(message, device);
			else void host.accept(message, device);
		} else if (message.t === 'answer' || message.t === 'candidate') {
			for (const host of hosts) host.callOf(device, message.sid)?.receive(message);
		} else if (message.t === 'hang-up') {
			for (const host of hosts) host.remove(device, message.sid);
		} else if (message.t === 'command') this.#execute(message, device);
		else if (message.t === 'what-became') this.#reportOutcome(message, device);
	}

	#hostOf(camera: string): LiveHost | undefined {
		return this.#tools.hosts().find((host) => host.camera === camera);
	}

	#refuse({ sid, nonce: peer }: MessageOf<'call'>, device: DeviceId): void {
		void this.#tools.messenger.send(device, { t: 'hang-up', sid, peer, why: 'closed' });
	}

	/** LV13: once, in turn, and answered. */
	#execute({ id, nonce, camera, name, value }: MessageOf<'command'>, device: DeviceId): void {
		if (nonce !== this.#reports.nonce) return;
		const work = async (): Promise<FaultKind | null> => {
			try {
				const others = name === 'siren' && this.siren.by !== null && this.siren.by !== device;
				if (!this.inForce(device, rightFor(name, value, others))) return 'denied';
				const host = this.#hostOf(camera);
				return host === undefined ? 'not-found' : await host.carryOut(name, value, device);
			} catch (error) {
				return faultOf(error).kind;
			}
		};
		this.#queue.enqueue(device, id, work, (fault) => {
			// EV12: a command to a camera that is not here is logged at the first.
			const host = this.#hostOf(camera) ?? this.#tools.hosts()[0];
			host?.logCommand(device, loggedCommand(name, value, fault));
			this.schedule();
			void this.#tools.messenger.send(device, { t: 'done', id, fault });
		});
	}

	/** LT12. A command that has not arrived by now never will: it is out of date. */
	#reportOutcome({ id, nonce }: MessageOf<'what-became'>, device: DeviceId): void {
		if (nonce !== this.#reports.nonce) return;
		const fault = this.#queue.outcomeOf(device, id);
		if (fault !== undefined) void this.#tools.messenger.send(device, { t: 'done', id, fault });
	}
}
