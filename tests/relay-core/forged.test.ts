/** Thousands of proofs and tokens, replayed, relayed and modified (RL10, RL12). */
import { expect, test } from 'vitest';
import { loginBytes } from '#domain/home/login.ts';
import { WebCrypto } from '#web/crypto.ts';
import { sha256 } from '#relay/base/crypto.ts';
import { makeToken, readToken } from '#relay/http/token.ts';
import { times } from '../faults/support/counts.ts';
import { randomFrom } from '../support/random.ts';
import { base64url, TestHome } from './test-device.ts';
import { newTestRelay, TestSession } from './test-session.ts';

const crypto = new WebCrypto();
const seed = Number(process.env['SEED'] ?? Date.now() >>> 0);
const below = randomFrom(seed);

test(
	'RL10 a proof that was modified, made for another relay, or recorded elsewhere is refused',
	{ timeout: 120_000 },
	async () => {
		const [home, other] = [await TestHome.found(), await TestHome.found()];
		const world = newTestRelay([home, other]);
		const count = times(1_000);
		const signed = async (origin: string, challenge: Uint8Array, of = home) => {
			const { sign, device } = home.first;
			const about = { originHash: sha256(origin), challenge: Uint8Array.from(challenge) };
			const bytes = loginBytes({ ...about, home: of.id, device });
			return crypto.sign(sign.key, bytes);
		};
		const here = 'https://cam.local:8443';
		let heard = await signed(here, new Uint8Array(32));
		for (let n = 0; n < count; n += 1) {
			const session = new TestSession(world);
			const genuine = await signed(here, session.challenge);
			const changed = genuine.slice();
			changed[below(64)]! ^= 1 << below(8);
			const signature = [
				changed,
				heard,
				// Another relay that forwards this one's challenge to a device of the home.
				await signed(`https://evil-${n}.example`, session.challenge),
				await signed(here, session.challenge, other),
				genuine.slice(0, below(64)),
				crypto.random(64),
			][n % 6]!;
			heard = genuine;
			const said = { t: 'prove', version: 1, home: home.id, device: home.first.device } as const;
			await session.say({ ...said, signature: base64url(signature) });
			expect(
				session.said.some(({ t }) => t === 'welcome'),
				`seed ${seed}, n ${n}`,
			).toBe(false);
			expect([session.refusal, session.closed]).toEqual(['bad-proof', 4401]);
		}
		expect([...world.relay.hub.peersIn(home.id)]).toEqual([]);
		const honest = await new TestSession(world).prove(home);
		expect(honest.said.some(({ t }) => t === 'welcome')).toBe(true);
	},
);

test('RL12 a token that was modified, has expired, or is from another relay is invalid', () => {
	const key = crypto.random(32);
	const claim = { home: 'ab'.repeat(16), device: 'cd'.repeat(16), untilMs: 1_000_000 } as never;
	const token = makeToken(key, claim);
	expect(readToken(key, token, 999_999)).toEqual(claim);
	for (let n = 0; n < times(10_000); n += 1) {
		const bytes = Buffer.from(token, 'base64url');
		bytes[below(bytes.length)]! ^= 1 << below(8);
		expect(readToken(key, bytes.toString('base64url'), 0), `seed ${seed}`).toBeNull();
		expect(readToken(crypto.random(32), token, 0)).toBeNull();
		expect(readToken(key, token, 1_000_000 + below(1e9))).toBeNull();
		expect(readToken(key, token.slice(0, below(token.length)), 0)).toBeNull();
	}
});
