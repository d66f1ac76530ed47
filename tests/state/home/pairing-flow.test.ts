import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PairingFlow } from '#state/home/pairing-flow.svelte.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';

let board: string[];
let refused: boolean;
let connecting: PairingFlow;
let entered: string[];

beforeEach(() => {
	board = [];
	refused = false;
	const writeText = (text: string) => {
		if (refused) return Promise.reject(new DOMException('no', 'NotAllowedError'));
		board.push(text);
		return Promise.resolve();
	};
	vi.stubGlobal('navigator', { clipboard: { writeText } });
	const launchLink = { pending: null, consume: () => null, on: () => () => undefined };
	entered = [];
	const enter = (digits: string) => Promise.resolve(void entered.push(digits));
	const named = (_: string, name: string) => Promise.resolve(void entered.push(name));
	const pairing = { state: { kind: 'idle' }, enter, join: named };
	connecting = new PairingFlow({ launchLink, pairing } as unknown as Engine);
});
afterEach(() => {
	vi.unstubAllGlobals();
});

test('the copied notice appears beside that code only', async () => {
	await connecting.copy('first');
	expect([board, connecting.copied('first')]).toEqual([['first'], 'done']);
	expect(connecting.copied('second')).toBeNull();
	await connecting.copy('second');
	expect([connecting.copied('first'), connecting.copied('second')]).toEqual([null, 'done']);
});

test('a failed copy is shown until one works', async () => {
	expect(connecting.copied('first')).toBeNull();
	refused = true;
	await connecting.copy('first');
	expect([connecting.copied('first'), connecting.copied('second')]).toEqual(['failed', null]);
	refused = false;
	await connecting.copy('first');
	expect(connecting.copied('first')).toBe('done');
	vi.stubGlobal('navigator', {});
	await connecting.copy('first');
	expect(connecting.copied('first')).toBe('failed');
});

test('PR17 six digits are one try; a further key is not another, retyping the same ones is', async () => {
	for (const typed of ['1', '12345', '123456', '123456', '123456']) await connecting.enter(typed);
	expect(entered).toEqual(['123456']);
	for (const typed of ['12345', '123457', '1', '123457']) await connecting.enter(typed);
	expect(entered).toEqual(['123456', '123457', '123457']);
});

test('PR20 a blank name counts as none: the kind of device is used instead', async () => {
	connecting.unnamed = 'Phone';
	for (const name of ['  ', '', ' Hall ']) {
		connecting.name = name;
		await connecting.join();
	}
	expect(entered).toEqual(['Phone', 'Phone', ' Hall ']);
});

test('PR32 while this device gets its name no other step is offered, and none overtakes', async () => {
	const names: (() => void)[] = [];
	const steps: string[] = [];
	const step = (name: string) => () => Promise.resolve(void steps.push(name));
	const device = 'd' as DeviceId;
	const flow = new PairingFlow({
		launchLink: { pending: null, consume: () => 'invitation.of', on: () => () => undefined },
		messenger: { on: () => () => undefined },
		members: {
			list: [],
			on: () => () => undefined,
			rename: () => new Promise<void>((done) => names.push(done)),
		},
		homeRoster: {
			self: () => Promise.resolve({ device, owner: {} }),
			roster: { devices: new Map([[device, { detail: [] }]]) },
		},
		pairing: {
			state: { kind: 'idle' },
			on: () => () => undefined,
			show: step('show'),
			useInvitation: step('open'),
			cancel: step('cancel'),
		},
	} as unknown as Engine);
	const opening = flow.open();
	await vi.waitFor(() => expect(names).toHaveLength(1));
	expect(flow.state.kind).toBe('preparing');
	await flow.show();
	expect(steps).toEqual([]);
	names[0]?.();
	await opening;
	expect(steps).toEqual(['open']);

	// Called off: the name that comes later starts nothing, and the next step goes on.
	const [second, cancelled] = [flow.show(), flow.cancel()];
	await cancelled;
	expect(flow.state.kind).toBe('idle');
	const third = flow.open();
	await vi.waitFor(() => expect(names).toHaveLength(3));
	names[1]?.();
	await second;
	expect([flow.state.kind, steps]).toEqual(['preparing', ['open', 'cancel']]);
	names[2]?.();
	await third;
	expect(steps).toEqual(['open', 'cancel', 'open']);
});
