import { describe, expect, test } from 'vitest';
import { RelayDatabase } from '#relay/storage/database.ts';
import { Mailbox, type StoredMessage } from '#relay-core/mailbox.ts';
import { Outbox } from '#relay/process/outbox.ts';
import { LiveBuffer } from '#relay-core/live-buffer.ts';

const letter = (id: number, more: Partial<StoredMessage> = {}): StoredMessage => ({
	...{ home: 'h', to: 'd', id, from: 'f', box: 'box', untilMs: 1_000 },
	...more,
});
const ids = (letters: readonly { id: number }[]): number[] => letters.map(({ id }) => id);

describe('RL15 the mailbox', () => {
	test('keeps messages in order until they are acknowledged', () => {
		const mailbox = new Mailbox([letter(1)]);
		mailbox.add(letter(2));
		mailbox.add(letter(3, { to: 'other' }));
		expect(ids(mailbox.waitingFor('h', 'd', 0))).toEqual([1, 2]);
		expect(mailbox.acknowledge('h', 'd', 1)?.id).toBe(1);
		expect(mailbox.acknowledge('h', 'd', 1)).toBeNull();
		expect(mailbox.acknowledge('h', 'd', 3)).toBeNull();
		expect(ids(mailbox.waitingFor('h', 'd', 0))).toEqual([2]);
	});

	test('holds 256 per device; the oldest are evicted', () => {
		const mailbox = new Mailbox([]);
		const left = Array.from({ length: 300 }, (_, id) => mailbox.add(letter(id))).flat();
		expect(ids(left)).toEqual(Array.from({ length: 44 }, (_, id) => id));
		expect(mailbox.waitingFor('h', 'd', 0)).toHaveLength(256);
	});

	test('holds 1 MiB per device', () => {
		const mailbox = new Mailbox([]);
		const box = 'x'.repeat(60_000);
		for (let id = 0; id < 40; id += 1) mailbox.add(letter(id, { box }));
		expect(mailbox.waitingFor('h', 'd', 0)).toHaveLength(17);
	});

	test('the sender with the most loses its own messages, and nobody else’s', () => {
		const mailbox = new Mailbox([]);
		for (let id = 0; id < 40; id += 1) mailbox.add(letter(id, { from: 'camera' }));
		const box = 'x'.repeat(60_000);
		const left: StoredMessage[] = [];
		for (let id = 100; id < 500; id += 1)
			left.push(...mailbox.add(letter(id, { from: 'flood', box })));
		expect(new Set(left.map(({ from }) => from))).toEqual(new Set(['flood']));
		expect(ids(mailbox.waitingFor('h', 'd', 0)).slice(0, 40)).toEqual(
			Array.from({ length: 40 }, (_, id) => id),
		);
		expect(ids(mailbox.waitingFor('h', 'd', 0)).at(-1)).toBe(499);
	});

	test('holds 8 MiB per home, for whatever devices', () => {
		const mailbox = new Mailbox([]);
		const box = 'x'.repeat(60_000);
		mailbox.add(letter(0, { from: 'camera' }));
		for (let to = 0; to < 64; to += 1)
			for (let n = 0; n < 17; n += 1)
				mailbox.add(letter(1 + to * 17 + n, { to: `d${to}`, from: 'flood', box }));
		const held = Array.from({ length: 64 }, (_, to) => mailbox.waitingFor('h', `d${to}`, 0)).flat();
		expect(held.length * 60_000).toBeLessThanOrEqual(8 * 1024 * 1024);
		expect(held.length).toBe(139);
		expect(mailbox.waitingFor('h', 'd', 0)).toHaveLength(1);
		mailbox.add(letter(9_999, { home: 'other' }));
		expect(mailbox.waitingFor('other', 'd', 0)).toHaveLength(1);
	});

	test('drops expired messages', () => {
		const mailbox = new Mailbox([letter(1), letter(2, { untilMs: 5_000 })]);
		expect(ids(mailbox.waitingFor('h', 'd', 1_000))).toEqual([2]);
		expect(ids(mailbox.tidy(1_000))).toEqual([1]);
		expect(ids(mailbox.clear('h', 'd'))).toEqual([2]);
	});

	test('ids increase, even if the clock is set back or the relay restarts', () => {
		const mailbox = new Mailbox([]);
		const first = mailbox.nextId(5_000);
		expect(mailbox.nextId(1_000)).toBe(first + 1);
		expect(new Mailbox([letter(9_999_999)]).nextId(1)).toBe(10_000_000);
	});
});

