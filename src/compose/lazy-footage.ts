import type { OriginState } from '#domain/footage/origin.ts';
import type { FootageOrigins } from '#engine/playback/footage-origins.ts';
import type { JoinedFootage } from '#engine/playback/joined-footage.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageProblems } from '#engine/sync/check/footage-problems.ts';
import { lazily } from './lazily.ts';
import type { SavedFootage } from './saved-footage.ts';

/** Footage whose code is loaded on the first question about it. */
export function lazyFootage(load: () => Promise<SavedFootage>) {
	let made: SavedFootage | null = null;
	const saved = lazily(async () => (made = await load()));
	const joined = async (): Promise<JoinedFootage> => (await saved()).joined;
	/** `null`: the relay does not answer, or refuses. */
	const answering = async (): Promise<SavedFootage | null> => {
		const all = await saved();
		return ['ready', 'reading'].includes(all.joined.state('relay')) ? all : null;
	};
	const subscribe =
		(to: (all: SavedFootage, changed: () => void) => () => void) =>
		(changed: () => void): (() => void) => {
			let [stopped, stop] = [false, (): void => undefined];
			// What was not loaded tells nothing; whoever asks anything tries again.
			void saved().then(
				(all) => {
					if (!stopped) stop = to(all, changed);
				},
				() => undefined,
			);
			return () => {
				stopped = true;
				stop();
			};
		};
	const footage: Footage = {
		cameras: async () => (await joined()).cameras(),
		runs: async (...asked) => (await joined()).runs(...asked),
		between: async (...asked) => (await joined()).between(...asked),
		firstAt: async (...asked) => (await joined()).firstAt(...asked),
		read: async (segment) => (await joined()).read(segment),
		damaged: async (segment) => (await joined()).damaged(segment),
		watch: subscribe((all, changed) => all.joined.watch(changed)),
	};
	const origins: FootageOrigins = {
		cameras: async () => (await joined()).savedCameras(),
		spans: async (...asked) => (await joined()).spans(...asked),
		state: (origin): OriginState =>
			made?.joined.state(origin) ?? (origin === 'here' ? 'ready' : 'reading'),
		on: subscribe((all, changed) => all.joined.on(changed)),
	};
	const problems: FootageProblems = {
		of: (camera) => made?.problems.of(camera) ?? [],
		on: subscribe((all, changed) => all.problems.on(changed)),
	};
	return {
		...{ footage, origins, problems, answering },
		originOf: (...of: Parameters<JoinedFootage['originOf']>) =>
			made?.joined.originOf(...of) ?? null,
	};
}
