/** The relay's footage over real HTTP in this process: rosters, rights, packs, sidecars. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { RelayReader } from '#browser/network/relay-reader.ts';
import { RelaySidecars } from '#browser/network/relay-sidecars.ts';
import { RelayArchive } from '#browser/network/relay-archive.ts';
import type { RelayAccess } from '#browser/network/relay-http.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { createFootageApi } from '#relay/footage/footage-api.ts';
import { LookLog } from '#relay/footage/looks/look-log.ts';
import { createLooksApi, lookedIn } from '#relay/footage/looks/looks-api.ts';
import { PackArchive } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import { createSidecarApi } from '#relay/footage/sidecar-api.ts';
import { SidecarIndex } from '#relay/footage/sidecar-index.ts';
import { makeToken, readToken } from '#relay/http/token.ts';
import { footageMemberOf } from '#relay-core/footage-member.ts';
import { HomeRegistry, type Homes } from '#relay-core/home-registry.ts';
import type { Clock } from '#ports/device/clock.ts';
import { WebCrypto } from '#web/crypto.ts';

const tokenKey = new Uint8Array(32).fill(5);
const MINUTE_MS = 60_000;

interface Member {
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
}

export class FootageServer {
	readonly folder = mkdtempSync(join(tmpdir(), 'spy-cam-footage-server-'));
	readonly crypto = new WebCrypto();
	readonly homes: Homes;
	readonly index = new FootageIndex(join(this.folder, 'footage.sqlite'));
	readonly sidecars = new SidecarIndex(join(this.folder, 'sidecar.sqlite'), this.index);
	readonly looks = new LookLog(this.sidecars.database);
	readonly archive = new PackArchive({
		...{ index: this.index, crypto: this.crypto },
		packs: new PackFolder(join(this.folder, 'footage')),
		isRemoved: (of, span) => this.sidecars.isRemoved(of, span),
	});
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #server: Server;
	#port = 0;

	private constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>, homes: Homes | null) {
		this.#clock = clock;
		this.homes = homes ?? new HomeRegistry(this.crypto, []);
		const { crypto, index, sidecars, archive } = this;
		const tools = {
			...{ crypto, index, sidecars, archive },
			claimsOf: (token: string) => readToken(tokenKey, token, clock.wallMs()),
			memberOf: async (id: HomeId, device: DeviceId) => {
				const home = await this.homes.find(id);
				return home && footageMemberOf(crypto, home, device, clock.wallMs());
			},
		};
		const looked = lookedIn(this.looks, () => clock.wallMs());
		const app = new Hono()
			.route('/', createLooksApi({ ...tools, looks: this.looks, wallMs: () => clock.wallMs() }))
			.route('/', createSidecarApi(tools))
			.route('/', createFootageApi({ ...tools, looked }));
		this.#server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server;
	}

	/** `homes`: those of the relay that devices are connected to. */
	static async start(
		clock: Pick<Clock, 'wallMs' | 'monotonicMs'>,
		homes: Homes | null = null,
	): Promise<FootageServer> {
		const server = new FootageServer(clock, homes);
		await new Promise<void>((done) => server.#server.listen(0, '127.0.0.1', done));
		server.#port = (server.#server.address() as AddressInfo).port;
		return server;
	}

	/** Takes the roster of a device's home, or what is new of it. */
	async hears({ localDevice, homeRoster }: Member): Promise<void> {
		const { identity } = localDevice.unlocked!;
		const known = await this.homes.find(identity.home);
		if (known === null) {
			await this.homes.open(homeRoster.entries);
			return;
		}
		const now = { nowMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() };
		const more = homeRoster.entries.slice(known.entries.length);
		const taken = await this.homes.append(identity.home, identity.device, more, now);
		if (typeof taken === 'string') throw new Error(`the roster was refused: ${taken}`);
	}

	get origin(): string {
		return `http://127.0.0.1:${String(this.#port)}`;
	}

	tokenOf(home: HomeId, device: DeviceId): string {
		return makeToken(tokenKey, { home, device, untilMs: this.#clock.wallMs() + 10 * MINUTE_MS });
	}

	accessOf({ localDevice }: Pick<Member, 'localDevice'>): RelayAccess {
		const { home, device } = localDevice.unlocked!.identity;
		return { origin: this.origin, token: this.tokenOf(home, device) };
	}

	readerOf(member: Pick<Member, 'localDevice'>): RelayReader {
		return new RelayReader(() => this.accessOf(member));
	}

	archiveOf(member: Pick<Member, 'localDevice'>): RelayArchive {
		return new RelayArchive(() => this.accessOf(member));
	}

	sidecarsOf(member: Pick<Member, 'localDevice'>): RelaySidecars {
		return new RelaySidecars(() => this.accessOf(member));
	}

	/** Nobody can reach it any more. */
	leave(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}

	stop(): void {
		this.leave();
		this.sidecars.close();
		this.index.close();
		rmSync(this.folder, { recursive: true });
	}
}
