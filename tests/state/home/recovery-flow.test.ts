import { beforeEach, expect, test } from 'vitest';
import { kitGroups, kitLink } from '#domain/pairing/kit.ts';
import type { RecoveryState } from '#engine/recovery/recovery.ts';
import { RecoveryFlow } from '#state/home/recovery-flow.svelte.ts';
import type { Engine } from '#state/app/engine.ts';

const OLD = 'https://old.local:8443';
const link = kitLink(OLD, new Uint8Array(16), OLD);
let came: unknown[][];
let end: RecoveryState;
let waits: string | null;
let linked: () => void;
let seen: (text: string) => void;
let coming: RecoveryFlow;

beforeEach(() => {
	came = [];
	waits = null;
	end = { kind: 'ended', why: 'unreachable', fault: null };
	const recovery = {
		state: { kind: 'idle' } as RecoveryState,
		claimedMs: null,
		on: () => () => undefined,
		recover: (...said: unknown[]) => {
			came.push(said);
			recovery.state = end;
			return Promise.resolve();
		},
		reset: () => {
			recovery.state = { kind: 'idle' };
		},
	};
	const launchLink = {
		get pending() {
			return waits === null ? null : 'kit';
		},
		consume: () => {
			const text = waits;
			waits = null;
			return text;
		},
		on: (listener: () => void) => {
			linked = listener;
			return () => undefined;
		},
	};
	const engine = {
		launchLink,
		cameras: { all: [{ recorder: { state: { kind: 'preview', view: { picture: {} } } } }] },
		show: () => undefined,
		codeReader: () =>
			Promise.resolve({
				watch: (tell: (text: string) => void) => {
					seen = tell;
					return () => undefined;
				},
			}),
	};
	coming = new RecoveryFlow(engine as unknown as Engine, recovery);
	coming.name = 'New phone';
});

function open(text: string): void {
	waits = text;
	linked();
}

test('KT13 a link to a relay that is gone: the address is asked for, and the typed one is used', async () => {
	open(link);
	expect([coming.given, coming.asks]).toEqual(['link', false]);
	await coming.come();
	expect([coming.given, coming.asks]).toEqual(['link', true]);
	coming.relay = 'new.local:8443';
	await coming.come();
	expect(came).toEqual([
		[link, 'New phone', null, ''],
		[link, 'New phone', 'https://new.local:8443', ''],
	]);
});

test('KT13 a scanned kit is recognized as one, and an address typed before it stays visible', async () => {
	coming.relay = 'new.local:8443';
	coming.scanner.on = true;
	await coming.scanner.scan({} as HTMLVideoElement);
	seen('https://example.org');
	expect([coming.given, coming.scanner.on]).toEqual([null, true]);
	seen(link);
	expect(coming.scanner.on).toBe(false);
	expect([coming.given, coming.asks, coming.relay]).toEqual(['scan', true, 'new.local:8443']);
	// Another link starts with its own address.
	await coming.come();
	open(link);
	expect([coming.given, coming.asks, coming.relay]).toEqual(['link', false, '']);
});

test('a link that holds no kit leaves the field for the characters', async () => {
	end = { kind: 'ended', why: 'slip', fault: null };
	open('k1.AAAA');
	await coming.come();
	expect([coming.given, coming.kit, coming.asks]).toEqual([null, '', true]);
	coming.kit = 'ABC';
	await coming.come();
	expect(coming.kit).toBe('ABC');
});

test('a used kit is removed from the screen', async () => {
	end = { kind: 'waiting', readyMs: 1, fresh: true };
	coming.kit = kitGroups(new Uint8Array(16)).join(' ');
	await coming.come();
	expect([coming.kit, coming.given]).toEqual(['', null]);
});
