import { WebCrypto } from '#web/crypto.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import { padme } from '#domain/footage/padding.ts';
import { Opener } from '#engine/sealing/opener.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { Clock } from '#ports/device/clock.ts';

/** Milliseconds for `count` segments of `size` bytes. */
export interface SealBench {
	ours(count: number, size: number): Promise<number>;
	/** The same WebCrypto calls with nothing around them. */
	bare(count: number, size: number): Promise<number>;
	opening(count: number, size: number): Promise<number>;
}

declare global {
	interface Window {
		sealBench: SealBench;
	}
}

const web = new WebCrypto();
const { subtle } = crypto;
const home = hexOf(web.random(16)) as HomeId;
const camera = hexOf(web.random(16)) as CameraId;
const clock: Clock = {
	wallMs: () => Date.now(),
	monotonicMs: () => performance.now(),
	every: () => () => undefined,
	after: () => () => undefined,
};
const raw = web.random(32);
const secret = await web.secret(raw);
const signer = await web.makeSignKey(false);

function bodyOf(size: number): Bytes {
	const body = new Uint8Array(size);
	for (let at = 0; at < size; at += 65_536) {
		crypto.getRandomValues(body.subarray(at, Math.min(size, at + 65_536)));
	}
	return body;
}

async function runOf(): Promise<RunSealer> {
	const sealer = new RunSealer(web, clock, {
		start: {
			camera,
			runId: hexOf(web.random(16)) as RunId,
			runNo: 1,
			epoch: 1,
			mime: 'video/mp4',
			anchorUs: 1_795_000_000_000_000,
		},
		home,
		secret,
		signKey: signer.key,
		rosterSeq: 1,
		oldestKept: { runNo: 1, seq: 1 },
		prevRunHead: new Uint8Array(32),
	});
	await sealer.init({ bytes: new Uint8Array(900), mime: 'video/mp4', anchorMs: 0 });
	return sealer;
}

function fragmentOf(at: number, bytes: Bytes) {
	const [timescale, durationTicks] = [30_000, 30_000];
	const mediaTicks = at * durationTicks;
	return { bytes, mediaTicks, timescale, durationTicks, keyFrame: true, sound: false };
}

window.sealBench = {
	async ours(count, size) {
		const body = bodyOf(size);
		const sealer = await runOf();
		const began = performance.now();
		for (let at = 0; at < count; at += 1) await sealer.fragment(fragmentOf(at, body));
		return performance.now() - began;
	},

	async bare(count, size) {
		const plain = bodyOf(padme(size + 24));
		const [header, salt, info, message] = [88, 16, 28, 235].map((length) => web.random(length));
		if (!header || !salt || !info || !message) throw new Error('no inputs were recorded');
		const key = await subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey']);
		const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
		const pair = await subtle.generateKey(algorithm, false, ['sign', 'verify']);
		const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info };
		const began = performance.now();
		for (let at = 0; at < count; at += 1) {
			const target = { name: 'AES-GCM', length: 256 };
			const usages: KeyUsage[] = ['encrypt', 'decrypt'];
			const sealing = await subtle.deriveKey(derivation, key, target, false, usages);
			const how = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: header };
			const sealed = await subtle.encrypt(how, sealing, plain);
			await subtle.digest('SHA-256', sealed);
			await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, message);
		}
		return performance.now() - began;
	},

	async opening(count, size) {
		const sealer = await runOf();
		const sealed = await sealer.fragment(fragmentOf(0, bodyOf(size)));
		const verify = await web.verifier(signer.public);
		const keys = { homes: new Set([home]), verify, epoch: () => Promise.resolve(secret) };
		const opener = new Opener(web, () => Promise.resolve(keys));
		const began = performance.now();
		for (let at = 0; at < count; at += 1) await opener.open(sealer.start, sealed, sealed);
		return performance.now() - began;
	},
};
