import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { CameraPeer, PeerEvent, PeerConnections } from '#ports/network/peer-connection.ts';

/** What arrived of a picture. */
export interface SeenFrames {
	readonly count: number;
	/** The lens of the latest one. */
	readonly lens: Picture | null;
}

/** Devices on one network, with lenses and screens. */
export interface PeerWorld {
	readonly peers: PeerConnections;
	certificate(): Promise<DtlsCertificate>;
	/** A new lens. It gives frames while time passes. */
	lens(): Picture;
	screen(picture: Picture): SeenFrames;
	pass(ms: number): Promise<void>;
	dispose(): void;
}

type Peer = Pick<CameraPeer, 'candidate' | 'send' | 'close' | 'path'>;

/** One end and what it reported, without candidates; those go to the other end. */
class End<P extends Peer> {
	readonly peer: P;
	readonly reported: PeerEvent[] = [];
	candidates = 0;
	other: Peer | null = null;

	constructor(make: (onEvent: (event: PeerEvent) => void) => P) {
		this.peer = make((event) => {
			if (event.kind === 'candidate') {
				this.candidates += 1;
				void this.other?.candidate(event.candidate, event.mid);
			} else this.reported.push(event);
		});
	}

	count(kind: PeerEvent['kind']): number {
		return this.reported.filter((event) => event.kind === kind).length;
	}

	get said(): string[] {
		return this.reported.flatMap((event) => (event.kind === 'said' ? [event.text] : []));
	}
}

const pairs = (bytes: Uint8Array) =>
	Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');

/** The description of somebody who pretends to have another certificate. */
const pretending = (sdp: string, { fingerprint }: DtlsCertificate) =>
	sdp.replaceAll(/a=fingerprint:sha-256 \S+/g, `a=fingerprint:sha-256 ${pairs(fingerprint)}`);

