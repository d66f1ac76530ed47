import { createSubscriber } from 'svelte/reactivity';
import { faultOf, type Fault } from '#domain/fault.ts';
import { nearCodeFrom } from '#domain/near-code.ts';
import { codeFrom } from '#domain/pairing-code.ts';
import type { Wanted } from '#domain/pairing.ts';
import type { PairingState } from '#engine/pairing.ts';
import type { LinkState } from '#engine/post.ts';
import type { Captured } from '#ports/capture.ts';
import { isApart } from './apart.ts';
import type { Engine } from './engine.ts';

/** A code fits from a hand's width away. */
const LOOK = { width: 1280, height: 720, frameRate: 15, sound: false } as const;

/** Connecting a device, as the screen sees it. One for each time the screen is open. */
export class Connecting {
	/** What this device is to be called, should it be the new one. */
	name = $state('');
	code = $state('');
	/** What the other device is to be. */
	wanted = $state<Wanted>('viewer');
	invitation = $state('');
	/** The code came with the address. */
	given = $state(false);
	/** This home was just opened at the relay. */
	opened = $state(false);
	scanning = $state(false);
	scanFault = $state.raw<Fault | null>(null);
	copied = $state(false);
	/** PR10: what was said to the question; `null`: nothing yet. */
	second = $state<'yes' | 'no' | 'failed' | null>(null);
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	readonly #off: () => void;
	#shows = false;
	#captured: Captured | null = null;
	#stopReading: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => {
			const offs = [engine.pairing.on(update), engine.post.on(update)];
			return () => {
				for (const off of offs) off();
			};
		});
		this.#off = engine.given.on(() => this.take());
		this.take();
	}

	get state(): PairingState {
		this.#subscribe();
		return this.#engine.pairing.state;
	}

	/** Others belong to this home, and nothing leads to them. */
	get apart(): boolean {
		this.#subscribe();
		return isApart(this.#engine);
	}

	/** How it stands with who was connected without a relay. */
	get link(): LinkState['kind'] {
		this.#subscribe();
		return this.#engine.post.state.kind;
	}

	get mayShare(): boolean {
		return 'share' in navigator;
	}

	/** PR10: the first viewer has come, and no other device is an owner. */
	get asksForSecond(): boolean {
		const { state } = this;
		if (state.kind !== 'done' || state.side !== 'owner' || state.wanted !== 'viewer') return false;
		const devices = [...(this.#engine.membership.roster?.devices.values() ?? [])];
		const owners = devices.filter(({ roles }) => roles.includes('owner')).length;
		const viewers = devices.filter(({ roles }) => !roles.includes('owner')).length;
		return owners === 1 && viewers === 1;
	}

	/** What came with a link; what ended before makes room for it. */
	take(): void {
		const { pairing } = this.#engine;
		if (['done', 'linked', 'ended'].includes(pairing.state.kind)) void pairing.cancel();
		const text = this.#engine.given.take();
		if (text === null) return;
		if (text.startsWith('invite.')) this.invitation = text.slice('invite.'.length);
		else {
			this.code = text;
			this.given = true;
		}
	}

	async show(): Promise<void> {
		this.#shows = true;
		this.second = null;
		await this.#engine.pairing.show(this.wanted);
	}

	async offer(): Promise<void> {
		await this.#engine.pairing.offer(this.name, 'viewer');
	}

	async again(): Promise<void> {
		await this.#engine.pairing.again();
	}

	async join(): Promise<void> {
		const { code } = this;
		this.stopScan();
		this.given = false;
		this.code = '';
		await this.#engine.pairing.join(code, this.name);
	}

	async open(): Promise<void> {
		const { pairing } = this.#engine;
		await pairing.useInvitation(this.invitation);
		if (pairing.state.kind !== 'idle') return;
		this.invitation = '';
		this.opened = true;
		if (this.#shows) await this.show();
	}

	async allow(): Promise<void> {
		const { state } = this;
		if (state.kind === 'comparing') await this.#engine.pairing.allow(this.wanted);
	}

	async refuse(): Promise<void> {
		await this.#engine.pairing.refuse();
	}

	async cancel(): Promise<void> {
		this.opened = false;
		await this.#engine.pairing.cancel();
	}

	async promote(yes: boolean): Promise<void> {
		const { state } = this;
		if (state.kind !== 'done') return;
		if (!yes) this.second = 'no';
		else {
			try {
				await this.#engine.membership.amend(state.device, { roles: ['viewer', 'owner'] });
				this.second = 'yes';
			} catch {
				this.second = 'failed';
			}
		}
	}

	async copy(link: string): Promise<void> {
		try {
			await navigator.clipboard.writeText(link);
			this.copied = true;
		} catch {
			// The link stands on the screen and can be marked.
			this.copied = false;
		}
	}

	async share(link: string): Promise<void> {
		try {
			await navigator.share({ url: link });
		} catch {
			// The person thought better of it, or nothing here takes a link: copying is left.
		}
	}

	/** Reads codes through this element until one is found. A camera that records lends its picture. */
	async scan(video: HTMLVideoElement): Promise<void> {
		const engine = this.#engine;
		this.scanFault = null;
		try {
			const { state } = engine.recorder;
			const view = 'view' in state ? state.view : null;
			if (view === null)
				this.#captured = await this.#back(await engine.capture.open({ ...LOOK, lensId: null }));
			if (!this.scanning) {
				this.stopScan();
				return;
			}
			engine.show(video, view?.picture ?? this.#captured?.picture ?? null);
			const reader = await engine.codeReader(video);
			this.#stopReading = reader.watch((text) => this.#found(text));
		} catch (error) {
			this.stopScan();
			this.scanFault = faultOf(error);
		}
	}

	stopScan(): void {
		this.scanning = false;
		this.#stopReading();
		this.#stopReading = () => undefined;
		this.#captured?.close();
		this.#captured = null;
	}

	close(): void {
		this.stopScan();
		this.#off();
	}

	#found(text: string): void {
		if (!this.scanning || !isCode(text)) return;
		const { state } = this;
		// The first code is still in the picture, or on this very screen.
		if (state.kind === 'near' && state.step === 'offer' && !text.startsWith('a2.')) return;
		this.code = text;
		void this.join();
	}

	/** The lens at the back, now that the browser tells which one that is. */
	async #back(first: Captured): Promise<Captured> {
		const { capture } = this.#engine;
		const back = (await capture.lenses()).find(({ facing }) => facing === 'back');
		if (back === undefined || back.id === first.lensId) return first;
		first.close();
		return capture.open({ ...LOOK, lensId: back.id });
	}
}

/** Damaged ones are read once more. */
function isCode(text: string): boolean {
	try {
		if (nearCodeFrom(text) !== null) return true;
	} catch {
		return false;
	}
	const code = codeFrom(text);
	return code !== null && code.kind !== 'typed';
}
