import { beforeEach, describe, expect, it, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { FreshnessGate } from '#engine/messaging/freshness-gate.ts';
import type { Sender } from '#engine/messaging/messenger.ts';
import {
	MESSAGE_EFFECTS,
	messageSchema,
	messageBodyFrom,
	messageBodyText,
	type ActionMessage,
	type CountedMessage,
	type MessageBody,
} from '#protocol/message.ts';
import { ManualClock } from '../../fakes/clock.ts';

const crypto = new WebCrypto();
const camera = 'ca'.repeat(16);
const want: ActionMessage = { t: 'want-grants', earlier: false, known: [camera] };
const show: CountedMessage = { t: 'show-earlier', device: 'de'.repeat(16), entry: 3 };

/** Two devices whose messages reach each other only when a test delivers them. */
class Page {
	acts: FreshnessGate;
	readonly id: DeviceId;
	readonly clock: ManualClock;
	readonly vault = new MemoryVault();
	readonly sent: MessageBody[] = [];
	readonly did: string[] = [];

	constructor(id: string, clock: ManualClock) {
		this.id = id.repeat(16) as DeviceId;
		this.clock = clock;
		this.acts = this.begun();
	}

	/** A gate after a reload: only the vault is kept. */
	begun(): FreshnessGate {
		const { clock, vault } = this;
		return (this.acts = new FreshnessGate({ clock, crypto, vault }, (_, body) => {
			const whole = messageBodyFrom(messageBodyText(body));
			if (whole === null) throw new Error('not a valid message');
			this.sent.push(whole);
			return Promise.resolve('taken');
		}));
	}

	async hear(body: MessageBody, from: Page): Promise<void> {
		const sender: Sender = { device: from.id, roles: [] };
		const message = await this.acts.receive(body, sender);
		if (message !== null) this.did.push(message.t);
	}
}

let clock: ManualClock;
let viewer: Page;
let host: Page;
beforeEach(() => {
	clock = new ManualClock();
	[viewer, host] = [new Page('a1', clock), new Page('b2', clock)];
});

/** Delivers everything written so far. */
async function carry(from: Page, to: Page): Promise<MessageBody[]> {
	const all = from.sent.splice(0);
	for (const body of all) await to.hear(body, from);
	return all;
}

async function acquaint(): Promise<void> {
	await host.acts.sendNotice(viewer.id, { t: 'acted', rosterSeq: 1 }, 0);
	await carry(host, viewer);
}

describe('messages that act', () => {
	it('LT8 an action with a nonce of its reader is carried out once', async () => {
		await acquaint();
		await viewer.acts.sendAction(host.id, want);
		const [body] = await carry(viewer, host);
		expect(host.did).toEqual(['want-grants']);
		await host.hear(body!, viewer);
		expect(host.did).toEqual(['want-grants']);
		expect(host.sent).toEqual([]);
	});

	it('LT8 an action delayed beyond its sender’s deadline is not carried out', async () => {
		await acquaint();
		clock.advance(4000);
		await viewer.acts.sendAction(host.id, want);
		const [body] = viewer.sent.splice(0);
		clock.advance(4999);
		const early = {
			...body!,
			beside: { ...body!.beside, act: { ...body!.beside.act!, id: host.id } },
		};
		await host.hear(early, viewer);
		expect(host.did).toEqual(['want-grants']);
		clock.advance(1);
		await host.hear(body!, viewer);
		expect(host.did).toEqual(['want-grants']);
	});

	it('LT8 the time a nonce spent in transit shortens the deadline, never extends it', async () => {
		await host.acts.sendNotice(viewer.id, { t: 'acted', rosterSeq: 1 }, 0);
		clock.advance(9000);
		await carry(host, viewer);
		await viewer.acts.sendAction(host.id, want);
		const [body] = viewer.sent.splice(0);
		await host.hear(body!, viewer);
		expect(host.did).toEqual([]);
	});

	it('LT7 an old nonce is worthless ten hours later, after sleep, and for another page of the device', async () => {
		await acquaint();
		await viewer.acts.sendAction(host.id, want);
		const [body] = viewer.sent.splice(0);
		host.begun();
		await host.hear(body!, viewer);
		expect(host.did).toEqual([]);
		host.sent.length = 0;
		await acquaint();
		await viewer.acts.sendAction(host.id, want);
		const [held] = viewer.sent.splice(0);
		// The monotonic clock may stop while a device sleeps.
		clock.step(10 * 3_600_000);
		await host.hear(held!, viewer);
		expect(host.did).toEqual([]);
	});

	it('LT7 an action with a nonce for another device, or without one, is not carried out', async () => {
		const other = new Page('c3', clock);
		await acquaint();
		await viewer.acts.sendAction(host.id, want);
		const [body] = viewer.sent.splice(0);
		await host.hear(body!, other);
		await host.hear({ message: want, beside: {} }, viewer);
		const act = { id: 'ab'.repeat(16), nonces: [] };
		await host.hear({ message: want, beside: { act } }, viewer);
		expect(host.did).toEqual([]);
	});

	it('LT9 an action without a valid nonce is answered stale and repeated until its deadline', async () => {
		await viewer.acts.sendAction(host.id, want);
		await carry(viewer, host);
		expect(host.did).toEqual([]);
		await carry(host, viewer);
		await carry(viewer, host);
		expect(host.did).toEqual(['want-grants']);
		// The last answer was `stale`; after the deadline it changes nothing.
		await viewer.acts.sendAction(host.id, want);
		host.begun();
		await carry(viewer, host);
		clock.advance(5001);
		await carry(host, viewer);
		expect(viewer.sent).toEqual([]);
	});

	it('LT8 a sender that slept does not repeat an action whose deadline has passed by either clock', async () => {
		await viewer.acts.sendAction(host.id, want);
		await carry(viewer, host);
		clock.step(10 * 3_600_000);
		await carry(host, viewer);
		await carry(viewer, host);
		expect(host.did).toEqual([]);
	});

	it('LT9 each of several pages of a device carries an action out once', async () => {
		const tab = new Page('b2', clock);
		await viewer.acts.sendAction(host.id, want);
		for (let round = 0; round < 4; round += 1) {
			const all = viewer.sent.splice(0);
			for (const body of all) for (const page of [host, tab]) await page.hear(body, viewer);
			await carry(host, viewer);
			await carry(tab, viewer);
		}
		expect([host.did, tab.did]).toEqual([['want-grants'], ['want-grants']]);
		expect(viewer.sent).toEqual([]);
	});

	it('LT14 the work and memory that one device can cause at another are limited', async () => {
		await acquaint();
		for (let n = 0; n < 1100; n += 1) await viewer.acts.sendAction(host.id, want);
		await carry(viewer, host);
		expect(host.did.length).toBe(200);
		clock.advance(1000);
		await viewer.acts.sendCounted(host.id, show, 3600);
		for (let n = 0; n < 100; n += 1) await viewer.acts.sendAction(host.id, want);
		await carry(viewer, host);
		expect(host.did.slice(200)).toEqual(['show-earlier', ...Array<string>(10).fill('want-grants')]);
	});
});

describe('messages that may wait', () => {
	it('LT10 it counts once, even after a week, and not again after a reload', async () => {
		await viewer.acts.sendCounted(host.id, show, 3600);
		const [body] = viewer.sent.splice(0);
		clock.advance(7 * 24 * 3_600_000);
		await host.hear(body!, viewer);
		expect(host.did).toEqual(['show-earlier']);
		host.begun();
		await host.hear(body!, viewer);
		expect(host.did).toEqual(['show-earlier']);
		viewer.begun();
		await viewer.acts.sendCounted(host.id, show, 3600);
		await carry(viewer, host);
		expect(host.did).toEqual(['show-earlier', 'show-earlier']);
	});

	it('LT10 it does not count without a counter value or with a value that is not higher', async () => {
		await host.hear({ message: show, beside: {} }, viewer);
		await viewer.acts.sendCounted(host.id, show, 3600);
		await viewer.acts.sendCounted(host.id, show, 3600);
		const [first, second] = viewer.sent.splice(0);
		await host.hear(second!, viewer);
		await host.hear(first!, viewer);
		expect(host.did).toEqual(['show-earlier']);
	});
});

test('LT7 every message is assigned to a kind: acts, may wait, answers or tells', () => {
	const known = messageSchema.options.map((option) => option.entries.t.literal);
	expect(Object.keys(MESSAGE_EFFECTS).toSorted()).toEqual([...known].toSorted());
	// An answer names a nonce or an id that its reader made.
	for (const { entries } of messageSchema.options) {
		if (MESSAGE_EFFECTS[entries.t.literal] !== 'answers') continue;
		expect('peer' in entries || 'id' in entries).toBe(true);
	}
});
