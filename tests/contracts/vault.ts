import { beforeEach, describe, expect, it } from 'vitest';
import { WebCrypto } from '#browser/crypto.ts';
import { ascii } from '#domain/bytes.ts';
import type { CameraId } from '#domain/ids.ts';
import { makeEpoch, makeIdentity, tryIdentity } from '#engine/founding.ts';
import type { KeyStrength, NewIdentity, Vault } from '#ports/vault.ts';

const crypto = new WebCrypto();
const wallMs = 1_795_000_000_000;

export interface VaultUnderTest {
	readonly vault: Vault;
	/** The same vault as a later start of the app finds it; itself where it dies with the tab. */
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
			made = await makeIdentity(crypto, wallMs, strength === 'readable');
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

		it('ID2 ID14 gives back an identity whose every key works', async () => {
			await under.vault.found(made, strength);
			const vault = await under.reopened();
			const identity = await whole(vault);
			const { home, device, roster, cameras } = made;
			expect(identity).toMatchObject({ strength, home, device, roster, cameras });
			expect(await tryIdentity(crypto, vault, identity)).toEqual([]);
			expect(identity.owner.public).toEqual(made.owner.public);
			expect(identity.homeKey.key).not.toBeNull();
			expect(identity.homeKey.grant).toEqual(made.homeKey.grant);
		});

		it('ID12 founds once', async () => {
			await under.vault.found(made, strength);
			const other = await makeIdentity(crypto, wallMs, strength === 'readable');
			const again = strength === 'memory' ? under.vault : await under.reopened();
			await expect(again.found(other, strength)).rejects.toMatchObject({ kind: 'conflict' });
			expect((await whole(again)).device).toBe(made.device);
		});

		it('ID12 takes back its own founding only', async () => {
			await under.vault.found(made, strength);
			const other = await makeIdentity(crypto, wallMs, false);
			await under.vault.discard(other.device);
			expect((await whole(under.vault)).device).toBe(made.device);
			await under.vault.discard(made.device);
			expect(await under.vault.read()).toEqual({ kind: 'empty' });
		});

		it('ID22 keeps epochs as key and as grant, in order of number', async () => {
			await under.vault.found(made, strength);
			const identity = await whole(under.vault);
			for (const number of [1, 2, 10, 300]) {
				await makeEpoch(crypto, under.vault, identity, camera, wallMs + number, number);
			}
			const vault = await under.reopened();
			const last = await vault.lastEpoch(camera);
			expect(last).toMatchObject({ number: 300, madeMs: wallMs + 300 });
			expect(last?.key).not.toBeNull();
			expect(last?.grant).toHaveLength(241);
			expect(await vault.epoch(camera, 2)).toMatchObject({ number: 2 });
			expect(await vault.epoch(camera, 3)).toBeNull();
			expect(await vault.epoch('ab'.repeat(16) as CameraId, 2)).toBeNull();
			const twice = makeEpoch(crypto, vault, identity, camera, wallMs, 2);
			await expect(twice).rejects.toMatchObject({ kind: 'conflict' });
		});

		it('ID31 never gives a run number twice', async () => {
			await under.vault.found(made, strength);
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
			await under.vault.found(made, strength);
			await under.vault.nameCamera(camera, ascii('sealed'));
			await under.vault.beginRun(camera, 1);
			const kept = await (await under.reopened()).camera(camera);
			expect(kept).toEqual({ id: camera, number: 1, sealedName: ascii('sealed'), runNo: 1 });
		});

		it('ID13 forgets everything when told to', async () => {
			await under.vault.found(made, strength);
			await makeEpoch(crypto, under.vault, await whole(under.vault), camera, wallMs, 1);
			await under.vault.clear();
			const vault = await under.reopened();
			expect(await vault.read()).toEqual({ kind: 'empty' });
			expect(await vault.lastEpoch(camera)).toBeNull();
		});
	});
}
