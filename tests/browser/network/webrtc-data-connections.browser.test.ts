import { afterEach, expect, it } from 'vitest';
import { WebRtcDataConnections } from '#browser/network/webrtc-data-connections.ts';
import {
	buildDescriptor,
	parseDescriptor,
	type PeerDescriptor,
} from '#domain/pairing/peer-descriptor.ts';
import type {
	DataConnectionEvents,
	DataChannel,
	DataChannelEvents,
} from '#ports/network/data-connection.ts';
import { dataConnectionsContract } from '../../contracts/data-connections.ts';

dataConnectionsContract(() => [new WebRtcDataConnections(), new WebRtcDataConnections()]);

/** As read from a code. */
const scanned = (descriptor: PeerDescriptor): PeerDescriptor =>
	parseDescriptor(buildDescriptor(descriptor));

const dataConnections = new WebRtcDataConnections();
const ends: { close(): void }[] = [];
afterEach(() => {
	for (const end of ends.splice(0)) end.close();
});

class Heard implements DataConnectionEvents, DataChannelEvents {
	ups = 0;
	downs = 0;
	readonly channels: DataChannel[] = [];
	readonly said: (string | Uint8Array)[] = [];
	overs = 0;
	up(): void {
		this.ups += 1;
	}
	down(): void {
		this.downs += 1;
	}
	channel(channel: DataChannel): DataChannelEvents {
		this.channels.push(channel);
		return this;
	}
	text(text: string): void {
		this.said.push(text);
	}
	bytes(bytes: Uint8Array): void {
		this.said.push(bytes);
	}
	ended(): void {
		this.overs += 1;
	}
}

async function connected(waitMs = 0): Promise<{
	first: Heard;
	second: Heard;
	open: (events: DataChannelEvents) => Promise<DataChannel>;
	close: () => void;
}> {
	const [first, second] = [new Heard(), new Heard()];
	const offered = await dataConnections.offer(first);
	const answered = await dataConnections.answer(scanned(offered.descriptor), second);
	ends.push(offered, answered);
	if (waitMs > 0) {
		const sinceMs = performance.now();
		await expect
			.poll(() => performance.now() - sinceMs, { timeout: waitMs + 5000, interval: 500 })
			.toBeGreaterThan(waitMs);
		expect(second.downs).toBe(0);
	}
	await offered.accept(scanned(answered.descriptor));
	await expect.poll(() => [first.ups, second.ups], { timeout: 20_000 }).toEqual([1, 1]);
	return {
		...{ first, second },
		open: (events) => answered.open(events),
		close: () => {
			answered.close();
		},
	};
}

it('NB1 NB6 two ends connect by descriptors alone and exchange whole messages in order', async () => {
	const { first, open } = await connected();
	const guest = new Heard();
	const channel = await open(guest);
	await expect.poll(() => first.channels.length).toBe(1);
	const long = 'ä'.repeat(40_000);
	const part = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
	channel.sendText('one');
	channel.sendText(long);
	channel.sendBytes(part);
	// Too long for any browser: not sent, and nothing breaks.
	channel.sendBytes(new Uint8Array(300_000));
	channel.sendText('two');
	await expect.poll(() => first.said.length).toBe(4);
	expect(first.said).toEqual(['one', long, part, 'two']);
	first.channels[0]?.sendText('back');
	await expect.poll(() => guest.said).toEqual(['back']);
	// A second channel beside it, and the end of the first.
	const other = await open(new Heard());
	channel.close();
	await expect.poll(() => first.overs).toBe(1);
	other.sendText('still here');
	await expect.poll(() => first.said.at(-1)).toBe('still here');
});

it('NB6 the last message arrives, and only the other side is told of the end', async () => {
	const { first, second, open, close } = await connected();
	const channel = await open(new Heard());
	channel.sendText('last words');
	close();
	await expect.poll(() => first.said).toEqual(['last words']);
	await expect.poll(() => first.downs, { timeout: 20_000 }).toBe(1);
	expect(first.overs).toBe(1);
	expect(second.downs).toBe(0);
	await expect(open(new Heard())).rejects.toMatchObject({ kind: 'offline' });
});

it('NB5 the answerer waits for a person who takes long to scan', async () => {
	await connected(25_000);
}, 240_000);

it('NB4 a peer other than the one in the code cannot connect', async () => {
	const [first, second] = [new Heard(), new Heard()];
	const offered = await dataConnections.offer(first);
	const answered = await dataConnections.answer(scanned(offered.descriptor), second);
	ends.push(offered, answered);
	const fingerprint = crypto.getRandomValues(new Uint8Array(32));
	await offered.accept({ ...scanned(answered.descriptor), fingerprint });
	await expect.poll(() => first.downs + second.downs, { timeout: 20_000 }).toBeGreaterThan(0);
	expect([first.ups, second.ups]).toEqual([0, 0]);
});
