import { subscribed } from '#state/app/subscribed.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { freeName, isTaken } from '#domain/home/name.ts';
import { directCodeFrom } from '#domain/pairing/direct-code.ts';
import { pairingCodeFrom } from '#domain/pairing/code.ts';
import type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import { isKit, may, rolesFor } from '#domain/home/rights.ts';
import type { PairingMethod, PairingState } from '#engine/pairing/controls.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import { isDisconnected } from './disconnected.ts';
import type { Engine } from '#state/app/engine.ts';
import { CodeScanner } from './code-scanner.svelte.ts';

/** Pairing as the screen shows it; one instance per visit. */
export class PairingFlow {
	/** Name for this device if it is the one joining. */
	name = $state('');
	/** Default when the name is left blank. */
	unnamed = '';
	code = $state('');
	/** Access for the other device. */
	wanted = $state<RequestedAccess>('viewer');
	invitation = $state('');
	/** Came with a link and has not been tried. */
	invited = $state(false);
	/** The code came with the address. */
	given = $state(false);
	/** This home was just registered at the relay. */
	opened = $state(false);
	/** PR10: the answer to the question; `null`: none yet. */
	second = $state<'yes' | 'no' | 'failed' | null>(null);
	readonly scanner: CodeScanner;
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	readonly #off: () => void;
	#shows = false;
	/** This device gets its name before a step; another step would overtake that one. */
	#naming = $state.raw<symbol | null>(null);
	/** Digits in the field that were already tried. */
	#tried = '';
	#copied = $state.raw<{ readonly text: string; readonly how: 'done' | 'failed' } | null>(null);

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = subscribed(engine.pairing, engine.messenger, engine.members);
		this.scanner = new CodeScanner(engine, (text) => this.#found(text));
		this.#off = engine.launchLink.on(() => this.take());
		this.take();
	}

	get state(): PairingState {
		this.#subscribe();
		return this.#naming !== null ? { kind: 'preparing' } : this.#engine.pairing.state;
	}

