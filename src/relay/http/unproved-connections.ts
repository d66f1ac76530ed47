import type { Socket } from 'node:net';
import { networkKeyOf, clientKeyOf } from '#relay/base/address.ts';
import { FairQuota } from '#relay/base/fair-quota.ts';

interface ConnectionLimits {
	/** Of one address. */
	readonly unprovedPerAddress: number;
	/** Of all addresses. */
	readonly unproved: number;
}

/** A place among those that have proved nothing, until it is given back. */
export interface ConnectionSlot {
	release(): void;
}

interface HeldSlot extends ConnectionSlot {
	readonly network: string;
	end(): void;
}

/**
 * How many connections there may be that carry no proved socket (RL26): of one address, and of all.
 * Where all have as many as they may, the oldest of the network that has most goes.
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

	/** `null`: this address has as many as it may. `end`: the place is taken by somebody else. */
	acquire(address: string, end: () => void): ConnectionSlot | null {
		const person = clientKeyOf(address);
		const mine = this.#each.get(person) ?? 0;
		if (mine >= this.#limits.unprovedPerAddress) return null;
		this.#each.set(person, mine + 1);
		let given = false;
		const held: HeldSlot = {
			...{ network: networkKeyOf(address), end },
			release: () => {
				if (given) return;
				given = true;
				this.#all.remove(held.network, held);
				const left = (this.#each.get(person) ?? 1) - 1;
				if (left === 0) this.#each.delete(person);
				else this.#each.set(person, left);
			},
		};
		this.#all.add(held.network, held, 1);
		for (let over = this.#all.excess; over; over = this.#all.excess) {
			over.release();
			over.end();
		}
		return held;
	}

	/** A connection that came in. `false`: it is cut off, its address has as many as it may. */
	admit(socket: Socket): boolean {
		const { remoteAddress } = socket;
		// One that is gone again already has none.
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

	/** The place of a connection, by itself or by what TLS made of it; `null`: it needs none. */
	slotOf(socket: Socket): ConnectionSlot | null {
		return this.#bySocket.get(keyOf(socket)) ?? null;
	}
}

function keyOf({ localPort, remoteAddress, remotePort }: Socket): string {
	return `${localPort} ${remoteAddress} ${remotePort}`;
}
