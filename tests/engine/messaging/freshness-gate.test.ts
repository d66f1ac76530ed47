import { beforeEach, describe, expect, it, test } from 'vitest';
import { WebCrypto } from '#browser/keys/crypto.ts';
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
const want: ActionMessage = { t: 'want-grants', camera, earlier: false };
const show: CountedMessage = { t: 'show-earlier', device: 'de'.repeat(16), entry: 3 };

/** Two devices, and what is between them: nothing gets on unless a test carries it. */
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

	/** As after a reload: what it kept is in the vault. */
	begun(): FreshnessGate {
		const { clock, vault } = this;
		return (this.acts = new FreshnessGate({ clock, crypto, vault }, (_, body) => {
			const whole = messageBodyFrom(messageBodyText(body));
			if (whole === null) throw new Error('no letter of ours');
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

/** All that was written until now gets to the other. */
async function carry(from: Page, to: Page): Promise<MessageBody[]> {
	const all = from.sent.splice(0);
	for (const body of all) await to.hear(body, from);
	return all;
}

async function acquaint(): Promise<void> {
	await host.acts.sendNotice(viewer.id, { t: 'acted', rosterSeq: 1 }, 0);
	await carry(host, viewer);
}

describe('what acts', () => {
	it('LT8 is done once, with a nonce of its reader', async () => {
		await acquaint();
		await viewer.acts.sendAction(host.id, want);
		const [body] = await carry(viewer, host);
		expect(host.did).toEqual(['want-grants']);
		await host.hear(body!, viewer);
		expect(host.did).toEqual(['want-grants']);
		expect(host.sent).toEqual([]);
	});

	it('LT8 held back longer than its sender waits, it is not done any more', async () => {
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

	it('LT8 the time that the nonce was under way is taken off, never added', async () => {
		await host.acts.sendNotice(viewer.id, { t: 'acted', rosterSeq: 1 }, 0);
		clock.advance(9000);
		await carry(host, viewer);
		await viewer.acts.sendAction(host.id, want);
		const [body] = viewer.sent.splice(0);
		await host.hear(body!, viewer);
		expect(host.did).toEqual([]);
	});

	it('LT7 ten hours later, after sleep, and for another page of that device: nothing', async () => {
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
		// The monotonic clock of a device that sleeps may stand still.
		clock.step(10 * 3_600_000);
		await host.hear(held!, viewer);
		expect(host.did).toEqual([]);
	});

	it('LT7 with a nonce that was given to another device, or without any, nothing is done', async () => {
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

	it('LT9 who has no nonce of now is told so, and says it again within its time', async () => {
		await viewer.acts.sendAction(host.id, want);
		await carry(viewer, host);
		expect(host.did).toEqual([]);
		await carry(host, viewer);
		await carry(viewer, host);
		expect(host.did).toEqual(['want-grants']);
		// The last answer was that it was stale: too late it changes nothing.
		await viewer.acts.sendAction(host.id, want);
		host.begun();
		await carry(viewer, host);
		clock.advance(5001);
		await carry(host, viewer);
		expect(viewer.sent).toEqual([]);
	});

	it('LT8 a sender that slept meanwhile does not say it again: its time is past by either clock', async () => {
		await viewer.acts.sendAction(host.id, want);
		await carry(viewer, host);
		clock.step(10 * 3_600_000);
		await carry(host, viewer);
		await carry(viewer, host);
		expect(host.did).toEqual([]);
	});

	it('LT9 of several pages of a device each does it once', async () => {
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

	it('LT14 one device cannot make another do, or remember, more than so much', async () => {
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

describe('what may wait', () => {
	it('LT10 counts once, after a week too, and not again after a reload', async () => {
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

	it('LT10 without a number it is nothing, and an older one than was read does not count', async () => {
		await host.hear({ message: show, beside: {} }, viewer);
		await viewer.acts.sendCounted(host.id, show, 3600);
		await viewer.acts.sendCounted(host.id, show, 3600);
		const [first, second] = viewer.sent.splice(0);
		await host.hear(second!, viewer);
		await host.hear(first!, viewer);
		expect(host.did).toEqual(['show-earlier']);
	});
});

test('LT7 every message has its place: what acts, what may wait, what answers, what tells', () => {
	const known = messageSchema.options.map((option) => option.entries.t.literal);
	expect(Object.keys(MESSAGE_EFFECTS).toSorted()).toEqual([...known].toSorted());
	// What answers names what its reader made: a nonce, or an id.
	for (const { entries } of messageSchema.options) {
		if (MESSAGE_EFFECTS[entries.t.literal] !== 'answers') continue;
		expect('peer' in entries || 'id' in entries).toBe(true);
	}
});