	/** This home has other devices, and no connection leads to them. */
	get apart(): boolean {
		this.#subscribe();
		return isDisconnected(this.#engine);
	}

	/** Connection to the device paired without a relay. */
	get link(): RelayConnectionState['kind'] {
		this.#subscribe();
		return this.#engine.messenger.state.kind;
	}

	get mayShare(): boolean {
		return 'share' in navigator;
	}

	/**
	 * AP14: the same code for another browser on this computer, which may not resolve or trust the
	 * public name; `null`: that is shown already, or this page is not on localhost.
	 */
	here(link: string): string | null {
		if (!this.#engine.features.localhost) return null;
		const { origin } = location;
		return link.startsWith(`${origin}/`) ? null : `${origin}/pair${link.slice(link.indexOf('#'))}`;
	}

	/**
	 * RL35: where a device that does not yet trust the relay begins; `null`: not needed, or unknown.
	 */
	async trustAt(): Promise<string | null> {
		return this.#engine.trustPageUrl();
	}

	/** PR10: the first viewer has joined, and there is one owner. */
	get asksForSecond(): boolean {
		const { state } = this;
		if (state.kind !== 'done' || state.side !== 'owner' || state.wanted !== 'viewer') return false;
		const devices = [...(this.#engine.homeRoster.roster?.devices.values() ?? [])];
		const owners = devices.filter(({ roles }) => may(roles, 'manage')).length;
		const viewers = devices.length - owners;
		return owners === 1 && viewers === 1;
	}

	/** Whether it can let others in: an owner, or a device that will found a home. */
	get mayAdmit(): boolean {
		this.#subscribe();
		const { members, homeRoster } = this.#engine;
		return members.owner || homeRoster.roster === null;
	}

	/** Names of the owners. */
	get owners(): readonly string[] {
		this.#subscribe();
		const { list } = this.#engine.members;
		return list.flatMap(({ roles, name }) => (may(roles, 'manage') && name !== null ? [name] : []));
	}

	/** PR32: the name a joining device will get instead; `null`: its own is free. */
	freeFor(name: string): string | null {
		const names = this.#names(null);
		return isTaken(name, names) ? freeName(name, names) : null;
	}

	/** PR32: the name a joining device got instead; `null`: its own, or not known yet. */
	renamed({ device, name }: { readonly device: DeviceId; readonly name: string }): string | null {
		if (!isTaken(name, this.#names(device))) return null;
		const now = this.#engine.members.list.find((one) => one.device === device)?.name ?? null;
		return now === null || isTaken(now, [name]) ? null : now;
	}

	#names(but: DeviceId | null): string[] {
		this.#subscribe();
		const { list } = this.#engine.members;
		return list.flatMap(({ device, name }) => (name === null || device === but ? [] : [name]));
	}

	/** The home has no recovery kit for the day this device is lost. */
	get wantsKit(): boolean {
		const devices = [...(this.#engine.homeRoster.roster?.devices.values() ?? [])];
		return !devices.some(({ roles }) => isKit(roles));
	}

	/** Takes what a link brought; ends a finished pairing first. */
	take(): void {
		const { pairing, launchLink } = this.#engine;
		if (launchLink.pending === 'kit') return;
		if (['done', 'linked', 'ended'].includes(pairing.state.kind)) void pairing.cancel();
		const text = launchLink.consume();
		if (text === null) return;
		this.invited = text.startsWith('invite.');
		if (this.invited) this.invitation = text.slice('invite.'.length);
		else {
			this.code = text;
			this.given = true;
		}
	}

	/** `letters`: only when a person asked for them (PR15). */
	async show(by: PairingMethod = 'code'): Promise<void> {
		if (!(await this.#nameSelf())) return;
		this.#shows = true;
		this.second = null;
		await this.#engine.pairing.show(this.wanted, by);
	}

	async offer(): Promise<void> {
		await this.#engine.pairing.offer(this.#called, 'viewer');
	}

	async again(): Promise<void> {
		await this.#engine.pairing.connectMember();
	}

	async join(): Promise<void> {
		const { code } = this;
		this.scanner.stop();
		this.given = false;
		this.code = '';
		await this.#engine.pairing.join(code, this.#called);
	}

	/** Sets up this home at the relay, with the invitation. `false`: it is not. */
	async open(): Promise<boolean> {
		const { pairing } = this.#engine;
		if (!(await this.#nameSelf())) return false;
		this.invited = false;
		await pairing.useInvitation(this.invitation);
		if (pairing.state.kind !== 'idle') return false;
		this.invitation = '';
		this.opened = true;
		if (this.#shows) await this.show();
		return true;
	}

	get #called(): string {
		return this.name.trim() === '' ? this.unnamed : this.name;
	}

	/**
	 * Gives this device a name for others to see; it can be changed under Devices. `false`: this step
	 * was called off, or is taken twice.
	 */
	async #nameSelf(): Promise<boolean> {
		if (this.#naming !== null) return false;
		const { homeRoster, members } = this.#engine;
		const step = (this.#naming = Symbol());
		try {
			const { device, owner } = await homeRoster.self();
			const nameless = homeRoster.roster?.devices.get(device)?.detail.length === 0;
			const name = freeName(this.#called, this.#names(device));
			if (nameless && owner !== null) await members.rename(device, name);
		} catch (error) {
			// A name can wait; the next step reports the fault.
			expectFault(error);
		}
		const goesOn = this.#naming === step;
		if (goesOn) this.#naming = null;
		return goesOn;
	}

	/**
	 * Called for each change of the field. Six digits are one try, and further keys are not another
	 * (PR17).
	 */
	async enter(digits: string): Promise<void> {
		if (digits === this.#tried) return;
		this.#tried = digits.length < 6 ? '' : digits;
		if (this.#tried !== '') await this.#engine.pairing.enter(digits);
	}

	async allow(): Promise<void> {
		const { state } = this;
		if (state.kind === 'comparing') await this.#engine.pairing.allow(this.wanted);
	}

	async refuse(): Promise<void> {
		await this.#engine.pairing.refuse();
	}

	async cancel(): Promise<void> {
		this.opened = this.#shows = false;
		this.#naming = null;
		await this.#engine.pairing.cancel();
	}

	async promote(yes: boolean): Promise<void> {
		const { state } = this;
		if (state.kind !== 'done') return;
		if (!yes) this.second = 'no';
		else {
			try {
				await this.#engine.homeRoster.amend(state.device, { roles: rolesFor('owner', false) });
				this.second = 'yes';
			} catch {
				this.second = 'failed';
			}
		}
	}

	async copy(text: string): Promise<void> {
		try {
			await navigator.clipboard.writeText(text);
			this.#copied = { text, how: 'done' };
		} catch {
			this.#copied = { text, how: 'failed' };
		}
	}

	/** Whether this text was the last one copied; `null`: not tried. */
	copied(text: string): 'done' | 'failed' | null {
		return this.#copied?.text === text ? this.#copied.how : null;
	}

	async share(link: string): Promise<void> {
		try {
			await navigator.share({ url: link });
		} catch {
			// Cancelled, or nothing here accepts a link: copying remains.
		}
	}

	close(): void {
		this.scanner.stop();
		this.#off();
	}

	#found(text: string): boolean {
		if (!isCode(text)) return false;
		const { state } = this;
		// The first code may still be in the picture, or on this very screen.
		if (state.kind === 'near' && state.step === 'offer' && !text.startsWith('a2.')) return false;
		this.code = text;
		void this.join();
		return true;
	}
}

/** `false` for damaged direct codes: they are read again. */
function isCode(text: string): boolean {
	try {
		if (directCodeFrom(text) !== null) return true;
	} catch {
		return false;
	}
	const code = pairingCodeFrom(text);
	return code !== null && code.kind !== 'typed';
}
