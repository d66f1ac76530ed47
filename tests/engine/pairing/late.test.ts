import { describe, expect, it } from 'vitest';
import { ascii, concatBytes } from '#domain/base/bytes.ts';
import { buildJoinerMessage, parseJoinerMessage } from '#domain/pairing/handshake-messages.ts';
import { CODE_MS, PairingController } from '#engine/pairing/controller.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { Person, RELAY, twoPeople } from './people.ts';
import { until } from '../../support/until.ts';

/** Padded like a name, but longer than any name. */
function padded(length: number): Uint8Array<ArrayBuffer> {
	const whole = new Uint8Array(Math.ceil((2 + length) / 64) * 64).fill(120, 2, 2 + length);
	new DataView(whole.buffer).setUint16(0, length);
	return whole;
}

/** A page of a device with a real roster. */
function pageOf(home: ReturnType<typeof fakeDevice>, clock: ManualClock, point: FakeRelay) {
	const { crypto, arrivals } = home;
	return new PairingController({
		...{ crypto, clock, admissions: arrivals, here: RELAY, directRelays: null },
		...{ relays: point, relay: () => null, shown: () => Promise.resolve() },
	});
}

describe('devices that cannot be admitted', () => {
	it('PR13 another page of the owner’s own device types its letters: refused, and it stays owner', async () => {
		const clock = new ManualClock();
		const [point, home] = [new FakeRelay(clock, RELAY), fakeDevice(clock)];
		await home.homeRoster.self();
		point.open(home.homeRoster.entries, home.founded);
		const [one, two] = [pageOf(home, clock, point), pageOf(home, clock, point)];
		await one.show('viewer', 'letters');
		if (one.state.kind !== 'showing') throw new Error(JSON.stringify(one.state));
		void two.join(one.state.text, 'Phone');
		await until(() => one.state.kind === 'ended' && two.state.kind === 'ended');
		expect(one.state).toMatchObject({ why: 'own-code' });
		expect(home.homeRoster.owner).toBe(true);
		expect(home.homeRoster.entries).toHaveLength(1);
	});

	it('PR13 no pairing takes the last permanent owner from a home', async () => {
		const home = fakeDevice(new ManualClock());
		const { device, sign, kem, ownerKey: owner } = await home.homeRoster.self();
		const subject = { device, sign: sign.public, kem: kem.public, owner, dtls: null };
		const admitted = home.homeRoster.admit(subject, ['viewer'], 'Phone');
		await expect(admitted).rejects.toMatchObject({ kind: 'conflict' });
		expect(home.homeRoster.owner).toBe(true);
	});
});

describe('PR20 the name of a joiner', () => {
	async function asked(name: string) {
		const { owner, guest } = await twoPeople();
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), name);
		return (await owner.until('comparing')).name;
	}

	it('has no direction marks and no line breaks', async () => {
		expect(await asked('Ha\u202ell\u2066 \n1\u20282\u0007')).toBe('Hall 12');
		// Zero-width joiners are part of some scripts, and hold emoji families together.
		expect(await asked('👩‍👧 می‌خواهم')).toBe('👩‍👧 می‌خواهم');
	});

	it('must be more than spaces, or nobody is asked', async () => {
		const { owner, guest } = await twoPeople();
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), ' \u202e ');
		expect(await owner.until('ended')).toMatchObject({ why: 'burnt' });
		expect(owner.seen.map(({ kind }) => kind)).not.toContain('comparing');
	});

	it('has at most 190 bytes', () => {
		const joiner = {
			...{ sign: new Uint8Array(65), kem: new Uint8Array(65), owner: new Uint8Array(65) },
			...{ dtls: null, wanted: 'viewer' as const, nonce: new Uint8Array(32) },
		};
		const plain = (name: string) =>
			concatBytes(buildJoinerMessage({ ...joiner, name: ascii(name) }), new Uint8Array(64));
		expect(parseJoinerMessage(plain('x'.repeat(190))).value.name).toHaveLength(190);
		const long = concatBytes(plain('').subarray(0, -64 - 64), padded(20_000), new Uint8Array(64));
		expect(() => parseJoinerMessage(long)).toThrow('padded bytes');
	});
});

describe('PR19 while the entry is being signed', () => {
	/** Both sides have agreed and the entry is signed, but the relay does not have it yet. */
	async function signing() {
		const { owner, guest } = await twoPeople();
		const { promise, resolve: heard } = Promise.withResolvers<undefined>();
		owner.shown = () => promise;
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), 'Phone');
		await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		void owner.pairing.allow('viewer');
		await until(() => owner.admissions.roster.length === 2);
		return { owner, guest, heard: () => heard(undefined) };
	}

	it.each(['cancel', 'refuse', 'again'] as const)('%s comes too late', async (act) => {
		const { owner, guest, heard } = await signing();
		await (act === 'again' ? owner.pairing.show('viewer') : owner.pairing[act]());
		expect(owner.state).toMatchObject({ kind: 'comparing', said: true });
		heard();
		await Promise.all([owner.until('done'), guest.until('done')]);
		expect(await owner.admissions.members()).toHaveLength(2);
	});

	it('the ten minutes do not end it', async () => {
		const { owner, heard } = await signing();
		// In one step the connection would look dead: its pings get their answers in between.
		for (let ms = 0; ms < CODE_MS; ms += 1000) {
			owner.clock.advance(1000);
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(owner.state.kind).toBe('comparing');
		heard();
		await owner.until('done');
		expect(owner.seen.map(({ kind }) => kind)).not.toContain('ended');
	});

	it('a failure is reported, and can be dismissed then', async () => {
		const { owner, guest } = await twoPeople();
		owner.admissions.admit = () => Promise.reject(new Error('no room'));
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), 'Phone');
		await owner.until('comparing');
		void owner.pairing.allow('viewer');
		expect(await owner.until('ended')).toMatchObject({ why: 'failed' });
		await owner.pairing.cancel();
		expect(owner.state.kind).toBe('idle');
	});
});

it('RL33 an invitation moves no home for a device that is not its owner', async () => {
	const viewer = await Person.at(new FakeRelay(new ManualClock()));
	const self = { ...viewer.admissions.me, owner: null, roster: viewer.admissions.roster };
	viewer.admissions.self = () => Promise.resolve(self);
	await viewer.pairing.useInvitation('invite.WELCOME');
	expect(viewer.state).toMatchObject({ kind: 'ended', why: 'not-owner' });
	expect(viewer.admissions.relay).toBeNull();
});
