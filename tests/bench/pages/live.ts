/** Baselines for live pictures: a connection of two pages, and an echo of encoded frames. */
export interface LiveBench {
	/** The picture of the camera page, drawn here. */
	source(): void;
	offer(): Promise<string>;
	answer(offer: string): Promise<string>;
	accept(answer: string): Promise<void>;
	/** Encodes, sends each batch to the echo and decodes what returns, until `stop`. */
	echo(url: string): Promise<void>;
	stop(): void;
}

declare global {
	interface Window {
		liveBench: LiveBench;
	}
}

interface Processor {
	readonly readable: ReadableStream<VideoFrame>;
}

let stream: MediaStream | null = null;
let pc: RTCPeerConnection | null = null;
let over = false;

async function gathered(connection: RTCPeerConnection): Promise<string> {
	if (connection.iceGatheringState !== 'complete') {
		await new Promise<void>((done) => {
			connection.onicegatheringstatechange = () => {
				if (connection.iceGatheringState === 'complete') done();
			};
		});
	}
	return connection.localDescription?.sdp ?? '';
}

function show(element: HTMLElement): void {
	element.style.inlineSize = '1280px';
	document.body.append(element);
}

window.liveBench = {
	source: () => {
		stream = (window as unknown as { strip: () => MediaStream }).strip();
		const video = document.createElement('video');
		video.muted = true;
		video.srcObject = stream;
		show(video);
		void video.play();
	},
	offer: async () => {
		pc = new RTCPeerConnection();
		for (const track of stream?.getTracks() ?? []) pc.addTrack(track, stream ?? new MediaStream());
		await pc.setLocalDescription(await pc.createOffer());
		return gathered(pc);
	},
	answer: async (offer) => {
		pc = new RTCPeerConnection();
		const video = document.createElement('video');
		video.muted = true;
		show(video);
		pc.ontrack = ({ streams }) => {
			video.srcObject = streams[0] ?? null;
			void video.play();
		};
		await pc.setRemoteDescription({ type: 'offer', sdp: offer });
		await pc.setLocalDescription(await pc.createAnswer());
		return gathered(pc);
	},
	accept: async (answer) => {
		await pc?.setRemoteDescription({ type: 'answer', sdp: answer });
	},
	echo: async (url) => {
		const canvas = document.createElement('canvas');
		[canvas.width, canvas.height] = [1280, 720];
		show(canvas);
		const pen = canvas.getContext('2d', { alpha: false });
		const decoder = new VideoDecoder({
			output: (frame) => {
				pen?.drawImage(frame, 0, 0);
				frame.close();
			},
			error: () => undefined,
		});
		decoder.configure({ codec: 'avc1.42E01F', optimizeForLatency: true });
		const socket = new WebSocket(url);
		socket.binaryType = 'arraybuffer';
		await new Promise<void>((open) => {
			socket.onopen = () => {
				open();
			};
		});
		let known = false;
		socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
			const key = new Uint8Array(data)[0] === 1;
			known ||= key;
			if (!known) return;
			const type = key ? 'key' : 'delta';
			decoder.decode(new EncodedVideoChunk({ type, timestamp: 0, data: data.slice(1) }));
		};
		const encoder = new VideoEncoder({
			output: (chunk) => {
				const bytes = new Uint8Array(chunk.byteLength + 1);
				bytes[0] = chunk.type === 'key' ? 1 : 0;
				chunk.copyTo(bytes.subarray(1));
				socket.send(bytes);
			},
			error: () => undefined,
		});
		encoder.configure({
			...{ codec: 'avc1.42E01F', avc: { format: 'annexb' }, latencyMode: 'realtime' },
			...{ width: 1280, height: 720, bitrate: 1_500_000, framerate: 20 },
		});
		const [track] = stream?.getVideoTracks() ?? [];
		const { MediaStreamTrackProcessor: Maker } = globalThis as unknown as {
			MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => Processor;
		};
		if (track === undefined) return;
		const reader = new Maker({ track: track.clone() }).readable.getReader();
		void (async () => {
			for (let count = 0; !over; count += 1) {
				const { value } = await reader.read();
				if (value === undefined) return;
				if (encoder.encodeQueueSize < 3) encoder.encode(value, { keyFrame: count % 20 === 0 });
				value.close();
			}
		})();
	},
	stop: () => {
		over = true;
		pc?.close();
		for (const track of stream?.getTracks() ?? []) track.stop();
	},
};
