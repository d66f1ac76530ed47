/** A pairing that is cut at one of its messages, and what both sides say afterwards. */
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { FakeVault } from '../../fakes/vault.ts';
import { CutRelay, Page, settled, START_MS, type Disk, type Point } from './cut-world.ts';

export const WAYS = ['code', 'letters', 'scanned', 'near', 'near-scanned'] as const;
export const SIDES = ['owner', 'new'] as const;
/** Points between Allow and the end are cut more often. */
export const POINTS: readonly Point[] = [
	...(['m0', 'm1', 'm2', 'm3', 'append', 'append', 'm4', 'm4', 'm4', 'letter'] as const),
];
/** `away`: longer than anybody waits. */
export const KINDS = ['reload', 'leave', 'away', 'sleep', 'offline'] as const;
type Side = (typeof SIDES)[number];

export interface Cut {
	readonly way: (typeof WAYS)[number];
	readonly side: Side;
	readonly at: Point;
	/** Whether the message is lost or arrives just before the cut. */
	readonly lost: boolean;
	readonly kind: (typeof KINDS)[number];
}

export type Says = 'in' | 'waiting' | 'out';

export interface Outcome {
	/** Within ten minutes of the cut, with both pages open again. */
	readonly said: { readonly owner: Says; readonly fresh: Says };
	/** After all timeouts. */
	readonly last: { readonly owner: Says; readonly fresh: Says };
	readonly happened: boolean;
	/** The joiner was on its way back for a while. */
	readonly returned: boolean;
}

const MINUTE_MS = 60_000;
const AWAY_MS = { reload: 0, leave: 2 * MINUTE_MS, away: 14 * MINUTE_MS } as const;

export class Scene {
	readonly air = new FakeDataNetwork();
	readonly relay: CutRelay | null;
	readonly pages = new Map<Side, Page>();
	readonly #disks: Readonly<Record<Side, Disk>>;
	readonly #cut: Cut;
	#wallMs = START_MS;
	#happened = false;
	#returned = false;
	/** Work scheduled by world time. */
	#later: { atMs: number; work: () => Promise<void> }[] = [];

	constructor(cut: Cut) {
		this.#cut = cut;
		this.relay = cut.way.startsWith('near') ? null : new CutRelay();
		const disk = (): Disk => ({ vault: new FakeVault(), segments: new MemorySegmentStore() });
		this.#disks = { owner: disk(), new: disk() };
	}

	async run(): Promise<Outcome> {
		const { way } = this.#cut;
		await this.#open('owner');
		await this.#open('new');
		const { owner } = this;
		await owner.localDevice.createViewer();
		if (this.relay !== null) {
			await this.relay.world.relay.homes.open(owner.homeRoster.entries);
			await owner.homeRoster.setRelay('https://cam.local:8443');
		}
		this.#arm();
		const letters = way === 'letters' ? 'letters' : 'code';
		const ownerShows = way !== 'scanned' && way !== 'near-scanned';
		const [first, second] = ownerShows ? [owner, this.fresh] : [this.fresh, owner];
		if (ownerShows) void first.pairing.show('viewer', letters);
		else void first.pairing.offer('Phone', 'viewer');
		await settled();
		void second.pairing.join(textOn(first), 'Phone');
		if (this.relay === null) {
			await settled();
			void first.pairing.join(textOn(second), '');
		}
		// Both pages are reopened well within ten minutes, except for one that is `away`.
		await this.#pass((this.#cut.kind === 'away' ? 16 : 5) * MINUTE_MS);
		await this.#connectAgain();
		await this.#pass(2 * MINUTE_MS);
		const said = this.#says();
		await this.#pass(28 * MINUTE_MS);
		await this.#connectAgain();
		await this.#pass(2 * MINUTE_MS);
		return { said, last: this.#says(), happened: this.#happened, returned: this.#returned };
	}

	get owner(): Page {
		return this.#page('owner');
	}

	get fresh(): Page {
		return this.#page('new');
	}

	#page(side: Side): Page {
		const page = this.pages.get(side);
		if (page === undefined) throw new Error(`no page of the ${side}`);
		return page;
	}

	async #open(side: Side): Promise<void> {
		const place = { relay: this.relay, air: this.air };
		const page = new Page(side, this.#disks[side], place, this.#wallMs);
		this.pages.set(side, page);
		await page.open();
		await settled();
	}

