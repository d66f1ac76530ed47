import { describe, expect, it, vi } from 'vitest';
import { CODE_MS } from '#engine/pairing/controller.ts';
import { base64urlOf } from '#domain/base/base64url.ts';
import { ascii } from '#domain/base/bytes.ts';
import { pairingCodeFrom } from '#domain/pairing/code.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { Person, RELAY, twoPeople } from './people.ts';

const LOCAL = 'http://localhost:8080';

describe('pairing, both sides', () => {
	it('PR1 PR4 PR5 PR6 the owner shows a code, the new device reads it, and the owner allows once', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer');
		const link = await owner.link();
		expect(link).toMatch(/^https:\/\/cam\.local:8443\/pair#p1\./);
		void guest.pairing.join(link, 'Kitchen phone');
		const [here, there] = await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		expect(here).toMatchObject({ side: 'owner', asks: true, said: false, name: 'Kitchen phone' });
		expect([here.by, there.by]).toEqual(['code', 'code']);
		expect(there).toMatchObject({ side: 'new', asks: false, said: true, wanted: 'viewer' });
		expect(here.digits).toMatch(/^\d{6}$/);
		expect(there.digits).toBe(here.digits);
		expect(await owner.admissions.members()).toEqual([owner.admissions.me.device]);
		await owner.pairing.allow('viewer');
		const done = await Promise.all([owner.until('done'), guest.until('done')]);
		const { device } = guest.admissions.me;
		expect(done[0]).toEqual({
			...{ kind: 'done', side: 'owner', device, name: 'Kitchen phone', wanted: 'viewer' },
		});
		expect(done[1]).toMatchObject({ side: 'new', device, wanted: 'viewer' });
		expect(await owner.admissions.members()).toEqual([owner.admissions.me.device, device]);
		expect(owner.admissions.names.get(device)).toBe('Kitchen phone');
		expect(guest.admissions.entered).toEqual({ roster: owner.admissions.roster, relay: RELAY });
		expect(guest.seen.map(({ kind }) => kind)).toEqual([
			...['preparing', 'exchanging', 'comparing', 'done'],
		]);
		expect(point.core.rendezvous.count).toBe(0);
		void guest.pairing.join(link, 'Again');
		expect(await guest.until('ended')).toMatchObject({ why: 'unknown-code' });
	});

	it('PR5 PR16 PR17 with typed letters the owner types the digits, and the new device confirms', async () => {
		const { owner, guest } = await twoPeople();
		await owner.pairing.show('camera', 'letters');
		const { text } = await owner.until('showing');
		expect(text).toMatch(/^[2-9A-HJKMNP-TV-Z]{8}$/);
		void guest.pairing.join(`${text.slice(0, 4).toLowerCase()} ${text.slice(4)}`, 'Hall');
		const there = await guest.until('comparing');
		expect(there).toMatchObject({ by: 'letters', asks: true, said: false, wanted: 'camera' });
		const here = await owner.until('comparing');
		expect(here).toMatchObject({ by: 'letters', asks: true, digits: null, left: null });
		await owner.pairing.allow('camera');
		expect(owner.state).toEqual(here);
		await owner.enters(guest);
		expect(owner.state).toEqual({ ...here, digits: there.digits });
		await owner.pairing.allow('camera');
		expect(owner.state).toMatchObject({ kind: 'comparing', said: true });
		expect(await owner.admissions.members()).toHaveLength(1);
		await guest.pairing.allow('viewer');
		expect(await guest.until('done')).toMatchObject({ wanted: 'camera' });
		expect(await owner.admissions.members()).toHaveLength(2);
	});

	it('PR17 three wrong tries end the pairing, and Allow does nothing before a right one', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer', 'letters');
		void guest.pairing.join((await owner.until('showing')).text, 'Hall');
		const there = await guest.until('comparing');
		await owner.until('comparing');
		await guest.pairing.allow('viewer');
		const next = String((Number(there.digits) + 1) % 1_000_000).padStart(6, '0');
		for (const [at, wrong] of [next, ''].entries()) {
			await owner.pairing.enter(wrong);
			expect(owner.state).toMatchObject({ kind: 'comparing', digits: null, left: 2 - at });
			await owner.pairing.allow('viewer');
			expect(owner.state).toMatchObject({ kind: 'comparing', said: false });
		}
		await owner.pairing.enter(next);
		for (const one of [owner, guest]) {
			expect(await one.until('ended')).toMatchObject({ why: 'digits' });
		}
		await owner.pairing.enter(there.digits ?? '');
		await owner.pairing.allow('viewer');
		expect(await owner.admissions.members()).toHaveLength(1);
		expect(guest.admissions.entered).toBeNull();
		expect(point.core.rendezvous.count).toBe(0);
	});

	it('PR15 letters are made on request and replace the code, and the other way round', async () => {
		const { owner, guest, point } = await twoPeople();
		const waits = () =>
			point.heard.flatMap((one) => (one.t === 'wait' ? [one.locator ?? null] : []));
		await owner.pairing.show('viewer');
		const link = await owner.link();
		expect(waits()).toEqual([null]);
		await owner.pairing.show('viewer', 'letters');
		const { by, text } = await owner.until('showing');
		expect({ by, waits: waits(), open: point.core.rendezvous.count }).toEqual({
			...{ by: 'letters', waits: [null, text], open: 1 },
		});
		await guest.pairing.join(link, 'Phone');
		expect(await guest.until('ended')).toMatchObject({ why: 'unknown-code' });
		expect(owner.state.kind).toBe('showing');
		await owner.pairing.show('viewer');
		expect(await owner.until('showing')).toMatchObject({ by: 'code', side: 'owner' });
		await guest.pairing.join(text, 'Phone');
		expect(await guest.until('ended')).toMatchObject({ why: 'unknown-code' });
		expect(waits()).toEqual([null, text, null]);
		await guest.pairing.offer('Phone', 'viewer');
		expect(await guest.until('showing')).toMatchObject({ by: 'code', side: 'new' });
		expect(waits()).toEqual([null, text, null, null]);
	});

	it('PR4 PR5 the new device shows a code, the owner scans it and chooses the access', async () => {
		const { owner, guest } = await twoPeople();
		await guest.pairing.offer('Laptop', 'viewer');
		const link = await guest.link();
		expect(link).toContain('/pair#n1.');
		await owner.pairing.join(link, '');
		const [here, there] = await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		expect(here).toMatchObject({ side: 'owner', name: 'Laptop', wanted: 'viewer' });
		expect(there).toMatchObject({ asks: true, digits: here.digits });
		await guest.pairing.allow('viewer');
		await owner.pairing.allow('owner');
		expect(await guest.until('done')).toMatchObject({ wanted: 'owner' });
		expect(await owner.until('done')).toMatchObject({ wanted: 'owner' });
	});

	it('PR18 a request to become an owner is preset to viewer; other requests are preset as they are', async () => {
		const requests = [
			['owner', 'viewer'],
			['camera', 'camera'],
			['live-only', 'live-only'],
		] as const;
		for (const [requested, stands] of requests) {
			const { owner, guest } = await twoPeople();
			await guest.pairing.offer('Laptop', requested);
			await owner.pairing.join(await guest.link(), '');
			expect(await owner.until('comparing')).toMatchObject({ wanted: stands });
			expect(await guest.until('comparing')).toMatchObject({ wanted: stands });
		}
	});

	it('refused, digits differ, cancelled: each side ends with its own reason', async () => {
		const endings = [
			{ by: 'owner', act: 'refuse', here: 'refused', there: 'refused' },
			{ by: 'guest', act: 'refuse', here: 'digits', there: 'digits' },
			{ by: 'owner', act: 'cancel', here: 'cancelled', there: 'other-side-gone' },
			{ by: 'guest', act: 'cancel', here: 'cancelled', there: 'other-side-gone' },
		] as const;
		for (const { by, act, here, there } of endings) {
			const people = await twoPeople();
			await people.owner.pairing.show('viewer', 'letters');
			const { text } = await people.owner.until('showing');
			void people.guest.pairing.join(text, 'Phone');
			await Promise.all([people.owner.until('comparing'), people.guest.until('comparing')]);
			const other = people[by === 'owner' ? 'guest' : 'owner'];
			await people[by].pairing[act]();
			expect(await people[by].until('ended')).toMatchObject({ why: here });
			expect(await other.until('ended')).toMatchObject({ why: there });
			expect(await people.owner.admissions.members()).toHaveLength(1);
			expect(people.guest.admissions.entered).toBeNull();
			expect(people.point.core.rendezvous.count).toBe(0);
		}
	});

	it('PR1 PR12 a code lives ten minutes, even while digits are being compared', async () => {
		const { owner, guest } = await twoPeople();
		await owner.pairing.show('viewer');
		const link = await owner.link();
		void guest.pairing.join(link, 'Phone');
		await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		await owner.clock.pass(CODE_MS + 1000, 5000);
		expect(await owner.until('ended')).toMatchObject({ why: 'expired' });
		expect(await guest.until('ended')).toMatchObject({ why: 'other-side-gone' });
		expect(await owner.admissions.members()).toHaveLength(1);
		void guest.pairing.join(link, 'Phone');
		expect(await guest.until('ended')).toMatchObject({ why: 'unknown-code' });
	});

	it('PR1 a second joiner burns the code for both', async () => {
		const { owner, guest, point } = await twoPeople();
		const third = await Person.at(point);
		await owner.pairing.show('viewer');
		const link = await owner.link();
		void guest.pairing.join(link, 'Phone');
		await Promise.all([owner.until('comparing'), guest.until('comparing')]);
		void third.pairing.join(link, 'Thief');
		for (const one of [owner, guest, third]) {
			expect(await one.until('ended')).toMatchObject({ why: 'burnt' });
		}
		await owner.pairing.allow('viewer');
		expect(await owner.admissions.members()).toHaveLength(1);
	});

	it('PR7 clocks that differ by decades do not matter', async () => {
		const { point, owner } = await twoPeople();
		const guest = await Person.at(point, { wallMs: 0 });
		const late = await Person.at(point, { wallMs: 4_000_000_000_000 });
		for (const one of [guest, late]) {
			await owner.pairing.show('viewer');
			void one.pairing.join(await owner.link(), 'Phone');
			await owner.until('comparing');
			await owner.pairing.allow('viewer');
			await Promise.all([owner.until('done'), one.until('done')]);
		}
	});

	it('invalid codes, own codes and codes of unknown relays are told apart', async () => {
		const { owner, guest, point } = await twoPeople();
		await guest.pairing.join('hello', 'x');
		expect(guest.state).toMatchObject({ kind: 'ended', why: 'unknown-code' });
		await owner.pairing.show('viewer');
		const link = await owner.link();
		await owner.pairing.join(link, 'x');
		expect(owner.state).toMatchObject({ kind: 'ended', why: 'own-code' });
		point.down = true;
		await guest.pairing.join(link, 'x');
		expect(guest.state).toMatchObject({ kind: 'ended', why: 'unreachable' });
		[point.down, point.card] = [false, null];
		await owner.pairing.show('viewer');
		expect(owner.state).toMatchObject({ kind: 'ended', why: 'no-relay' });
	});

	it('a device that is not an owner shows no code and admits nobody', async () => {
		const { owner, guest } = await twoPeople();
		const self = await owner.admissions.self();
		owner.admissions.self = () => Promise.resolve({ ...self, owner: null });
		await owner.pairing.show('viewer');
		expect(owner.state).toMatchObject({ kind: 'ended', why: 'not-owner' });
		await guest.pairing.offer('Phone', 'viewer');
		await owner.pairing.join(await guest.link(), '');
		expect(owner.state).toMatchObject({ kind: 'ended', why: 'not-owner' });
	});

	it('PR14 the new device gets M4 once the relay has the entry', async () => {
		const { owner, guest } = await twoPeople();
		const heard = vi.fn<() => void>();
		owner.shown = vi.fn(() => new Promise<void>((resolve) => heard.mockImplementation(resolve)));
		await owner.pairing.show('viewer');
		void guest.pairing.join(await owner.link(), 'Phone');
		await owner.until('comparing');
		const allowed = owner.pairing.allow('viewer');
		await vi.waitFor(() => expect(owner.shown).toHaveBeenCalled());
		expect(guest.state.kind).toBe('comparing');
		heard();
		await allowed;
		await guest.until('done');
	});

	it('a relay of another version is reported', async () => {
		const { owner, point } = await twoPeople();
		point.lie = (frame) => (frame.t === 'challenge' ? { ...frame, versions: [2] } : frame);
		await owner.pairing.show('viewer');
		expect(owner.state).toMatchObject({ kind: 'ended', why: 'version' });
	});

	it('an invitation opens a home that the relay does not know', async () => {
		const { owner, point } = await twoPeople();
		point.homes.clear();
		point.invite('WELCOME');
		await owner.pairing.show('viewer');
		expect(owner.state).toMatchObject({ kind: 'ended', why: 'invitation', fault: null });
		await owner.pairing.useInvitation('WRONG');
		expect(owner.state).toMatchObject({ why: 'invitation', fault: { kind: 'denied' } });
		await owner.pairing.useInvitation(`${RELAY}/#invite.WELCOME`);
		expect(owner.state).toEqual({ kind: 'idle' });
		expect(owner.admissions.relay).toBe(RELAY);
		await owner.pairing.show('viewer');
		await owner.until('showing');
	});

	it('a code that names another origin is tried here, and is unreachable if nobody here knows it', async () => {
		const { owner, guest, point } = await twoPeople();
		await owner.pairing.show('viewer');
		const link = await owner.link();
		const elsewhere = link.replace(/\.[^.]+$/, `.${base64urlOf(ascii('https://other.local'))}`);
		void guest.pairing.join(elsewhere, 'Phone');
		await guest.until('comparing');
		await owner.pairing.allow('viewer');
		await guest.until('done');
		expect(guest.admissions.entered?.relay).toBe(RELAY);
		expect(point.core.rendezvous.count).toBe(0);
		void guest.pairing.join(elsewhere, 'Phone');
		expect(await guest.until('ended')).toMatchObject({ why: 'unreachable' });
		// Now it claims to be that very relay.
		point.card = { ...point.card!, secure: 'https://other.local' };
		void guest.pairing.join(elsewhere, 'Phone');
		expect(await guest.until('ended')).toMatchObject({ why: 'unknown-code' });
	});

	it('PR11 a page on localhost shows its public name', async () => {
		const point = new FakeRelay(new ManualClock(), LOCAL);
		point.card = { ...point.card!, secure: null };
		const owner = await Person.at(point, { here: LOCAL });
		await owner.pairing.show('viewer');
		expect(await owner.link()).toMatch(/^http:\/\/localhost:8080\/pair#p1/);
		point.card = { ...point.card, secure: RELAY };
		await owner.pairing.show('viewer');
		const link = await owner.link();
		expect(link).toMatch(/^https:\/\/cam\.local:8443\/pair#p1/);
		expect(pairingCodeFrom(link)).toMatchObject({ relay: RELAY });
	});
});
