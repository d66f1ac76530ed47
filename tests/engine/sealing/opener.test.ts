import { beforeAll, describe, expect, it } from 'vitest';
import { ascii, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { HEADER_BYTES } from '#domain/footage/envelope.ts';
import { Fault } from '#domain/base/fault.ts';
import { HEAD_BYTES } from '#domain/footage/head.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import type { SealedSegment, StoredBytes } from '#domain/footage/segment.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { Opener } from '#engine/sealing/opener.ts';
import {
	fragmentOf,
	initOf,
	makeSealingFixture,
	rowOf,
	runOf,
	storedOf,
	type SealingFixture,
} from './sealing-fixture.ts';
import { randomFrom } from '../../support/random.ts';

let shop: SealingFixture;
let run: Run;
let init: StoredBytes;
let segments: SealedSegment[];
const corrupt = { name: 'Fault', kind: 'corrupt', message: 'a segment did not open' };

beforeAll(async () => {
	shop = await makeSealingFixture();
	({ run, init, segments } = await record(shop, 4));
});

async function record(
	by: SealingFixture,
	count: number,
	given: Parameters<SealingFixture['sealer']>[0] = {},
): Promise<{ run: Run; init: StoredBytes; segments: SealedSegment[] }> {
	const sealer = by.sealer(given);
	const sealedInit = await sealer.init(initOf(ascii('ftypmoov')));
	const sealed: SealedSegment[] = [];
	for (let at = 0; at < count; at += 1) {
		sealed.push(await sealer.fragment(fragmentOf(at, ascii(`moof${at}mdat`))));
	}
	return { run: runOf(sealer), init: sealedInit, segments: sealed };
}

function at(seq: number): SealedSegment {
	const segment = segments[seq - 1];
	if (segment === undefined) throw new Error('no such segment');
	return segment;
}

function open(stored: StoredBytes, seq = 1, facts: Run = run): Promise<unknown> {
	return shop.opener.open(facts, rowOf(facts, at(seq)), stored);
}

/**
 * As somebody with the epoch key and write access to the store, who cannot sign: the head is the
 * camera's.
 */
function flip(bytes: Bytes, place: number, mask = 1): Bytes {
	const changed = bytes.slice();
	changed[place] = (changed[place] ?? 0) ^ mask;
	return changed;
}

/** Changes the bytes and signs a new head with the camera's key: only the envelope can object. */
async function resigned(stored: StoredBytes, bytes: Bytes): Promise<StoredBytes> {
	const canonical = stored.head.slice(0, HEAD_BYTES - 64);
	canonical.set(await shop.crypto.sha256(bytes), 52);
	const signature = await shop.crypto.sign(shop.pair.key, signedBytes('head', canonical));
	return { bytes, head: concatBytes(canonical, signature) };
}

describe('attacks on a segment', () => {
	it('opens when untouched', async () => {
		await expect(open(at(1))).resolves.toMatchObject({ body: ascii('moof0mdat') });
	});

	it('EN1 EN3 every changed header byte is refused, even under a valid signature', async () => {
		for (let place = 0; place < HEADER_BYTES; place += 1) {
			for (const mask of [1, 0x80]) {
				const bytes = flip(at(1).bytes, place, mask);
				await expect(open({ bytes, head: at(1).head })).rejects.toMatchObject(corrupt);
				const signed = open(await resigned(at(1), bytes));
				await expect(signed, `byte ${place}`).rejects.toBeInstanceOf(Fault);
			}
		}
	});

	it('EN1 every changed byte of ciphertext and tag is refused', async () => {
		for (let place = HEADER_BYTES; place < at(1).bytes.length; place += 1) {
			const bytes = flip(at(1).bytes, place);
			await expect(open(await resigned(at(1), bytes))).rejects.toMatchObject(corrupt);
		}
	});

	it('EN17 every changed byte of the head is refused', async () => {
		for (let place = 0; place < HEAD_BYTES; place += 1) {
			const head = flip(at(1).head, place);
			await expect(open({ bytes: at(1).bytes, head })).rejects.toMatchObject(corrupt);
		}
	});

	it('EN17 a head is valid for its own segment only', async () => {
		await expect(open({ bytes: at(1).bytes, head: at(2).head })).rejects.toMatchObject(corrupt);
		await expect(open({ bytes: at(2).bytes, head: at(1).head })).rejects.toMatchObject(corrupt);
	});

	it('EN1 a segment does not open at another position', async () => {
		await expect(open(at(2), 1)).rejects.toMatchObject(corrupt);
		await expect(open(init, 1)).rejects.toMatchObject(corrupt);
		await expect(shop.opener.openInit(run, at(1))).rejects.toMatchObject(corrupt);
	});

	it('EN1 a segment does not open in another run, camera or epoch', async () => {
		const other = await record(shop, 1);
		await expect(open(at(1), 1, other.run)).rejects.toMatchObject(corrupt);
		for (const change of [
			{ camera: 'ab'.repeat(16) as CameraId },
			{ runId: 'ab'.repeat(16) as RunId },
			{ runNo: 2 },
			{ epoch: 2 },
			{ anchorUs: run.anchorUs + 1 },
		]) {
			await expect(open(at(1), 1, { ...run, ...change })).rejects.toMatchObject(corrupt);
		}
	});

	it('EN12 the index cannot move a segment in time', async () => {
		const row = rowOf(run, at(1));
		for (const change of [{ startUs: row.startUs + 1 }, { durationUs: row.durationUs + 1 }]) {
			const moved = shop.opener.open(run, { ...row, ...change }, at(1));
			await expect(moved).rejects.toMatchObject(corrupt);
		}
		const late = shop.opener.openInit({ ...run, anchorUs: run.anchorUs + 1 }, init);
		await expect(late).rejects.toMatchObject(corrupt);
	});

	it('EN17 a segment that another camera sealed with the same epoch key is refused', async () => {
		const forger = await shop.crypto.makeSignKey(false);
		const canonical = at(1).head.slice(0, HEAD_BYTES - 64);
		const signature = await shop.crypto.sign(forger.key, signedBytes('head', canonical));
		const forged = { bytes: at(1).bytes, head: concatBytes(canonical, signature) };
		await expect(open(forged)).rejects.toMatchObject(corrupt);
	});

	it('EN17 a signature made for another purpose is invalid', async () => {
		const canonical = at(1).head.slice(0, HEAD_BYTES - 64);
		const signature = await shop.crypto.sign(shop.pair.key, signedBytes('grant', canonical));
		const borrowed = { bytes: at(1).bytes, head: concatBytes(canonical, signature) };
		await expect(open(borrowed)).rejects.toMatchObject(corrupt);
	});

	it('EN2 EN8 truncated or extended at any point, it is refused', async () => {
		const { bytes } = at(1);
		for (let length = 0; length < bytes.length; length += 1) {
			const cut = await resigned(at(1), bytes.slice(0, length));
			await expect(open(cut)).rejects.toMatchObject(corrupt);
		}
		const longer = await resigned(at(1), concatBytes(bytes, new Uint8Array(1)));
		await expect(open(longer)).rejects.toMatchObject(corrupt);
		const twice = await resigned(at(1), concatBytes(bytes, bytes));
		await expect(open(twice)).rejects.toMatchObject(corrupt);
	});

	it('EN7 a later version sealed by the camera itself is unsupported, not corrupt', async () => {
		for (const place of [4, 5, 6, 7]) {
			const newer = await resigned(at(1), flip(at(1).bytes, place, 0x40));
			await expect(open(newer)).rejects.toMatchObject({ name: 'Fault', kind: 'unsupported' });
		}
	});

	it('EN5 slices cannot be dropped, swapped or repeated', async () => {
		const sealer = shop.sealer();
		const facts = runOf(sealer);
		await sealer.init(initOf(ascii('x')));
		const sealed = await sealer.fragment(fragmentOf(0, new Uint8Array(17 * 1024 * 1024)));
		const full = HEADER_BYTES + 8 * 1024 * 1024 + 16;
		const cut = [0, full, 2 * full].map((from) => sealed.bytes.slice(from, from + full));
		const [a, b, c] = cut as [Bytes, Bytes, Bytes];
		expect(concatBytes(a, b, c).length).toBe(sealed.bytes.length);
		for (const parts of [[a, b], [a, c], [b, a, c], [a, a, c], [a, b, c, c], [c]]) {
			const stored = await resigned(sealed, concatBytes(...parts));
			const opened = shop.opener.open(facts, rowOf(facts, sealed), stored);
			await expect(opened).rejects.toMatchObject(corrupt);
		}
	}, 30_000);

	it('EN21 a missing key is reported as such: the bytes may be intact', async () => {
		const keyless = new Opener(shop.crypto, () => Promise.reject(new Fault('not-found', 'gone')));
		const opened = keyless.open(run, rowOf(run, at(1)), at(1));
		await expect(opened).rejects.toMatchObject({ kind: 'not-found' });
	});

	it('EN2 EN13 fuzzed envelopes fail with a Fault and nothing else', async () => {
		const seed = Number(process.env['SEED'] ?? 20_261_123);
		const count = process.env['SOAK'] === '1' ? 20_000 : 2_000;
		console.info(`fuzzed envelopes: ${count}, seed ${seed}`);
		const random = randomFrom(seed);
		for (let round = 0; round < count; round += 1) {
			const stored = storedOf(at(1 + random(4)));
			const bytes = mutated(stored.bytes, random);
			const head = random(3) === 0 ? mutated(stored.head, random) : stored.head;
			const signed = random(2) === 0 && head === stored.head;
			const piece = signed ? await resigned(stored, bytes) : { bytes, head };
			// A change that changed nothing and is honestly signed may open.
			if (equalBytes(bytes, at(1).bytes) && (signed || equalBytes(head, at(1).head))) continue;
			const fault: unknown = await open(piece).then(
				() => 'opened',
				(error: unknown) => error,
			);
			expect(fault, `round ${round}`).toBeInstanceOf(Fault);
		}
	}, 120_000);
});

describe('the chain', () => {
	const whole = () => [{ seq: 0, ...init }, ...segments];

	it('EN19 holds from the init section on, and from any later segment on', async () => {
		expect(await shop.opener.verifyChain(run, whole())).toEqual({ kind: 'whole', segments: 5 });
		const tail = await shop.opener.verifyChain(run, segments.slice(2));
		expect(tail).toEqual({ kind: 'whole', segments: 2 });
	});

	it('EN19 reveals a missing, swapped or repeated segment', async () => {
		const [a, b, c, d] = segments as [SealedSegment, SealedSegment, SealedSegment, SealedSegment];
		for (const pieces of [
			[a, c, d],
			[a, c, b, d],
			[a, b, b, c],
		]) {
			expect(await shop.opener.verifyChain(run, pieces)).toMatchObject({ why: 'order' });
		}
		const renumbered = [a, { ...c, seq: 2 }];
		expect(await shop.opener.verifyChain(run, renumbered)).toMatchObject({ seq: 2, why: 'head' });
		const other = { ...b, bytes: flip(b.bytes, 100) };
		expect(await shop.opener.verifyChain(run, [a, other])).toMatchObject({ why: 'segment' });
	});

	it('EN19 a segment sealed twice at one position breaks the chain behind it', async () => {
		const runId = 'cd'.repeat(16) as RunId;
		const [one, two] = [await record(shop, 2, { runId }), await record(shop, 2, { runId })];
		const [first] = one.segments;
		const [, second] = two.segments;
		if (!first || !second) throw new Error('two segments each');
		const changed = await resealed(runId);
		const mixed = [{ seq: 0, ...one.init }, first, second];
		expect(await shop.opener.verifyChain(one.run, mixed)).toMatchObject({ kind: 'whole' });
		const forked = [{ seq: 0, ...one.init }, changed, second];
		expect(await shop.opener.verifyChain(one.run, forked)).toMatchObject({ seq: 2, why: 'chain' });
	});

	async function resealed(runId: RunId): Promise<SealedSegment> {
		const sealer = shop.sealer({ runId });
		await sealer.init(initOf(ascii('ftypmoov')));
		return sealer.fragment(fragmentOf(0, ascii('another story')));
	}
});

function mutated(bytes: Bytes, random: (below: number) => number): Bytes {
	const changed = bytes.slice();
	switch (random(5)) {
		case 0:
			return changed.slice(0, random(changed.length));
		case 1:
			return concatBytes(changed, new Uint8Array(1 + random(100)).fill(random(256)));
		case 2: {
			// Sets a four-byte field to an extreme: lengths, numbers, times.
			const value = [0, 0xff, 0x7f, 0x80][random(4)] ?? 0;
			return changed.fill(value, random(changed.length), random(changed.length) + 4);
		}
		case 3:
			return Uint8Array.from({ length: random(400) }, () => random(256));
		default: {
			for (let times = 1 + random(8); times > 0; times -= 1) {
				changed[random(changed.length)] = random(256);
			}
			return changed;
		}
	}
}
