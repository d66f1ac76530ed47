import { WebCrypto } from '#web/crypto.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';
import type { Run, RunStart } from '#domain/footage/run.ts';
import type { SealedSegment, Segment, StoredBytes } from '#domain/footage/segment.ts';
import { Opener, type CameraKeys, type OpenedPart } from '#engine/sealing/opener.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, KeyPair, Secret, SignKey } from '#ports/keys/crypto.ts';
import type { Fragment } from '#ports/media/encoder.ts';

/** Real keys and a stopped clock: enough to seal and open without device and vault. */
export interface SealingFixture {
	readonly crypto: Crypto;
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly secret: Secret;
	readonly pair: KeyPair<SignKey>;
	readonly opener: Opener;
	sealer(
		given?: Partial<Pick<RunStart, 'runId' | 'runNo' | 'epoch' | 'anchorUs' | 'mime'>>,
	): RunSealer;
}

export const still: Pick<Clock, 'wallMs'> & Clock = {
	wallMs: () => 1_795_000_000_000.5,
	monotonicMs: () => 1000,
	every: () => () => undefined,
	after: () => () => undefined,
};

export const anchorUs = 1_795_000_000_123_456;

export async function makeSealingFixture(
	crypto: Crypto = new WebCrypto(),
): Promise<SealingFixture> {
	const home = hexOf(crypto.random(16)) as HomeId;
	const camera = hexOf(crypto.random(16)) as CameraId;
	const secret = await crypto.secret(crypto.random(32));
	const pair = await crypto.makeSignKey(false);
	const verify = await crypto.verifier(pair.public);
	const keys: CameraKeys = { homes: new Set([home]), verify, epoch: () => Promise.resolve(secret) };
	return {
		crypto,
		home,
		camera,
		secret,
		pair,
		opener: new Opener(crypto, () => Promise.resolve(keys)),
		sealer: (given = {}) =>
			new RunSealer(crypto, still, {
				start: {
					camera,
					runId: given.runId ?? (hexOf(crypto.random(16)) as RunId),
					runNo: given.runNo ?? 1,
					epoch: given.epoch ?? 1,
					mime: given.mime ?? 'video/mp4; codecs="avc3.42C01F"',
					anchorUs: given.anchorUs ?? anchorUs,
				},
				home,
				secret,
				signKey: pair.key,
				rosterSeq: 1,
				oldestKept: { runNo: 1, seq: 1 },
				prevRunHead: new Uint8Array(32),
			}),
	};
}

export function fragmentOf(at: number, body: Bytes): Omit<Fragment, 'frames'> {
	return {
		bytes: body,
		mediaTicks: at * 30_001,
		timescale: 30_000,
		durationTicks: 30_001,
		keyFrame: true,
		sound: at % 2 === 0,
	};
}

function runIn(sealed: Bytes): RunId {
	try {
		return slicesOf(sealed)[0]?.header.runId ?? ('' as RunId);
	} catch {
		return '' as RunId;
	}
}

/** Opens live parts of any run, all under one secret. */
export function liveOpener({ opener, secret }: Pick<SealingFixture, 'opener' | 'secret'>) {
	return async (camera: CameraId, sealed: Bytes): Promise<OpenedPart> => {
		const unsigned = sealed.slice(0, Math.max(0, sealed.length - SIGNATURE_BYTES));
		return opener.openLive(camera, sealed, { run: runIn(unsigned), secret });
	};
}

export function initOf(body: Bytes): { bytes: Bytes; mime: string; anchorMs: number } {
	return { bytes: body, mime: 'video/mp4', anchorMs: 0 };
}

/** A run's row as the store would return it. */
export function runOf({ start }: RunSealer): Run {
	return {
		...start,
		startUs: start.anchorUs,
		endUs: start.anchorUs,
		firstSeq: 1,
		lastSeq: 0,
		bytes: 0,
		holes: [],
		ended: null,
	};
}

export function rowOf(run: Run, sealed: SealedSegment): Segment {
	const { seq, startUs, durationUs, sound, bytes } = sealed;
	const { camera, runNo } = run;
	const size = bytes.length;
	return { camera, runNo, seq, startUs, durationUs, size, sound, bad: false };
}

export function storedOf({ bytes, head }: StoredBytes): StoredBytes {
	return { bytes: bytes.slice(), head: head.slice() };
}