	/** Waits for the message and cuts. */
	#arm(): void {
		const { at, lost, side } = this.#cut;
		const reached = (from: Page): void => {
			if (this.#happened || !this.pages.has('new')) return;
			// Entries and messages sent before are not part of it.
			if (at === 'append' && (from.name !== 'owner' || from.state.kind !== 'comparing')) return;
			if (at === 'letter' && from.name !== 'new') return;
			this.#happened = true;
			if (lost) this.#strike(side);
			else setImmediate(() => this.#strike(side));
		};
		if (this.relay !== null) {
			this.relay.onPoint = (point, from) => {
				if (point === at) reached(from);
			};
			return;
		}
		this.air.between = (message) => {
			const point = typeof message === 'string' ? pointIn(message) : null;
			if (point === at) {
				const fresh = at === 'm1' || at === 'm3' || at === 'letter';
				reached(fresh ? this.fresh : this.owner);
				if (lost && this.#happened) {
					this.air.between = (one) => one;
					return null;
				}
			}
			return message;
		};
	}

	#strike(side: Side): void {
		const { kind } = this.#cut;
		const page = this.#page(side);
		const after = (ms: number, work: () => Promise<void>): void => {
			this.#later.push({ atMs: this.#wallMs + ms, work });
		};
		if (kind === 'sleep') {
			page.asleep = true;
			after(MINUTE_MS, async () => {
				page.asleep = false;
				page.cut();
				if (this.relay === null) this.air.cut();
				page.clock.advance(MINUTE_MS);
				await settled();
			});
		} else if (kind === 'offline') {
			page.online = false;
			page.cut();
			this.air.cut();
			after(MINUTE_MS / 2, async () => {
				page.online = true;
				page.network.back();
				await settled();
			});
		} else {
			page.die();
			this.air.cut();
			after(AWAY_MS[kind], () => this.#open(side));
		}
	}

	/** Lets time pass, fast when little happens, and has people press what they are asked. */
	async #pass(ms: number): Promise<void> {
		for (let left = ms; left > 0;) {
			const stepMs = left > 10 * MINUTE_MS || ms - left > MINUTE_MS ? 5000 : 1000;
			left -= stepMs;
			this.#wallMs += stepMs;
			this.relay?.pass(stepMs);
			for (const page of this.pages.values()) {
				if (page.alive && !page.asleep) page.clock.advance(stepMs);
				else if (page.asleep) page.clock.step(0);
			}
			await settled();
			await this.#press();
			const due = this.#later.filter(({ atMs }) => atMs <= this.#wallMs);
			this.#later = this.#later.filter(({ atMs }) => atMs > this.#wallMs);
			for (const { work } of due) await work();
		}
	}

	async #press(): Promise<void> {
		const { owner, fresh } = this;
		const [here, there] = [owner.state, fresh.state];
		if (there.kind === 'returning') this.#returned = true;
		if (owner.alive && !owner.asleep && here.kind === 'comparing' && !here.said) {
			if (here.digits !== null) void owner.pairing.allow('viewer');
			else if (there.kind === 'comparing') void owner.pairing.enter(there.digits ?? '');
		}
		if (fresh.alive && !fresh.asleep && there.kind === 'comparing' && there.asks && !there.said) {
			void fresh.pairing.allow('viewer');
		}
		await settled();
	}

	/** Without a relay two people reconnect (NB12): the owner shows, the new device scans. */
	async #connectAgain(): Promise<void> {
		const { owner, fresh } = this;
		const waits = fresh.state.kind === 'returning' || this.#home(fresh) === this.#home(owner);
		if (this.relay !== null || !waits || owner.messenger.online.size > 1) return;
		void owner.pairing.cancel();
		void owner.pairing.connectMember();
		await settled();
		void fresh.pairing.join(textOn(owner), '');
		await settled();
		if (fresh.state.kind !== 'near') return;
		void owner.pairing.join(textOn(fresh), '');
		await settled();
	}

	#home({ homeRoster }: Page): string | undefined {
		return homeRoster.roster?.home;
	}

	#says(): { owner: Says; fresh: Says } {
		const { owner, fresh } = this;
		const device = fresh.localDevice.unlocked?.identity.device;
		const arrival = device ? owner.arrivals.arrivalState(device) : 'taken-back';
		const ofOwner = ({ here: 'in', waits: 'waiting', 'taken-back': 'out' } as const)[arrival];
		const isHome = this.#home(fresh) === this.#home(owner);
		const comes = fresh.state.kind === 'returning' || fresh.state.kind === 'comparing';
		const isIn = isHome && fresh.messenger.state.kind !== 'refused';
		return { owner: ofOwner, fresh: isIn ? 'in' : comes ? 'waiting' : 'out' };
	}
}

function textOn({ state }: Page): string {
	return state.kind === 'showing' || state.kind === 'near' ? state.text : '';
}

function pointIn(text: string): Point | null {
	const box = /"t":"post".*"box":"([\w-]{2})/.exec(text)?.[1];
	if (box !== undefined) return `m${Buffer.from(box, 'base64url')[0] ?? 9}` as Point;
	if (text.includes('"t":"letter"')) return 'letter';
	return null;
}