/** What WebRTC does between two devices that can reach each other. */
export function peerConnectionsContract(make: () => PeerWorld): void {
	let world: PeerWorld;
	beforeEach(() => {
		world = make();
	});
	afterEach(() => world.dispose());

	/** Polls while time passes. */
	const soon = <T>(what: () => T | Promise<T>) =>
		expect.poll(
			async () => {
				await world.pass(20);
				return what();
			},
			{ timeout: 30_000 },
		);

	const pair = async () => {
		const { peers } = world;
		const [own, theirs] = [await world.certificate(), await world.certificate()];
		const lens = world.lens();
		const camera = new End((onEvent) => peers.camera(own, [], lens, onEvent));
		const viewer = new End((onEvent) => peers.viewer(theirs, [], onEvent));
		[camera.other, viewer.other] = [viewer.peer, camera.peer];
		return { camera, viewer, lens };
	};
	type Pair = Awaited<ReturnType<typeof pair>>;

	const negotiate = async ({ camera, viewer }: Pair, restart = false) =>
		camera.peer.accept(await viewer.peer.answer(await camera.peer.offer(restart)));

	const opened = async () => {
		const ends = await pair();
		await negotiate(ends);
		await soon(() => [ends.camera.count('open'), ends.viewer.count('open')]).toEqual([1, 1]);
		return ends;
	};

	const hangUp = ({ camera, viewer }: Pair) => {
		for (const { peer } of [camera, viewer]) peer.close();
	};

	test('LV1 an offer, its answer and the candidates of both connect, and open the channel', async () => {
		const ends = await pair();
		const { camera, viewer } = ends;
		expect(await camera.peer.path()).toBe(null);
		const offer = await camera.peer.offer(false);
		// The viewer gets what it can already have before it knows the offer.
		await viewer.peer.candidate('candidate:nonsense', '0');
		await soon(() => camera.candidates).toBeGreaterThan(0);
		await camera.peer.accept(await viewer.peer.answer(offer));
		await camera.peer.candidate('candidate:nonsense', '0');
		await soon(() => [camera.count('open'), viewer.count('open')]).toEqual([1, 1]);
		expect(viewer.candidates).toBeGreaterThan(0);
		for (const { reported } of [camera, viewer]) {
			await soon(() => reported.map(({ kind }) => kind).toSorted()).toEqual(['connected', 'open']);
		}
		await soon(() => camera.peer.path()).toBe('direct');
		await soon(() => viewer.peer.path()).toBe('direct');
		hangUp(ends);
	});

	test('messages arrive whole and in order, both ways; what is sent too early is dropped', async () => {
		const ends = await pair();
		const { camera, viewer } = ends;
		camera.peer.send('too early');
		viewer.peer.send('too early');
		await negotiate(ends);
		await soon(() => [camera.count('open'), viewer.count('open')]).toEqual([1, 1]);
		const long = 'ä'.repeat(20_000);
		for (const text of ['one', long, 'three']) camera.peer.send(text);
		await soon(() => viewer.said).toEqual(['one', long, 'three']);
		viewer.peer.send('back');
		await soon(() => camera.said).toEqual(['back']);
		hangUp(ends);
	});

	test('LV1 LV2 with another certificate than described nothing opens, whoever lies', async () => {
		const other = await world.certificate();
		for (const liar of ['camera', 'viewer'] as const) {
			const ends = await pair();
			const { camera, viewer } = ends;
			const seen = world.screen(viewer.peer.picture);
			const described = await camera.peer.offer(false);
			const offer = liar === 'camera' ? pretending(described, other) : described;
			const answer = await viewer.peer.answer(offer);
			await camera.peer.accept(liar === 'viewer' ? pretending(answer, other) : answer);
			const cheated = liar === 'camera' ? viewer : camera;
			await soon(() => cheated.count('failed')).toBe(1);
			for (const end of [camera, viewer]) {
				end.peer.send('anybody?');
				expect([end.count('open'), end.said]).toEqual([0, []]);
			}
			expect([cheated.count('connected'), seen.count]).toEqual([0, 0]);
			hangUp(ends);
		}
	});

	test('a description that makes no sense is malformed, and the right one still connects', async () => {
		const ends = await pair();
		const { camera, viewer } = ends;
		await expect(viewer.peer.answer('nonsense')).rejects.toMatchObject({ kind: 'malformed' });
		const offer = await camera.peer.offer(false);
		await expect(camera.peer.accept('nonsense')).rejects.toMatchObject({ kind: 'malformed' });
		await camera.peer.accept(await viewer.peer.answer(offer));
		await soon(() => [camera.count('open'), viewer.count('open')]).toEqual([1, 1]);
		hangUp(ends);
	});

	test.each(['camera', 'viewer'] as const)(
		'LV3 when the %s closes, the other is cut off and told once more of nothing',
		async (closing) => {
			const ends = await opened();
			const { camera, viewer } = ends;
			const [gone, left] = closing === 'camera' ? [camera, viewer] : [viewer, camera];
			const before = gone.reported.length;
			gone.peer.close();
			gone.peer.close();
			await soon(() => left.count('cut')).toBeGreaterThan(0);
			left.peer.send('anybody?');
			gone.peer.send('nobody');
			await gone.peer.candidate('candidate:nonsense', '0');
			await world.pass(200);
			expect(gone.reported).toHaveLength(before);
			expect([left.count('connected'), left.count('open'), left.said]).toEqual([1, 1, []]);
			hangUp(ends);
		},
	);

	test('LV3 a restart keeps the channel, and does not open it again', async () => {
		const ends = await opened();
		const { camera, viewer } = ends;
		const candidates = [camera.candidates, viewer.candidates];
		await negotiate(ends, true);
		await soon(() => [camera, viewer].map((end, at) => end.candidates > candidates[at]!)).toEqual([
			true,
			true,
		]);
		camera.peer.send('still here');
		await soon(() => viewer.said).toEqual(['still here']);
		expect([camera.count('open'), viewer.count('open')]).toEqual([1, 1]);
		expect([camera.count('failed'), viewer.count('failed')]).toEqual([0, 0]);
		hangUp(ends);
	});

	test('LV1 the picture arrives, and that of another lens after it is replaced', async () => {
		const ends = await opened();
		const { camera, viewer, lens } = ends;
		const seen = world.screen(viewer.peer.picture);
		await soon(() => seen.lens).toBe(lens);
		const next = world.lens();
		await camera.peer.replacePicture(next);
		await soon(() => seen.lens).toBe(next);
		camera.peer.close();
		await soon(() => viewer.count('cut')).toBeGreaterThan(0);
		const after = seen.count;
		await world.pass(300);
		expect(seen.count).toBe(after);
		hangUp(ends);
	});

	test('a viewer that wants no picture gets none, and all again when it does', async () => {
		const ends = await opened();
		const { camera, viewer } = ends;
		const seen = world.screen(viewer.peer.picture);
		const during = async (ms: number) => {
			const before = seen.count;
			await world.pass(ms);
			return seen.count - before;
		};
		await soon(() => seen.count).toBeGreaterThan(0);
		camera.peer.setRate('none');
		await soon(() => during(500)).toBe(0);
		camera.peer.setRate('slow');
		// One a second.
		await soon(async () => [1, 2, 3].includes(await during(2000))).toBe(true);
		camera.peer.setRate('full');
		await soon(() => during(500)).toBeGreaterThan(3);
		hangUp(ends);
	});

	test('LV13 a microphone turned off before it opened is aborted; afterwards it can be used', async () => {
		const ends = await pair();
		const { viewer } = ends;
		await expect(viewer.peer.sendVoice(true)).rejects.toMatchObject({ kind: 'unsupported' });
		await negotiate(ends);
		const late = expect(viewer.peer.sendVoice(true)).rejects.toMatchObject({ kind: 'aborted' });
		await viewer.peer.sendVoice(false);
		await late;
		await viewer.peer.sendVoice(true);
		await viewer.peer.sendVoice(false);
		hangUp(ends);
	});

	test('two connections of one lens keep their messages and their ends apart', async () => {
		const { peers } = world;
		const [own, theirs] = [await world.certificate(), await world.certificate()];
		const lens = world.lens();
		const dial = async (): Promise<Pair> => {
			const camera = new End((onEvent) => peers.camera(own, [], lens, onEvent));
			const viewer = new End((onEvent) => peers.viewer(theirs, [], onEvent));
			[camera.other, viewer.other] = [viewer.peer, camera.peer];
			await negotiate({ camera, viewer, lens });
			await soon(() => [camera.count('open'), viewer.count('open')]).toEqual([1, 1]);
			return { camera, viewer, lens };
		};
		const [first, second] = [await dial(), await dial()];
		first.camera.peer.send('first');
		second.camera.peer.send('second');
		await soon(() => [first.viewer.said, second.viewer.said]).toEqual([['first'], ['second']]);
		first.camera.peer.close();
		await soon(() => first.viewer.count('cut')).toBeGreaterThan(0);
		second.viewer.peer.send('still here');
		await soon(() => second.camera.said).toEqual(['still here']);
		const seen = world.screen(second.viewer.peer.picture);
		await soon(() => seen.count).toBeGreaterThan(0);
		for (const ends of [first, second]) hangUp(ends);
	});
}
