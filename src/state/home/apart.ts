import type { Engine } from '#state/app/engine.ts';

/** Of a home without a relay: there are others, and they are not connected. */
export function isApart({ post, membership }: Pick<Engine, 'post' | 'membership'>): boolean {
	return post.state.kind === 'none' && (membership.roster?.devices.size ?? 0) > 1;
}
