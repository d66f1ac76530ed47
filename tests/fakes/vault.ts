import { Fault } from '#domain/base/fault.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import type { KeptEpoch, KeyStrength, VaultReading } from '#ports/keys/vault.ts';

type Part = 'owner' | 'sign' | 'kem' | 'roster';

/** The in-memory twin, which can refuse strengths and lose parts as browsers were seen to do. */
export class FakeVault extends MemoryVault {
	/** Writing at these strengths throws, as a browser that cannot clone such keys. */
	readonly refuses = new Set<KeyStrength>();
	/** Writing at these strengths succeeds, but what comes back is nothing (WebKit did that). */
	readonly swallows = new Set<KeyStrength>();
	readonly missing = new Set<string>();
	/** Every call fails with this. */
	down: Fault | null = null;
	/** A working key of epochs is gone, its grant is there; or both. */
	epochs: 'whole' | 'key lost' | 'grant lost' | 'lost' = 'whole';
	#swallowed = false;

	override async read(): Promise<VaultReading> {
		if (this.down) throw this.down;
		const reading = await super.read();
		if (reading.kind !== 'whole') return reading;
		if (this.#swallowed) return { kind: 'damaged', missing: ['owner key'] };
		return this.missing.size > 0 ? { kind: 'damaged', missing: [...this.missing] } : reading;
	}

	override async create(...[identity, strength]: Parameters<MemoryVault['create']>): Promise<void> {
		if (this.down) throw this.down;
		if (this.refuses.has(strength)) throw new Fault('unsupported', 'such keys are not kept');
		this.#swallowed = this.swallows.has(strength);
		await super.create(identity, strength);
	}

	override async epoch(...place: Parameters<MemoryVault['epoch']>): Promise<KeptEpoch | null> {
		if (this.down) throw this.down;
		return this.#damaged(await super.epoch(...place));
	}

	override async lastEpoch(
		...[camera]: Parameters<MemoryVault['lastEpoch']>
	): Promise<KeptEpoch | null> {
		return this.#damaged(await super.lastEpoch(camera));
	}

	/** Puts another identity's part in: a vault stitched together from two. */
	async swap(part: Part, from: FakeVault): Promise<void> {
		const [mine, theirs] = [await super.read(), await from.read()];
		if (mine.kind !== 'whole' || theirs.kind !== 'whole')
			throw new Error('two whole vaults, please');
		const { strength, homes, ...identity } = { ...mine.identity };
		const [own, other] = [homes[0], theirs.identity.homes[0]];
		const [first] = own?.keys ?? [];
		if (!own || !other || !first?.key || !first.grant) throw new Error('a whole home key, please');
		const { key, grant } = first;
		const swapped = part === 'roster' ? {} : { [part]: theirs.identity[part] };
		const { roster } = part === 'roster' ? other : own;
		await super.clear();
		const homeKey = { key, grant, raw: new Uint8Array() };
		await super.create({ ...identity, ...swapped, roster, homeKey }, strength);
	}

	#damaged(kept: KeptEpoch | null): KeptEpoch | null {
		if (kept === null) return null;
		return {
			...kept,
			key: this.epochs === 'whole' || this.epochs === 'grant lost' ? kept.key : null,
			grant: this.epochs === 'whole' || this.epochs === 'key lost' ? kept.grant : null,
		};
	}
}
