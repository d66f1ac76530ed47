import type { FootageOrigins } from '#engine/playback/footage-origins.ts';
import {
	FootageWithoutHidden,
	withoutHidden,
	type HiddenSpans,
} from '#engine/sync/marks/hidden-footage.ts';
import type { Footage } from '#ports/footage/footage.ts';

/** Saved footage without what was just deleted (SY41). */
export function hiding(
	saved: { readonly footage: Footage; readonly origins: FootageOrigins },
	hidden: HiddenSpans,
): { readonly footage: Footage; readonly origins: FootageOrigins } {
	const { footage, origins } = saved;
	return {
		footage: new FootageWithoutHidden(footage, hidden),
		origins: {
			cameras: () => origins.cameras(),
			spans: async (camera, fromUs, toUs) =>
				withoutHidden(await origins.spans(camera, fromUs, toUs), hidden.of(camera)),
			state: (origin) => origins.state(origin),
			on: (listener) => {
				const ends = [origins.on(listener), hidden.on(listener)];
				return () => {
					for (const end of ends) end();
				};
			},
		},
	};
}
