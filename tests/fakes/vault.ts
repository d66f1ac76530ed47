import { Fault } from '#domain/base/fault.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import type { KeptEpoch, KeyStrength, VaultReading } from '#ports/keys/vault.ts';

type Part = 'owner' | 'sign' | 'kem' | 'roster';

/** The vault in memory, which can refuse key strengths and lose parts, as seen in browsers. */
export class FakeVault extends MemoryVault {
	/** Writing keys of these strengths throws, as in browsers that cannot clone such keys. */
	readonly refuses = new Set<KeyStrength>();
	/** Writing keys of these strengths succeeds, but nothing comes back (seen in WebKit). */
	readonly swallows = new Set<KeyStrength>();
	readonly missing = new Set<string>();
	/** Every call fails with this. */
	down: Fault | null = null;
	/** Whether an epoch's working key, its grant, or both are lost. */
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
		if (this.refuses.has(strength))
			throw new Fault('unsupported', 'keys of this strength cannot be stored');
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

	/** Replaces a part by that of another identity: a vault stitched together from two. */
	async swap(part: Part, from: FakeVault): Promise<void> {
		const [mine, theirs] = [await super.read(), await from.read()];
		if (mine.kind !== 'whole' || theirs.kind !== 'whole')
			throw new Error('both vaults must be complete');
		const { strength, homes, ...identity } = { ...mine.identity };
		const [own, other] = [homes[0], theirs.identity.homes[0]];
		const [first] = own?.keys ?? [];
		if (!own || !other || !first?.key || !first.grant)
			throw new Error('the home key must be complete');
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
