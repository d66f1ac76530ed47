import { describe, expect, test } from 'vitest';
import { Database } from '#relay/database.ts';
import { Mailbox, type Letter } from '#relay/mailbox.ts';
import { Outbox } from '#relay/outbox.ts';
import { Ring } from '#relay/ring.ts';

const letter = (id: number, more: Partial<Letter> = {}): Letter => ({
	...{ home: 'h', to: 'd', id, from: 'f', box: 'box', untilMs: 1_000 },
	...more,
});
const ids = (letters: readonly { id: number }[]): number[] => letters.map(({ id }) => id);

describe('RL15 the mailbox', () => {
	test('keeps in order until it is read', () => {
		const mailbox = new Mailbox([letter(1)]);
		mailbox.keep(letter(2));
		mailbox.keep(letter(3, { to: 'other' }));
		expect(ids(mailbox.waitingFor('h', 'd', 0))).toEqual([1, 2]);
		expect(mailbox.got('h', 'd', 1)?.id).toBe(1);
		expect(mailbox.got('h', 'd', 1)).toBeNull();
		expect(mailbox.got('h', 'd', 3)).toBeNull();
		expect(ids(mailbox.waitingFor('h', 'd', 0))).toEqual([2]);
	});

	test('holds 256 a device; the oldest leave', () => {
		const mailbox = new Mailbox([]);
		const left = Array.from({ length: 300 }, (_, id) => mailbox.keep(letter(id))).flat();
		expect(ids(left)).toEqual(Array.from({ length: 44 }, (_, id) => id));
		expect(mailbox.waitingFor('h', 'd', 0)).toHaveLength(256);
	});

	test('holds 1 MiB a device', () => {
		const mailbox = new Mailbox([]);
		const box = 'x'.repeat(60_000);
		for (let id = 0; id < 40; id += 1) mailbox.keep(letter(id, { box }));
		expect(mailbox.waitingFor('h', 'd', 0)).toHaveLength(17);
	});

	test('lets go of what is over', () => {
		const mailbox = new Mailbox([letter(1), letter(2, { untilMs: 5_000 })]);
		expect(ids(mailbox.waitingFor('h', 'd', 1_000))).toEqual([2]);
		expect(ids(mailbox.tidy(1_000))).toEqual([1]);
		expect(ids(mailbox.clear('h', 'd'))).toEqual([2]);
	});

	test('ids rise, over a clock that is set back and over a restart', () => {
		const mailbox = new Mailbox([]);
		const first = mailbox.nextId(5_000);
		expect(mailbox.nextId(1_000)).toBe(first + 1);
		expect(new Mailbox([letter(9_999_999)]).nextId(1)).toBe(10_000_000);
	});
});

describe('RL21 the ring', () => {
	const frame = (length: number): Uint8Array => new Uint8Array(length);

	test('gives what comes after the newest key part', () => {
		const ring = new Ring(2 ** 20);
		for (const [at, key] of [true, false, true, false, false].entries())
			ring.add('a', key, frame(at + 1), at);
		expect(ring.since('a').map(({ length }) => length)).toEqual([3, 4, 5]);
		expect(ring.since('b')).toEqual([]);
	});

	test('forgets after 30 s', () => {
		const ring = new Ring(2 ** 20);
		ring.add('a', true, frame(10), 0);
		ring.add('a', false, frame(10), 20_000);
		ring.tidy(30_001);
		expect(ring.since('a')).toEqual([]);
		expect(ring.bytes).toBe(10);
		ring.tidy(60_000);
		expect(ring.bytes).toBe(0);
	});

	test('never holds more than its bytes, the oldest leave, whosever they are', () => {
		const ring = new Ring(1_000_000);
		for (let at = 0; at < 50; at += 1) ring.add(at % 2 ? 'a' : 'b', true, frame(100_000), at);
		expect(ring.bytes).toBe(1_000_000);
		expect(ring.since('a')).toHaveLength(1);
		for (let at = 0; at < 20; at += 1) ring.add('c', true, frame(100_000), 50);
		expect(ring.since('a')).toEqual([]);
	});

	test('does not hold the buffer that a frame was cut from', () => {
		const ring = new Ring(2 ** 20);
		const large = new Uint8Array(65_536);
		ring.add('a', true, large.subarray(10, 20), 0);
		expect(ring.since('a')[0]!.buffer.byteLength).toBe(10);
	});
});

