import { expect, test } from 'vitest';
import { buildDescriptor, parseDescriptor } from '#domain/pairing/peer-descriptor.ts';
import type {
	DataChannel,
	DataChannelEvents,
	DataConnectionEvents,
	DataConnections,
} from '#ports/network/data-connection.ts';

/** What one end reports, in order. */
class Reported implements DataConnectionEvents, DataChannelEvents {
	readonly calls: string[] = [];
	readonly channels: DataChannel[] = [];
	up = (): void => void this.calls.push('up');
	down = (): void => void this.calls.push('down');
	text = (text: string): void => void this.calls.push(text);
	bytes = (bytes: Uint8Array): void => void this.calls.push(bytes.join());
	ended = (): void => void this.calls.push('ended');
	channel = (channel: DataChannel): DataChannelEvents => {
		this.channels.push(channel);
		return this;
	};
}

/** `make`: two devices that can reach each other. */
export function dataConnectionsContract(make: () => [DataConnections, DataConnections]): void {
	const soon = { timeout: 20_000 };
	/** Connects two ends by descriptors alone, as read from a code. */
	const connected = async () => {
		const [here, there] = make();
		const [first, second] = [new Reported(), new Reported()];
		const offered = await here.offer(first);
		const scanned = (descriptor: typeof offered.descriptor) =>
			parseDescriptor(buildDescriptor(descriptor));
		const answered = await there.answer(scanned(offered.descriptor), second);
		expect([first.calls, second.calls]).toEqual([[], []]);
		await offered.accept(scanned(answered.descriptor));
		await expect.poll(() => [first.calls, second.calls], soon).toEqual([['up'], ['up']]);
		return { first, second, offered, answered };
	};

	test('NB1 both ends come up once; messages arrive whole and in order, both ways', async () => {
		const { first, offered, answered } = await connected();
		const guest = new Reported();
		const channel = await answered.open(guest);
		await expect.poll(() => first.channels.length, soon).toBe(1);
		channel.sendText('one');
		channel.sendBytes(Uint8Array.of(2, 3));
		channel.sendText('four');
		await expect.poll(() => first.calls, soon).toEqual(['up', 'one', '2,3', 'four']);
		first.channels[0]?.sendText('back');
		await expect.poll(() => guest.calls, soon).toEqual(['back']);
		offered.close();
		await expect.poll(() => guest.calls, soon).toEqual(['back', 'ended']);
	});

	test('a closed end reports nothing; the other goes down once, and opens no channel', async () => {
		const { first, second, offered, answered } = await connected();
		offered.close();
		offered.close();
		await expect.poll(() => second.calls, soon).toEqual(['up', 'down']);
		expect(first.calls).toEqual(['up']);
		await expect(answered.open(new Reported())).rejects.toMatchObject({ kind: 'offline' });
		answered.close();
		expect(second.calls).toEqual(['up', 'down']);
	});

	test('what was sent before a channel closed arrives, then its end; nothing is sent after', async () => {
		const { first, offered, answered } = await connected();
		const channel = await answered.open(new Reported());
		await expect.poll(() => first.channels.length, soon).toBe(1);
		channel.sendText('last');
		channel.close();
		channel.sendText('lost');
		await expect.poll(() => first.calls, soon).toEqual(['up', 'last', 'ended']);
		for (const end of [offered, answered]) end.close();
	});
}
