import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ascii, hexOf, concatBytes, equalBytes } from '#domain/base/bytes.ts';
import {
	ENVELOPE_KINDS,
	nonceOf,
	parseHeader,
	slicesOf,
	type EnvelopePosition,
} from '#domain/footage/envelope.ts';
import { parseHead } from '#domain/footage/head.ts';
import type { RunId } from '#domain/base/ids.ts';
import { padme } from '#domain/footage/padding.ts';
import { deriveKey, sealPayload } from '#engine/sealing/run-sealer.ts';
import {
	anchorUs,
	fragmentOf,
	initOf,
	makeSealingFixture,
	rowOf,
	runOf,
	type SealingFixture,
} from './sealing-fixture.ts';

let shop: SealingFixture;
beforeAll(async () => {
	shop = await makeSealingFixture();
});

describe('sealing', () => {
	it('EN1 EN4 opening returns what was sealed, at its position', async () => {
		const sealer = shop.sealer();
		const run = runOf(sealer);
		const init = await sealer.init(initOf(ascii('ftypmoov')));
		expect((await shop.opener.openInit(run, init)).body).toEqual(ascii('ftypmoov'));
		const lengths = fc.sample(fc.integer({ min: 0, max: 60_000 }), { numRuns: 20, seed: 7 });
		for (const [at, length] of lengths.entries()) {
			const body = shop.crypto.random(length);
			const sealed = await sealer.fragment(fragmentOf(at, body));
			expect(sealed.seq).toBe(at + 1);
			const opened = await shop.opener.open(run, rowOf(run, sealed), sealed);
			expect(equalBytes(opened.body, body)).toBe(true);
			expect(opened).toMatchObject({ keyFrame: true, sound: at % 2 === 0, timescale: 30_000 });
		}
	});

	it('EN9 the length of a sealed segment reveals no more than Padmé allows', async () => {
		const sealer = shop.sealer();
		await sealer.init(initOf(ascii('x')));
		const lengths = new Set<number>();
		for (let length = 20_000; length < 20_100; length += 10) {
			const { bytes } = await sealer.fragment(fragmentOf(0, new Uint8Array(length)));
			lengths.add(bytes.length);
			expect(bytes.length).toBe(88 + 16 + padme(24 + length));
		}
		expect(lengths.size).toBeLessThanOrEqual(2);
	});

	it('EN12 neighbours touch exactly, despite rounding', async () => {
		const sealer = shop.sealer();
		await sealer.init(initOf(ascii('x')));
		let endUs = anchorUs;
		for (let at = 0; at < 10; at += 1) {
			const { startUs, durationUs } = await sealer.fragment(fragmentOf(at, ascii('y')));
			expect(startUs).toBe(endUs);
			endUs = startUs + durationUs;
		}
		expect(endUs).toBe(anchorUs + Math.floor((10 * 30_001 * 1e6) / 30_000));
	});

	it('EN5 a segment longer than a slice becomes several, and opens as one', async () => {
		const sealer = shop.sealer();
		const run = runOf(sealer);
		await sealer.init(initOf(ascii('x')));
		const body = new Uint8Array(20 * 1024 * 1024).fill(7);
		const sealed = await sealer.fragment(fragmentOf(0, body));
		const slices = slicesOf(sealed.bytes);
		expect(slices.map(({ header }) => [header.slice, header.last])).toEqual([
			[0, false],
			[1, false],
			[2, true],
		]);
		const opened = await shop.opener.open(run, rowOf(run, sealed), sealed);
		expect(opened.body.length).toBe(body.length);
		expect(opened.body.every((byte) => byte === 7)).toBe(true);
	});

	it('EN6 every kind at seq 0 has its own key and nonce', async () => {
		const plain = new Uint8Array(64);
		const seen = new Set<string>();
		const position = { home: shop.home, camera: shop.camera, epoch: 1, seq: 0 };
		const runId = '11'.repeat(16) as RunId;
		for (const kind of ENVELOPE_KINDS) {
			const place: EnvelopePosition = { ...position, runId, kind };
			const key = await deriveKey(shop.crypto, shop.secret, place);
			for (const [slice, last] of [
				[0, true],
				[0, false],
				[1, true],
			] as const) {
				const nonce = nonceOf(slice, last);
				seen.add(hexOf(await shop.crypto.seal(key, nonce, new Uint8Array(), plain)));
			}
		}
		expect(seen.size).toBe(ENVELOPE_KINDS.length * 3);
	});

	it('EN6 another run, camera or number gives another key', async () => {
		const base: EnvelopePosition = {
			home: shop.home,
			camera: shop.camera,
			epoch: 1,
			runId: '11'.repeat(16) as RunId,
			kind: 'fragment',
			seq: 1,
		};
		const places: EnvelopePosition[] = [
			base,
			{ ...base, seq: 2 },
			{ ...base, seq: 2 ** 32 + 1 },
			{ ...base, runId: '12'.repeat(16) as RunId },
			{ ...base, camera: '13'.repeat(16) as EnvelopePosition['camera'] },
		];
		const seen = new Set<string>();
		for (const place of places) {
			const key = await deriveKey(shop.crypto, shop.secret, place);
			const nonce = nonceOf(0, true);
			seen.add(hexOf(await shop.crypto.seal(key, nonce, new Uint8Array(), new Uint8Array(32))));
		}
		expect(seen.size).toBe(places.length);
	});

	it('EN15 overlapping calls are sealed one after the other, in order', async () => {
		const sealer = shop.sealer();
		const run = runOf(sealer);
		const bodies = Array.from({ length: 8 }, (_, at) => ascii(`fragment ${at}`));
		const [init, ...sealed] = await Promise.all([
			sealer.init(initOf(ascii('init'))),
			...bodies.map((body, at) => sealer.fragment(fragmentOf(at, body))),
		]);
		expect(sealed.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
		const pieces = [{ seq: 0, ...init }, ...sealed];
		expect(await shop.opener.verifyChain(run, pieces)).toEqual({ kind: 'whole', segments: 9 });
	});

	it('EN15 the init section comes first, and once', async () => {
		const sealer = shop.sealer();
		const early = sealer.fragment(fragmentOf(0, ascii('x')));
		await expect(early).rejects.toMatchObject({ kind: 'conflict' });
		await sealer.init(initOf(ascii('x')));
		await expect(sealer.init(initOf(ascii('y')))).rejects.toMatchObject({ kind: 'conflict' });
		expect((await sealer.fragment(fragmentOf(0, ascii('x')))).seq).toBe(1);
	});

	it('EN16 a sealer that failed seals nothing more', async () => {
		const sealer = shop.sealer();
		await sealer.init(initOf(ascii('x')));
		const real = shop.crypto.sign.bind(shop.crypto);
		shop.crypto.sign = () => Promise.reject(new Error('no signature'));
		await expect(sealer.fragment(fragmentOf(0, ascii('x')))).rejects.toThrow('no signature');
		shop.crypto.sign = real;
		const next = sealer.fragment(fragmentOf(0, ascii('another')));
		await expect(next).rejects.toMatchObject({ kind: 'conflict' });
	});

	it('EN18 the head states the segment’s position', async () => {
		const sealer = shop.sealer({ runNo: 9, epoch: 3 });
		await sealer.init(initOf(ascii('x')));
		const sealed = await sealer.fragment(fragmentOf(0, ascii('x')), { runNo: 4, seq: 17 });
		const { head } = parseHead(sealed.head);
		expect(head).toMatchObject({
			camera: shop.camera,
			runNo: 9,
			epoch: 3,
			seq: 1,
			oldestKept: { runNo: 4, seq: 17 },
			rosterSeq: 1,
			wallMs: 1_795_000_000_000,
		});
		expect(head.segmentHash).toEqual(await shop.crypto.sha256(sealed.bytes));
	});

	it('EN3 the readable header states time and duration', async () => {
		const sealer = shop.sealer();
		await sealer.init(initOf(ascii('x')));
		const sealed = await sealer.fragment(fragmentOf(3, ascii('x')));
		const header = parseHeader(sealed.bytes);
		expect(header.wallMs).toBe(Math.floor(sealed.startUs / 1000));
		expect(header.durationUs).toBe(sealed.durationUs);
	});

	it('EN14 impossible times are malformed, before anything is sealed', async () => {
		for (const change of [{ timescale: 0 }, { mediaTicks: -1 }, { mediaTicks: 0.5 }]) {
			const sealer = shop.sealer();
			await sealer.init(initOf(ascii('x')));
			const fragment = { ...fragmentOf(0, ascii('x')), ...change };
			await expect(sealer.fragment(fragment)).rejects.toMatchObject({ kind: 'malformed' });
			expect((await sealer.fragment(fragmentOf(0, ascii('x')))).seq).toBe(1);
		}
	});

	it('EN10 live parts are whole KiB', async () => {
		const place: EnvelopePosition = {
			home: shop.home,
			camera: shop.camera,
			epoch: 1,
			runId: '22'.repeat(16) as RunId,
			kind: 'live',
			seq: 5,
		};
		const key = await deriveKey(shop.crypto, shop.secret, place);
		const payload = {
			...fragmentOf(0, ascii('x')),
			body: concatBytes(ascii('live'), ascii(' part')),
		};
		const times = { wallMs: 1, durationUs: 1 };
		const bytes = await sealPayload(shop.crypto, key, place, times, payload);
		expect((bytes.length - 88 - 16) % 1024).toBe(0);
	});
});