describe('RL21 the live buffer', () => {
	const frame = (length: number): Uint8Array => new Uint8Array(length);

	test('returns the parts from the newest key part on', () => {
		const liveBuffer = new LiveBuffer(2 ** 20);
		for (const [at, key] of [true, false, true, false, false].entries())
			liveBuffer.add('a', key, frame(at + 1), at);
		expect(liveBuffer.since('a').map(({ length }) => length)).toEqual([3, 4, 5]);
		expect(liveBuffer.since('b')).toEqual([]);
	});

	test('drops parts after 30 s', () => {
		const liveBuffer = new LiveBuffer(2 ** 20);
		liveBuffer.add('a', true, frame(10), 0);
		liveBuffer.add('a', false, frame(10), 20_000);
		liveBuffer.tidy(30_001);
		expect(liveBuffer.since('a')).toEqual([]);
		expect(liveBuffer.bytes).toBe(10);
		liveBuffer.tidy(60_000);
		expect(liveBuffer.bytes).toBe(0);
	});

	test('never exceeds its size; the oldest are evicted, of whatever camera', () => {
		const liveBuffer = new LiveBuffer(1_000_000);
		for (let at = 0; at < 50; at += 1) liveBuffer.add(at % 2 ? 'a' : 'b', true, frame(100_000), at);
		expect(liveBuffer.bytes).toBe(1_000_000);
		expect(liveBuffer.since('a')).toHaveLength(1);
		for (let at = 0; at < 20; at += 1) liveBuffer.add('c', true, frame(100_000), 50);
		expect(liveBuffer.since('a')).toEqual([]);
	});

	test('never holds more than 100,000 parts, however small', () => {
		const liveBuffer = new LiveBuffer(2 ** 30);
		for (let at = 0; at < 120_000; at += 1) liveBuffer.add('a', true, frame(20), 0);
		expect(liveBuffer.bytes).toBe(100_000 * 20);
	});

	test('counts the whole buffer that a frame keeps alive', () => {
		const liveBuffer = new LiveBuffer(1_000_000);
		for (let at = 0; at < 50; at += 1)
			liveBuffer.add('a', true, new Uint8Array(65_536).subarray(0, 33_000), at);
		expect(liveBuffer.bytes).toBe(15 * 65_536);
		liveBuffer.tidy(60_000);
		expect(liveBuffer.bytes).toBe(0);
	});

	test('does not keep the larger buffer of a small frame alive', () => {
		const liveBuffer = new LiveBuffer(2 ** 20);
		const large = new Uint8Array(65_536);
		liveBuffer.add('a', true, large.subarray(10, 20), 0);
		expect(liveBuffer.since('a')[0]!.buffer.byteLength).toBe(10);
	});
});