describe('RL2 the outbox', () => {
	const entry = (byte: number): Uint8Array<ArrayBuffer> => new Uint8Array([byte]);
	const empty = { homes: [], letters: [], invitations: ['i', 'j'] };
	const opened = { kind: 'opened', home: 'h', invitation: 'i', entries: [entry(1)] } as const;

	test('adds up to what store will have', () => {
		const outbox = new Outbox(empty);
		outbox.add({ ...opened, entries: [...opened.entries] });
		outbox.add({ kind: 'appended', home: 'h', from: 2, entries: [entry(2)] });
		outbox.add({ kind: 'waits', letter: letter(1) });
		outbox.add({ kind: 'waits', letter: letter(2) });
		outbox.add({ kind: 'gone', ids: [1] });
		expect(outbox.kept).toEqual({
			homes: [{ home: 'h', entries: [entry(1), entry(2)] }],
			letters: [letter(2)],
			invitations: ['j'],
		});
	});

	test('an invitation that is used up does not come back with store', () => {
		const outbox = new Outbox(empty);
		outbox.add({ ...opened, entries: [...opened.entries] });
		expect(outbox.invited('i')).toBe(false);
		expect(outbox.invited('k')).toBe(true);
		expect(outbox.kept.invitations).toEqual(['j', 'k']);
	});

	test('tells a few at a time, in order, and again what was not confirmed', () => {
		const outbox = new Outbox(empty);
		for (let id = 0; id < 100; id += 1) outbox.add({ kind: 'gone', ids: [id] });
		expect(outbox.next().map(({ n }) => n)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
		expect(outbox.next()).toEqual([]);
		outbox.confirmed(1);
		outbox.confirmed(2);
		expect(outbox.next().map(({ n }) => n)).toEqual([65, 66]);
		outbox.again();
		expect(outbox.next()[0]!.n).toBe(3);
		expect(outbox.unconfirmed).toBe(98);
	});

	test('while store is away for long, letters are dropped and never an entry', () => {
		const outbox = new Outbox(empty);
		outbox.add({ ...opened, entries: [...opened.entries] });
		for (let id = 0; id < 12_000; id += 1) outbox.add({ kind: 'gone', ids: [id] });
		expect(outbox.unconfirmed).toBe(10_000);
		expect(outbox.next()[0]!.fact.kind).toBe('opened');
	});
});

describe('RL2 ID45 a roster that an owner settled', () => {
	const bytes = (...said: number[]) => said.map((one) => new Uint8Array([one]));
	const appended = (from: number, ...said: number[]) =>
		({ kind: 'appended', home: 'h', from, entries: bytes(...said) }) as const;
	const opened = { kind: 'opened', home: 'h', invitation: 'i', entries: bytes(1, 2) } as const;

	test('is kept in place of what fell, in the outbox and in the database, told twice as well', () => {
		const outbox = new Outbox({ homes: [], letters: [], invitations: ['i'] });
		const database = new Database(':memory:');
		const facts = [opened, appended(3, 3, 4, 5), appended(3, 6, 7), appended(5, 8)];
		for (const fact of facts) outbox.add(fact);
		for (const fact of [...facts, ...facts.slice(1)]) database.take(fact, 1);
		const homes = [{ home: 'h', entries: bytes(1, 2, 6, 7, 8) }];
		expect(outbox.kept.homes).toEqual(homes);
		expect(database.kept(1).homes).toEqual(homes);
		database.close();
	});
});
