import type { Socket } from 'node:net';
import { networkKeyOf, clientKeyOf } from '#relay/base/address.ts';
import { FairQuota } from '#relay-core/fair-quota.ts';

interface ConnectionLimits {
	/** Per address. */
	readonly unprovedPerAddress: number;
	/** For all addresses together. */
	readonly unproved: number;
}

/** A slot among the unauthenticated connections, until released. */
export interface ConnectionSlot {
	release(): void;
}

interface HeldSlot extends ConnectionSlot {
	readonly network: string;
	end(): void;
}

/**
 * Limits connections without an authenticated socket (RL26), per address and in total. When all
 * slots are taken, the largest network's oldest connection is closed.
 */
export class UnprovedConnections {
	readonly #limits: ConnectionLimits;
	readonly #each = new Map<string, number>();
	readonly #all: FairQuota<HeldSlot>;
	readonly #bySocket = new Map<string, ConnectionSlot>();

	constructor(limits: ConnectionLimits) {
		this.#limits = limits;
		this.#all = new FairQuota(limits.unproved);
	}

	get unproved(): number {
		return this.#all.taken;
	}

	/** `null`: the address is at its limit. `end` is called if the slot is evicted. */
	acquire(address: string, end: () => void): ConnectionSlot | null {
		const client = clientKeyOf(address);
		const count = this.#each.get(client) ?? 0;
		if (count >= this.#limits.unprovedPerAddress) return null;
		this.#each.set(client, count + 1);
		let released = false;
		const held: HeldSlot = {
			...{ network: networkKeyOf(address), end },
			release: () => {
				if (released) return;
				released = true;
				this.#all.remove(held.network, held);
				const remaining = (this.#each.get(client) ?? 1) - 1;
				if (remaining === 0) this.#each.delete(client);
				else this.#each.set(client, remaining);
			},
		};
		this.#all.add(held.network, held, 1);
		for (let over = this.#all.excess; over; over = this.#all.excess) {
			over.release();
			over.end();
		}
		return held;
	}

	/** Admits a new TCP connection. `false`: its address is at its limit. */
	admit(socket: Socket): boolean {
		const { remoteAddress } = socket;
		// A socket that has already closed has no remote address.
		const slot = remoteAddress ? this.acquire(remoteAddress, () => socket.destroy()) : null;
		if (slot === null) return false;
		const key = keyOf(socket);
		this.#bySocket.set(key, slot);
		socket.once('close', () => {
			this.#bySocket.delete(key);
			slot.release();
		});
		return true;
	}

	/** The slot of a connection, also found by its TLS socket; `null`: it has none. */
	slotOf(socket: Socket): ConnectionSlot | null {
		return this.#bySocket.get(keyOf(socket)) ?? null;
	}
}

function keyOf({ localPort, remoteAddress, remotePort }: Socket): string {
	return `${localPort} ${remoteAddress} ${remotePort}`;
}
