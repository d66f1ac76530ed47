import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { ascii, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { makeEpoch } from '#engine/home/epochs.ts';
import { generateIdentity } from '#engine/home/create-identity.ts';
import { verifyIdentity } from '#engine/home/identity.ts';
import type { KeyStrength, NewIdentity, Vault } from '#ports/keys/vault.ts';

const crypto = new WebCrypto();
const wallMs = 1_795_000_000_000;
/** Arbitrary content and a signature. */
const entry = (text: string): Bytes => concatBytes(ascii(text), new Uint8Array(64));

export interface VaultUnderTest {
	readonly vault: Vault;
	/** The same vault after a restart of the app; itself if it lives only in the tab. */
	reopened(): Promise<Vault>;
}

/** What every vault must do, at each strength it claims. */
export function vaultContract(
	name: string,
	strengths: readonly KeyStrength[],
	make: () => Promise<VaultUnderTest>,
): void {
	describe.each(strengths)(`vault: ${name}, %s`, (strength) => {
		let under: VaultUnderTest;
		let made: NewIdentity;
		let camera: CameraId;

		beforeEach(async () => {
			under = await make();
			made = await generateIdentity(crypto, wallMs, strength === 'readable');
			const [first] = made.cameras;
			if (first === undefined) throw new Error('an identity has a camera');
			camera = first.id;
		});

		async function whole(vault: Vault) {
			const reading = await vault.read();
			if (reading.kind !== 'whole') throw new Error(`the vault is ${reading.kind}`);
			return reading.identity;
		}

		it('ID10 is empty at first', async () => {
			expect(await under.vault.read()).toEqual({ kind: 'empty' });
			expect(await under.vault.lastEpoch(camera)).toBeNull();
			expect(await under.vault.camera(camera)).toBeNull();
		});

		it('ID2 ID14 returns an identity whose keys all work', async () => {
			await under.vault.create(made, strength);
			const vault = await under.reopened();
			const identity = await whole(vault);
			const { home, device, roster, cameras } = made;
			expect(identity).toMatchObject({ strength, home, device, cameras });
			expect(identity.homes).toMatchObject([{ home, roster, relay: null }]);
			expect(await verifyIdentity(crypto, vault, identity)).toEqual([]);
			expect(identity.owner.public).toEqual(made.owner.public);
			const [key] = identity.homes[0]?.keys ?? [];
			expect(key).toMatchObject({ number: 1, grant: made.homeKey.grant });
			expect(key?.key).not.toBeNull();
		});

		it('ID12 founds a home only once', async () => {
			await under.vault.create(made, strength);
			const other = await generateIdentity(crypto, wallMs, strength === 'readable');
			const again = strength === 'memory' ? under.vault : await under.reopened();
			await expect(again.create(other, strength)).rejects.toMatchObject({ kind: 'conflict' });
			expect((await whole(again)).device).toBe(made.device);
		});

		it('ID12 undoes only its own founding', async () => {
			await under.vault.create(made, strength);
			const other = await generateIdentity(crypto, wallMs, false);
			await under.vault.discard(other.device);
			expect((await whole(under.vault)).device).toBe(made.device);
			await under.vault.discard(made.device);
			expect(await under.vault.read()).toEqual({ kind: 'empty' });
		});

		it('ID22 keeps epochs as key and as grant, in order of number', async () => {
			await under.vault.create(made, strength);
			const identity = await whole(under.vault);
			for (const number of [1, 2, 10, 300]) {
				await makeEpoch(crypto, under.vault, identity, camera, wallMs + number, number);
			}
			const vault = await under.reopened();
			const last = await vault.lastEpoch(camera);
			expect(last).toMatchObject({ number: 300, madeMs: wallMs + 300, rosterSeq: 1 });
			expect(last?.key).not.toBeNull();
			expect(last?.grant).toHaveLength(241);
			expect(await vault.epoch(camera, 2)).toMatchObject({ number: 2 });
			expect(await vault.epoch(camera, 3)).toBeNull();
			expect(await vault.epoch('ab'.repeat(16) as CameraId, 2)).toBeNull();
			const twice = makeEpoch(crypto, vault, identity, camera, wallMs, 2);
			await expect(twice).rejects.toMatchObject({ kind: 'conflict' });
		});

		it('ID31 never returns a run number twice', async () => {
			await under.vault.create(made, strength);
			const { vault } = under;
			expect(await vault.beginRun(camera, 1)).toBe(1);
			const both = await Promise.all([vault.beginRun(camera, 1), vault.beginRun(camera, 1)]);
			expect(both.sort((a, b) => a - b)).toEqual([2, 3]);
			expect(await vault.beginRun(camera, 20)).toBe(20);
			const later = await under.reopened();
			expect(await later.beginRun(camera, 5)).toBe(21);
			const foreign = later.beginRun('ab'.repeat(16) as CameraId, 1);
			await expect(foreign).rejects.toMatchObject({ kind: 'not-found' });
		});

		it('ID20 keeps a sealed name', async () => {
			await under.vault.create(made, strength);
			await under.vault.changeCamera(camera, { sealedName: ascii('sealed') });
			await under.vault.beginRun(camera, 1);
			const kept = await (await under.reopened()).camera(camera);
			expect(kept).toEqual({ id: camera, number: 1, sealedName: ascii('sealed'), runNo: 1 });
		});

		it('ID32 joins another home, which is then its own, and keeps the one it founded', async () => {
			await under.vault.create(made, strength);
			const host = await generateIdentity(crypto, wallMs, true);
			const { home, homeKey } = host;
			const roster = [...host.roster, entry('and one more')];
			const relay = 'https://cam.local:8443';
			const keys = [{ number: 3, secret: homeKey }];
			await under.vault.enterHome({ home, roster, relay, keys, seenMs: wallMs });
			const identity = await whole(await under.reopened());
			expect(identity).toMatchObject({ home, device: made.device });
			expect(identity.homes).toMatchObject([
				{ home: made.home, roster: made.roster, relay: null, keys: [{ number: 1 }] },
				{ home, roster, relay, keys: [{ number: 3, grant: homeKey.grant }] },
			]);
			expect(identity.homes[1]?.keys[0]?.key).not.toBeNull();
			expect(identity.cameras).toEqual(made.cameras);
		});

		it('ID32 joining the same home again extends it, and another roster for it is refused', async () => {
			await under.vault.create(made, strength);
			const { home, homeKey: secret } = await generateIdentity(crypto, wallMs, true);
			const [one, two, other] = [entry('one'), entry('two'), entry('other')];
			const as = { home, relay: null, keys: [{ number: 1, secret }], seenMs: wallMs };
			await under.vault.enterHome({ ...as, roster: [one] });
			await under.vault.enterHome({ ...as, home: made.home, roster: made.roster, keys: [] });
			expect((await whole(under.vault)).home).toBe(made.home);
			await under.vault.enterHome({ ...as, roster: [one, two] });
			for (const roster of [[one, other], [other, two], [one]]) {
				const entered = under.vault.enterHome({ ...as, roster });
				await expect(entered).rejects.toMatchObject({ kind: 'conflict' });
			}
			const identity = await whole(await under.reopened());
			expect(identity.home).toBe(home);
			expect(identity.homes.map(({ roster }) => roster)).toEqual([made.roster, [one, two]]);
		});

		it('ID45 replaces entries from one on, never the first, and records when they arrived', async () => {
			await under.vault.create(made, strength);
			const host = await generateIdentity(crypto, wallMs, true);
			const keys = [{ number: 1, secret: host.homeKey }];
			const as = { home: host.home, roster: host.roster, relay: null, keys, seenMs: wallMs };
			await under.vault.enterHome(as);
			for (const { home, roster } of [made, host]) {
				const more = [entry('two'), entry('three'), entry('four')];
				await under.vault.appendRoster(home, 2, more, wallMs + 1);
				await under.vault.replaceRoster(home, 3, [entry('other')], wallMs + 2);
				const vault = await under.reopened();
				const kept = (await whole(vault)).homes.find((one) => one.home === home);
				expect(kept?.roster).toEqual([...roster, entry('two'), entry('other')]);
				const seen = await Promise.all([2, 3, 4].map((seq) => vault.seenMs(home, seq)));
				expect(seen).toEqual([wallMs + 1, wallMs + 2, null]);
				for (const seq of [1, 4]) {
					const replaced = vault.replaceRoster(home, seq, [entry('x')], wallMs);
					await expect(replaced).rejects.toMatchObject({ kind: 'conflict' });
				}
			}
		});

		it('ID33 what was made under removed entries is made under none', async () => {
			await under.vault.create(made, strength);
			const { home } = made;
			await under.vault.appendRoster(home, 2, [entry('two'), entry('three')], wallMs);
			const other = 'ef'.repeat(16) as CameraId;
			for (const number of [8, 9]) {
				const { homeKey: secret } = await generateIdentity(crypto, wallMs, true);
				await under.vault.addEpoch(
					other,
					{ number, madeMs: wallMs, rosterSeq: number - 6 },
					secret,
				);
			}
			await under.vault.replaceRoster(home, 3, [entry('other')], wallMs);
			const vault = await under.reopened();
			const kept = await Promise.all([8, 9].map((number) => vault.epoch(other, number)));
			expect(kept.map((epoch) => epoch?.rosterSeq)).toEqual([2, 0]);
		});

		it('KT8 records when an entry arrived, if known', async () => {
			await under.vault.create(made, strength);
			const host = await generateIdentity(crypto, wallMs, true);
			const keys = [{ number: 1, secret: host.homeKey }];
			const as = { home: host.home, roster: host.roster, relay: null, keys, seenMs: wallMs };
			await under.vault.enterHome(as);
			for (const home of [made.home, host.home]) {
				await under.vault.appendRoster(home, 2, [entry('two')], wallMs + 5);
				await under.vault.appendRoster(home, 3, [entry('three')]);
			}
			const vault = await under.reopened();
			for (const home of [made.home, host.home]) {
				const seen = await Promise.all([1, 2, 3, 4].map((seq) => vault.seenMs(home, seq)));
				const first = home === made.home ? null : wallMs;
				expect(seen).toEqual([first, wallMs + 5, null, null]);
			}
			expect(await vault.seenMs('f'.repeat(32) as HomeId, 2)).toBeNull();
		});

		it('ID32 a roster is only appended to, in order', async () => {
			await under.vault.create(made, strength);
			const { home } = made;
			const [two, three] = [entry('two'), entry('three')];
			await under.vault.appendRoster(home, 2, [two]);
			for (const seq of [1, 2, 4]) {
				const appended = under.vault.appendRoster(home, seq, [three]);
				await expect(appended).rejects.toMatchObject({ kind: 'conflict' });
			}
			const foreign = 'ab'.repeat(16) as HomeId;
			const lost = under.vault.appendRoster(foreign, 1, [three]);
			await expect(lost).rejects.toMatchObject({ kind: 'not-found' });
			await under.vault.appendRoster(home, 3, [three]);
			const [kept] = (await whole(await under.reopened())).homes;
			expect(kept?.roster).toEqual([...made.roster, two, three]);
		});

		it('ID24 keeps home keys by number, and the relay’s address', async () => {
			await under.vault.create(made, strength);
			const { home, homeKey } = made;
			const { homeKey: second } = await generateIdentity(crypto, wallMs, true);
			await under.vault.addHomeKey(home, 12, second);
			const twice = under.vault.addHomeKey(home, 12, second);
			await expect(twice).rejects.toMatchObject({ kind: 'conflict' });
			const { homeKey: third } = await generateIdentity(crypto, wallMs, true);
			await under.vault.addHomeKey(home, 12, third, true);
			await under.vault.setRelay(home, 'https://cam.local:8443');
			const [kept] = (await whole(await under.reopened())).homes;
			expect(kept?.relay).toBe('https://cam.local:8443');
			expect(kept?.keys.map(({ number, grant }) => [number, grant])).toEqual([
				[1, homeKey.grant],
				[12, third.grant],
			]);
		});

		it('ID1 a device that only views has no camera until it becomes one', async () => {
			const watcher = await generateIdentity(crypto, wallMs, strength === 'readable', 'viewer');
			await under.vault.create(watcher, strength);
			expect((await whole(await under.reopened())).cameras).toEqual([]);
			const kept = { id: camera, number: 1, sealedName: null, runNo: 0 };
			await under.vault.addCamera(kept);
			await expect(under.vault.addCamera(kept)).rejects.toMatchObject({ kind: 'conflict' });
			expect((await whole(await under.reopened())).cameras).toEqual([kept]);
		});

		it('RC37 a removed camera stays with its number and run numbers, and can come back', async () => {
			await under.vault.create(made, strength);
			const second = { id: 'ca'.repeat(16) as CameraId, number: 2, sealedName: null, runNo: 3 };
			await under.vault.addCamera(second);
			await under.vault.changeCamera(second.id, { removed: true });
			const vault = await under.reopened();
			expect((await whole(vault)).cameras[1]).toEqual({ ...second, removed: true });
			await vault.changeCamera(second.id, { removed: false });
			expect((await whole(await under.reopened())).cameras[1]).toEqual(second);
		});

		it('LT10 returns each number once, and only accepts numbers above all earlier ones, also after a reload', async () => {
			await under.vault.create(made, strength);
			const numbers = await Promise.all([1, 2, 3].map(() => under.vault.nextCounter()));
			expect(numbers.toSorted()).toEqual([1, 2, 3]);
			const other = 'de'.repeat(16) as DeviceId;
			const raised = [7, 7, 6].map((count) => under.vault.raiseCounter(other, count));
			expect(await Promise.all(raised)).toEqual([true, false, false]);
			const vault = await under.reopened();
			expect(await vault.nextCounter()).toBe(4);
			expect(await vault.raiseCounter(other, 7)).toBe(false);
			expect(await vault.raiseCounter(made.device, 1)).toBe(true);
			expect(await vault.raiseCounter(other, 8)).toBe(true);
		});

		it('ID22 keeps epochs of other cameras', async () => {
			await under.vault.create(made, strength);
			const other = 'cd'.repeat(16) as CameraId;
			const { homeKey: secret } = await generateIdentity(crypto, wallMs, true);
			await under.vault.addEpoch(other, { number: 9, madeMs: wallMs, rosterSeq: 4 }, secret);
			const kept = await (await under.reopened()).epoch(other, 9);
			expect(kept).toMatchObject({ number: 9, rosterSeq: 4, grant: secret.grant });
			expect(kept?.key).not.toBeNull();
		});

		it('ID13 forgets everything on request', async () => {
			await under.vault.create(made, strength);
			await makeEpoch(crypto, under.vault, await whole(under.vault), camera, wallMs, 1);
			await under.vault.clear();
			const vault = await under.reopened();
			expect(await vault.read()).toEqual({ kind: 'empty' });
			expect(await vault.lastEpoch(camera)).toBeNull();
		});

		it('PR21 keeps where it may rejoin until that is over', async () => {
			await under.vault.create(made, strength);
			expect(await under.vault.pendingJoin()).toBeNull();
			const pending = {
				...{ home: made.home, owner: made.owner.public, seq: 3, head: crypto.random(32) },
				...{ relay: null, untilMs: wallMs },
			};
			await under.vault.setPendingJoin({ ...pending, relay: 'https://cam.local' });
			await under.vault.setPendingJoin(pending);
			const vault = await under.reopened();
			expect(await vault.pendingJoin()).toEqual(pending);
			await vault.setPendingJoin(null);
			expect(await vault.pendingJoin()).toBeNull();
		});

		it('PR26 PR27 keeps expected devices, each once, the newest 32', async () => {
			await under.vault.create(made, strength);
			const { home } = made;
			const arrival = (n: number) => ({
				...{ home, device: n.toString(16).padStart(32, '0') as DeviceId },
				...{ afterSeq: n, sinceMs: wallMs + n, takenBackMs: null },
			});
			for (const n of [2, 1]) await under.vault.updateArrival(arrival(n), () => arrival(n));
			const vault = await under.reopened();
			expect(await vault.arrivals()).toEqual([arrival(1), arrival(2)]);
			const changed = { ...arrival(1), takenBackMs: wallMs };
			await vault.updateArrival(changed, (before) => before && { ...before, takenBackMs: wallMs });
			expect(await vault.arrivals()).toEqual([changed, arrival(2)]);
			for (const n of [1, 2]) await vault.updateArrival(arrival(n), () => null);
			expect(await vault.arrivals()).toEqual([]);
			for (let n = 0; n < 34; n += 1) await vault.updateArrival(arrival(n), () => arrival(n));
			const kept = (await vault.arrivals()).map(({ afterSeq }) => afterSeq);
			expect(kept).toEqual(Array.from({ length: 32 }, (_, at) => at + 2));
		});
	});
}
