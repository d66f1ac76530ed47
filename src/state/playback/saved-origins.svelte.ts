import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { firstEndingAfter } from '#domain/timeline/ribbon.ts';
import type { Origin, OriginSpan, OriginState, SavedCamera } from '#domain/footage/origin.ts';
import { isOwner, may } from '#domain/home/rights.ts';
import type { FootageProblem } from '#domain/sync/footage-problem.ts';
import { subscribed } from '#state/app/subscribed.ts';
import type { Engine } from '#state/app/engine.ts';

export type { FootageProblem } from '#domain/sync/footage-problem.ts';

/** How soon it is looked again after something changed. */
const AGAIN_MS = 1000;

/** What stands between this device and what the relay has of a camera. */
export type RelayAnswer =
	/** `none`: this home has no relay that keeps anything. */
	'none' | OriginState;

/** Where the saved footage of a camera is: PB41, PB42. */
export class SavedOrigins {
	/** Of all footage; sorted and disjoint. */
	spans = $state.raw<readonly OriginSpan[]>([]);
	/** It is known what there is: the relay has answered, or will not. */
	known = $state(false);
	readonly #engine: Engine;
	readonly #camera: CameraId;
	readonly #subscribe: () => void;
	readonly #off: () => void;
	#cancel: (() => void) | null = null;
	#closed = false;

	constructor(engine: Engine, camera: CameraId) {
		this.#engine = engine;
		this.#camera = camera;
		this.#subscribe = subscribed(engine.origins, engine.messenger, engine.members, engine.problems);
		this.#off = engine.origins.on(() => {
			this.#cancel ??= engine.clock.after(AGAIN_MS, () => {
				this.#cancel = null;
				void this.look();
			});
		});
		void this.look();
	}

	close(): void {
		this.#closed = true;
		this.#off();
		this.#cancel?.();
	}

	async look(): Promise<void> {
		try {
			const spans = await this.#engine.origins.spans(this.#camera, 0, Number.MAX_SAFE_INTEGER);
			if (this.#closed) return;
			this.spans = spans;
			this.known = relayAnswer(this.#engine) !== 'reading';
		} catch (error) {
			// The player says what is wrong here. The next change looks again.
			expectFault(error);
		}
	}

	get relay(): RelayAnswer {
		this.#subscribe();
		return relayAnswer(this.#engine);
	}

	/** What is wrong with it somewhere, as far as it was looked at. */
	get problems(): readonly FootageProblem[] {
		this.#subscribe();
		return this.#engine.problems.of(this.#camera);
	}

	/** Where the moment is, nearest first; empty: nowhere, as far as is known. */
	at(wallMs: number): readonly Origin[] {
		const span = this.spans[firstEndingAfter(this.spans, wallMs * 1000)];
		return span && span.startUs <= wallMs * 1000 ? span.origins : [];
	}

	/** Whether somebody at this device may choose what is copied to the relay. */
	get mayChoose(): boolean {
		this.#subscribe();
		return this.#engine.members.owner;
	}

	/** Names of the other devices where somebody may. */
	get owners(): readonly string[] {
		this.#subscribe();
		const others = this.#engine.members.list.filter(({ roles, self }) => isOwner(roles) && !self);
		return others.flatMap(({ name }) => name ?? []);
	}

	/** Wall ms up to which the relay has it; `null`: it has none, as far as is known. */
	get relayUntilMs(): number | null {
		const last = this.spans.findLast(({ origins }) => origins.includes('relay'));
		return last ? last.endUs / 1000 : null;
	}
}

/** `refused` without asking: a device that may only watch live is given nothing that was saved. */
export function relayAnswer({ members, messenger, origins }: Engine): RelayAnswer {
	const self = members.list.find((member) => member.self);
	if (self !== undefined && !may(self.roles, 'footage')) return 'refused';
	const { state } = messenger;
	if (state.kind === 'none' || !state.origin.startsWith('http')) return 'none';
	const answer = origins.state('relay');
	return answer === 'reading' && state.kind !== 'connected' && state.kind !== 'connecting'
		? 'away'
		: answer;
}

/**
 * Tells what saved footage says of a camera, now and when that changes; `null`: nothing, as far as
 * anybody answers. Returns what stops it.
 */
export function followSavedCamera(
	{ origins }: Pick<Engine, 'origins'>,
	camera: CameraId,
	tell: (found: SavedCamera | null) => void,
): () => void {
	let gone = false;
	const look = async (): Promise<void> => {
		let found: SavedCamera | null = null;
		try {
			found = (await origins.cameras()).find(({ id }) => id === camera) ?? null;
		} catch (error) {
			// The player says what is wrong here.
			expectFault(error);
		}
		if (!gone) tell(found);
	};
	const off = origins.on(() => void look());
	void look();
	return () => {
		gone = true;
		off();
	};
}
