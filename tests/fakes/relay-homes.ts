import type { Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import type { Refusal } from '#protocol/wire.ts';
import { HomeRegistry, type Home, type Homes } from '#relay-core/home-registry.ts';
import type { VerifyCrypto } from '#relay-core/relay.ts';

/** The homes of a relay, each of which a test can replace or take away. */
export class FakeHomes implements Homes {
	readonly #crypto: VerifyCrypto;
	readonly #homes = new Map<string, { registry: HomeRegistry; entries: readonly Bytes[] }>();
	/** What connected devices are judged by until a replaced home is verified. */
	readonly #before = new Map<string, Home>();

	constructor(crypto: VerifyCrypto) {
		this.#crypto = crypto;
	}

	get(id: HomeId): readonly Bytes[] | undefined {
		const home = this.#homes.get(id);
		return home?.registry.loaded(id)?.entries ?? home?.entries;
	}

	set(id: HomeId, entries: readonly Bytes[]): void {
		const before = this.loaded(id);
		if (before) this.#before.set(id, before);
		const registry = new HomeRegistry(this.#crypto, [{ home: id, entries: [...entries] }]);
		this.#homes.set(id, { registry, entries });
		void registry.find(id);
	}

	clear(): void {
		this.#homes.clear();
	}

	loaded(id: HomeId): Home | null {
		const home = this.#homes.get(id);
		return home ? (home.registry.loaded(id) ?? this.#before.get(id) ?? null) : null;
	}

	find(id: HomeId): Promise<Home | null> {
		return this.#homes.get(id)?.registry.find(id) ?? Promise.resolve(null);
	}

	async open(submitted: readonly Bytes[]): Promise<Home | Refusal> {
		const home = await new HomeRegistry(this.#crypto, []).open(submitted);
		if (typeof home === 'string') return home;
		if (!this.#homes.has(home.id)) this.set(home.id, home.entries);
		return this.#homes.get(home.id)?.registry.open(submitted) ?? 'roster';
	}

	async homeOf(device: DeviceId): Promise<HomeId | null> {
		for (const { registry } of this.#homes.values()) {
			const home = await registry.homeOf(device);
			if (home !== null) return home;
		}
		return null;
	}

	append(id: HomeId, ...rest: [DeviceId, readonly Bytes[], { nowMs: number; wallMs: number }]) {
		const { registry } = this.#homes.get(id) ?? {};
		return registry?.append(id, ...rest) ?? Promise.resolve('unknown-home' as const);
	}

	tidy(): void {
		// A test does not last that long.
	}
}
