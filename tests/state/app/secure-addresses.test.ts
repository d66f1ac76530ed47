import { expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import {
	SecureAddresses,
	type InsecurePageDependencies,
} from '#state/app/secure-addresses.svelte.ts';

const card = {
	...{ name: 'spy-cam' as const, versions: [1] },
	...{ secure: 'https://spycam.local:8443', trust: 'http://192.168.1.5:8080/trust' },
};
const here = { port: '8080', pathname: '/pair', search: '' };

async function at(
	found: Awaited<ReturnType<InsecurePageDependencies['card']>>,
	given: string | null = null,
) {
	const place = new SecureAddresses(
		{ launchLink: { consume: () => given }, card: () => Promise.resolve(found) },
		here,
	);
	await place.find();
	return place;
}

test('AP13 an insecure address links to secure ones, with the fragment of the link', async () => {
	const { trust, trustHere, secure, local } = await at(card, 'invite.abc');
	expect({ trust, trustHere, secure, local }).toEqual({
		trust: 'http://192.168.1.5:8080/trust#invite.abc',
		trustHere: '/trust#invite.abc',
		secure: 'https://spycam.local:8443/pair#invite.abc',
		local: 'http://localhost:8080/pair#invite.abc',
	});
});

test('AP13 without a certificate to trust there is one step less', async () => {
	expect(await at({ ...card, trust: null })).toMatchObject({
		...{ trust: null, secure: 'https://spycam.local:8443/pair' },
	});
});

test('AP13 without a relay it says so, whether the request fails or not', async () => {
	expect(await at(null)).toMatchObject({ known: true, secure: null, trust: null, local: null });
	const ways = {
		launchLink: { consume: () => null },
		card: () => Promise.reject(new Fault('offline', 'no relay answers')),
	};
	const place = new SecureAddresses(ways, here);
	await place.find();
	expect(place).toMatchObject({ known: true, secure: null });
});
