import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { bytesOf } from '#domain/base/bytes.ts';
import type { PeerDescriptor } from '#domain/pairing/peer-descriptor.ts';
import { invitationText } from '#domain/pairing/invitation.ts';
import { kitLink } from '#domain/pairing/kit.ts';
import { directCodeText } from '#domain/pairing/direct-code.ts';
import { pairingCodeText } from '#domain/pairing/code.ts';

const script = readFileSync(new URL('../../../static/early.js', import.meta.url), 'utf8');
const app = 'https://cam.example';
const [rid, bytes] = ['00'.repeat(16), new Uint8Array(32)];
const descriptor: PeerDescriptor = {
	fingerprint: bytes,
	ufrag: 'abcd',
	password: 'p'.repeat(22),
	addresses: [],
};
const named = { rid, secret: bytes, hash: bytes };

/** All links that the app makes, and their kinds. */
const links: readonly (readonly [string, string])[] = [
	...(['p1', 'n1'] as const).map(
		(kind) => ['code', pairingCodeText({ ...named, kind, relay: app })] as const,
	),
	...(['p2', 'n2'] as const).map(
		(kind) => ['code', directCodeText({ ...named, kind, descriptor })] as const,
	),
	...(['c2', 'a2'] as const).map(
		(kind) => ['code', directCodeText({ kind, rid, descriptor })] as const,
	),
	...[false, true].map(
		(guarded) => ['kit', kitLink('', bytesOf(rid), app, guarded).split('#')[1] ?? ''] as const,
	),
	...[null, app].map((at) => ['invite', invitationText({ code: 'code', relay: at })] as const),
];

interface EarlyScript {
	pending(): string | null;
	consume(): string | null;
}

/** Runs the script in a page that was opened with this hash. */
function opened(hash: string): { given: EarlyScript; address: string } {
	let address = `/x${hash}`;
	const page: { spycamLaunchLink?: EarlyScript } = {};
	runInNewContext(script, {
		...{ globalThis: page, location: { hash, pathname: '/x', search: '' } },
		history: {
			state: null,
			replaceState: (_state: null, _title: string, to: string) => (address = to),
		},
		addEventListener: () => undefined,
		document: {},
		MutationObserver: class {
			observe = (): void => undefined;
		},
	});
	return { given: page.spycamLaunchLink!, address };
}

it.each(links)('PR34 a link for %s leaves the address and is consumed once: %s', (what, behind) => {
	const { given, address } = opened(`#${behind}`);
	expect(address).toBe('/x');
	expect([given.pending(), given.consume(), given.consume()]).toEqual([what, behind, null]);
});

it.each(['', '#', '#main', '#k3.x', '#k12.x', '#a1.x', '#invites.x'])(
	'PR34 other hashes stay: %s',
	(hash) => {
		const { given, address } = opened(hash);
		expect([given.pending(), address]).toEqual([null, `/x${hash}`]);
	},
);
