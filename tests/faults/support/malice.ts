/**
 * A malicious relay: a proxy in front of the real one that may change, withhold, replay or invent
 * frames in both directions.
 */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';

/** One device's connection through it. */
export interface Passage {
	/** In order of arrival. */
	readonly number: number;
	/** Sends a frame as if from the relay. */
	toDevice(what: FromRelay | Uint8Array): void;
	/** Sends a frame as if from the device. */
	toRelay(what: FromDevice | Uint8Array): void;
	cut(): void;
}

/** Maps a frame to itself, to others, or to nothing. */
export interface Plot {
	/** From the relay to a device. */
	down?(frame: FromRelay, passage: Passage): readonly FromRelay[];
	/** From a device to the relay. */
	up?(frame: FromDevice, passage: Passage): readonly FromDevice[];
	partDown?(part: Buffer, passage: Passage): readonly Uint8Array[];
}

export interface Malice {
	/** The address for pages and devices. */
	readonly address: string;
	readonly passages: readonly Passage[];
	/** Applies to all further frames. */
	plot: Plot;
	close(): Promise<void>;
}

/** Starts a proxy in front of a relay on this machine, which sees everybody as direct clients. */
export async function maliceBefore(relay: string): Promise<Malice> {
	const target = new URL(relay);
	const server = createServer((asked, answer) => {
		passOn(target, asked, answer);
	});
	const sockets = new WebSocketServer({
		...{ noServer: true, perMessageDeflate: false, maxPayload: 2 ** 20 },
		handleProtocols: (offered) => [...offered][0] ?? false,
	});
	const passages: Passage[] = [];
	const malice = { plot: {} as Plot };
	server.on('upgrade', (asked, socket, head) => {
		sockets.handleUpgrade(asked, socket, head, (device) => {
			passages.push(passage(target, asked, device, passages.length, malice));
		});
	});
	server.listen(0, 'localhost');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return Object.assign(malice, {
		address: `http://localhost:${port}`,
		passages,
		close: async () => {
			for (const one of passages) one.cut();
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	});
}

function passOn(target: URL, asked: IncomingMessage, answer: ServerResponse): void {
	const { method, url: path, headers } = asked;
	const whole = { host: target.hostname, port: target.port, method, path, headers };
	const onward = request({ ...whole, setHost: false }, (heard) => {
		answer.writeHead(heard.statusCode ?? 502, heard.headers);
		heard.pipe(answer);
	});
	onward.on('error', () => answer.destroy());
	asked.pipe(onward);
}

function passage(
	target: URL,
	{ headers, url }: IncomingMessage,
	device: WebSocket,
	number: number,
	malice: { plot: Plot },
): Passage {
	const relay = new WebSocket(`ws://${target.host}${url ?? ''}`, device.protocol, {
		...{ perMessageDeflate: false, origin: headers.origin },
		headers: { Host: headers.host },
	});
	const early: (string | Uint8Array)[] = [];
	const say = (to: WebSocket, what: object): void => {
		const data = what instanceof Uint8Array ? what : JSON.stringify(what);
		if (to.readyState === WebSocket.OPEN) to.send(data);
		else if (to.readyState === WebSocket.CONNECTING) early.push(data);
	};
	const self: Passage = {
		number,
		toDevice: (what) => say(device, what),
		toRelay: (what) => say(relay, what),
		cut: () => {
			device.terminate();
			relay.terminate();
		},
	};
	relay.on('open', () => {
		for (const data of early.splice(0)) relay.send(data);
	});
	relay.on('message', (data: RawData, binary) => {
		const bytes = data as Buffer;
		if (binary) {
			for (const one of malice.plot.partDown?.(bytes, self) ?? [bytes]) self.toDevice(one);
			return;
		}
		const frame = JSON.parse(bytes.toString()) as FromRelay;
		for (const one of malice.plot.down?.(frame, self) ?? [frame]) self.toDevice(one);
	});
	device.on('message', (data: RawData, binary) => {
		const bytes = data as Buffer;
		if (binary) {
			self.toRelay(bytes);
			return;
		}
		const frame = JSON.parse(bytes.toString()) as FromDevice;
		for (const one of malice.plot.up?.(frame, self) ?? [frame]) self.toRelay(one);
	});
	for (const [one, other] of [
		[relay, device],
		[device, relay],
	] as const) {
		one.on('error', () => undefined);
		one.on('close', (code, reason) => {
			if (other.readyState !== WebSocket.OPEN) other.terminate();
			else if (code === 1000 || code >= 4000) other.close(code, reason);
			else other.close();
		});
	}
	return self;
}
