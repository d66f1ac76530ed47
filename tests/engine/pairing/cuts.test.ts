import { afterAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../support/random.ts';
import { KINDS, POINTS, Scene, SIDES, WAYS, type Cut } from './cuts.ts';

const SOAK = process.env['SOAK'] === '1';
const SEED = Number(process.env['SEED'] ?? 14);
const COUNT = SOAK ? 200 : 20;

const below = randomFrom(SEED);
const one = <T>(all: readonly T[]): T => all[below(all.length)] as T;
const cuts: readonly Cut[] = Array.from({ length: COUNT }, () => ({
	...{ way: one(WAYS), side: one(SIDES), at: one(POINTS), lost: below(2) === 0, kind: one(KINDS) },
}));
const seen = { cut: 0, in: 0, out: 0, returned: 0 };

describe(`PR28 NB14 a pairing cut anywhere leaves no half-joined device, seed ${String(SEED)}`, () => {
	it.each(cuts)('$way, $at (lost: $lost), $side: $kind', async (cut) => {
		const { said, last, happened, returned } = await new Scene(cut).run();
		if (happened) seen.cut += 1;
		if (returned && last.owner === 'in') seen.returned += 1;
		// Not allowed yet and still under way: nobody says that it is in.
		const now = `${said.owner} ${said.fresh}`;
		const allowed = ['in in', 'out out', 'out waiting'];
		// Without a relay a connection that died asleep needs two people: until then both wait.
		if (cut.way.startsWith('near') && cut.kind === 'sleep') allowed.push('waiting waiting');
		if (cut.kind !== 'away') expect(allowed).toContain(now);
		expect(['in in', 'out out']).toContain(`${last.owner} ${last.fresh}`);
		if (last.owner === 'in') seen.in += 1;
		else seen.out += 1;
	});

	afterAll(() => {
		// Otherwise the cuts would miss their points.
		expect(seen.cut).toBeGreaterThan(COUNT / 2);
		expect(Math.min(seen.in, seen.out)).toBeGreaterThan(COUNT / 10);
		expect(seen.returned).toBeGreaterThan(COUNT / 20);
	});
});