describe('RL2 the outbox', () => {
	const entry = (byte: number): Uint8Array<ArrayBuffer> => new Uint8Array([byte]);
	const invitation = (hash: string) => ({ hash, untilMs: 1_000 });
	const empty = { homes: [], letters: [], invitations: [invitation('i'), invitation('j')] };
	const opened = { kind: 'opened', home: 'h', invitation: 'i', entries: [entry(1)] } as const;

	test('RL29 of a roster settled repeatedly only the current form waits', () => {
		const outbox = new Outbox({ ...empty, homes: [{ home: 'h', entries: [entry(1)] }] });
		const fact = (from: number, ...more: number[]) =>
			outbox.add({ kind: 'appended', home: 'h', from, entries: more.map(entry) });
		fact(2, 2);
		expect(outbox.next()).toHaveLength(1);
		fact(3, 3, 4);
		for (let n = 0; n < 1000; n += 1) fact(4, n);
		expect(outbox.unconfirmed).toBe(2);
		const entries = [3, 999].map(entry);
		expect(outbox.next()).toMatchObject([{ n: 2, fact: { from: 3, entries } }]);
		outbox.retryAll();
		fact(2, 7);
		expect(outbox.next()).toMatchObject([
			{ n: 1, fact: { from: 2, entries: [entry(2)] } },
			{ n: 2, fact: { from: 2, entries: [entry(7)] } },
		]);
	});

	test('has the state that store will have', () => {
		const outbox = new Outbox(empty);
		outbox.add({ ...opened, entries: [...opened.entries] });
		outbox.add({ kind: 'appended', home: 'h', from: 2, entries: [entry(2)] });
		outbox.add({ kind: 'waits', letter: letter(1) });
		outbox.add({ kind: 'waits', letter: letter(2) });
		outbox.add({ kind: 'gone', ids: [1] });
		expect(outbox.kept).toEqual({
			homes: [{ home: 'h', entries: [entry(1), entry(2)] }],
			letters: [letter(2)],
			invitations: [invitation('j')],
		});
	});

	test('a used invitation does not come back with store', () => {
		const outbox = new Outbox(empty);
		outbox.add({ ...opened, entries: [...opened.entries] });
		expect(outbox.addInvitation(invitation('i'))).toBe(false);
		expect(outbox.addInvitation(invitation('k'))).toBe(true);
		expect(outbox.kept.invitations).toEqual([invitation('j'), invitation('k')]);
	});

	test('sends a few changes at a time, in order, and resends unconfirmed ones', () => {
		const outbox = new Outbox(empty);
		for (let id = 0; id < 100; id += 1) outbox.add({ kind: 'waits', letter: letter(id) });
		expect(outbox.next().map(({ n }) => n)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
		expect(outbox.next()).toEqual([]);
		outbox.confirmed(1);
		outbox.confirmed(2);
		expect(outbox.next().map(({ n }) => n)).toEqual([65, 66]);
		outbox.retryAll();
		expect(outbox.next()[0]!.n).toBe(3);
		expect(outbox.unconfirmed).toBe(98);
	});

	test('RL29 a message that is gone before it was sent to store is withdrawn; one that was sent is deleted there', () => {
		const outbox = new Outbox(empty);
		for (let id = 0; id < 70; id += 1) outbox.add({ kind: 'waits', letter: letter(id) });
		outbox.next();
		// Messages from 64 on were not sent; 5 and 6 may be written already.
		outbox.add({ kind: 'gone', ids: [5, 64] });
		outbox.add({ kind: 'gone', ids: [6, 65, 66] });
		outbox.retryAll();
		const told: unknown[] = [];
		for (let now = outbox.next(); now.length > 0; now = outbox.next()) {
			told.push(...now.map(({ fact }) => (fact.kind === 'waits' ? fact.letter.id : fact)));
			for (const { n } of now) outbox.confirmed(n);
		}
		expect(told.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, id) => id));
		expect(told.slice(64)).toEqual([67, 68, 69, { kind: 'gone', ids: [5, 6] }]);
	});

	test('RL29 while store is down, what waits is what the mailboxes hold, and no entry is dropped', () => {
		const [mailbox, outbox] = [new Mailbox([]), new Outbox(empty)];
		outbox.add({ ...opened, entries: [...opened.entries] });
		outbox.next();
		const box = 'x'.repeat(60_000);
		for (let id = 1; id <= 12_000; id += 1) {
			const left = mailbox.add(letter(id, { box }));
			outbox.add({ kind: 'waits', letter: letter(id, { box }) });
			if (left.length > 0) outbox.add({ kind: 'gone', ids: ids(left) });
		}
		// 17 messages are a megabyte.
		expect(outbox.unconfirmed).toBe(18);
		expect(outbox.kept.letters).toHaveLength(17);
		outbox.retryAll();
		expect(outbox.next()[0]!.fact.kind).toBe('opened');
	});
});

describe('RL2 ID45 a roster that an owner settled', () => {
	test('RL29 waits once if settled repeatedly while store is down', () => {
		const outbox = new Outbox({ homes: [], letters: [], invitations: [] });
		const database = new RelayDatabase(':memory:');
		outbox.add(opened);
		outbox.add(appended(3, 9));
		for (const one of outbox.next()) database.apply(one.fact, 1);
		for (let round = 0; round < 500; round += 1) {
			outbox.add(appended(4, 10, 11, 12));
			outbox.add(appended(3, 20, round % 200));
			if (round % 100 === 0) outbox.retryAll();
		}
		expect(outbox.unconfirmed).toBe(3);
		const told = outbox.next().map(({ fact }) => fact);
		for (const fact of told) database.apply(fact, 1);
		expect(told.at(-1)).toEqual(appended(3, 20, 99));
		expect(database.readState(1).homes).toEqual(outbox.kept.homes);
		// Already sent: the next one is a separate change.
		outbox.add(appended(5, 30));
		expect(outbox.next().map(({ fact }) => fact)).toEqual([appended(5, 30)]);
	});

	const bytes = (...said: number[]) => said.map((one) => new Uint8Array([one]));
	const appended = (from: number, ...said: number[]) =>
		({ kind: 'appended', home: 'h', from, entries: bytes(...said) }) as const;
	const opened = { kind: 'opened', home: 'h', invitation: 'i', entries: bytes(1, 2) } as const;

	test('replaces the dropped entries in outbox and database, even if applied twice', () => {
		const outbox = new Outbox({ homes: [], letters: [], invitations: [{ hash: 'i', untilMs: 1 }] });
		const database = new RelayDatabase(':memory:');
		const facts = [opened, appended(3, 3, 4, 5), appended(3, 6, 7), appended(5, 8)];
		for (const fact of facts) outbox.add(fact);
		for (const fact of [...facts, ...facts.slice(1)]) database.apply(fact, 1);
		const homes = [{ home: 'h', entries: bytes(1, 2, 6, 7, 8) }];
		expect(outbox.kept.homes).toEqual(homes);
		expect(database.readState(1).homes).toEqual(homes);
		database.close();
	});
});
