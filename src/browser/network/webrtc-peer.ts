import { Fault } from '#domain/base/fault.ts';
import type { PeerEvent } from '#ports/network/peer-connection.ts';

/** The part that camera and viewer share. */
export abstract class WebRtcPeer {
	protected readonly pc: RTCPeerConnection;
	readonly #onEvent: (event: PeerEvent) => void;
	#channel: RTCDataChannel | null = null;
	/** Candidates that arrived before the remote description. */
	#pendingCandidates: RTCIceCandidateInit[] = [];
	#closed = false;

	constructor(pc: RTCPeerConnection, onEvent: (event: PeerEvent) => void) {
		this.pc = pc;
		this.#onEvent = onEvent;
		pc.onicecandidate = ({ candidate }) => {
			if (candidate === null || candidate.candidate === '') return;
			this.#emit({
				kind: 'candidate',
				...{ candidate: candidate.candidate, mid: candidate.sdpMid },
			});
		};
		pc.onconnectionstatechange = () => {
			const { connectionState: state } = pc;
			if (state === 'connected') this.#emit({ kind: 'connected' });
			else if (state === 'disconnected') this.#emit({ kind: 'cut' });
			else if (state === 'failed') this.#emit({ kind: 'failed' });
		};
	}

	#emit(event: PeerEvent): void {
		if (!this.#closed) this.#onEvent(event);
	}

	protected useChannel(channel: RTCDataChannel): void {
		this.#channel = channel;
		channel.onmessage = ({ data }: MessageEvent<unknown>) => {
			if (typeof data === 'string') this.#emit({ kind: 'said', text: data });
		};
		const open = (): void => {
			this.#emit({ kind: 'open' });
		};
		if (channel.readyState === 'open') open();
		else channel.onopen = open;
		// The other end is gone or hung up: ICE would take five seconds to notice.
		channel.onclose = () => {
			this.#emit({ kind: 'cut' });
		};
	}

	send(text: string): void {
		try {
			if (this.#channel?.readyState === 'open') this.#channel.send(text);
		} catch {
			// Full or closing. Everything sent here is short-lived and sent again.
		}
	}

	async candidate(candidate: string, mid: string | null): Promise<void> {
		const given = { candidate, sdpMid: mid };
		if (this.pc.remoteDescription === null) this.#pendingCandidates.push(given);
		else await this.#add(given);
	}

	/** Throws `malformed` if the browser rejects a description. */
	protected async negotiate<T>(work: () => Promise<T>): Promise<T> {
		try {
			const done = await work();
			const early = this.#pendingCandidates;
			if (this.pc.remoteDescription !== null) {
				this.#pendingCandidates = [];
				for (const candidate of early) await this.#add(candidate);
			}
			return done;
		} catch (error) {
			throw new Fault('malformed', 'the browser rejected a session description', error);
		}
	}

	async path(): Promise<'direct' | 'turn' | null> {
		const stats: RTCStatsReport = await this.pc.getStats();
		const all = [...(stats as unknown as Map<string, Record<string, unknown>>).values()];
		const chosen = all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
		const pair =
			all.find(({ id }) => chosen !== undefined && id === chosen) ??
			all.find(({ type, selected, nominated, state }) => {
				const works = state === 'succeeded' && (selected === true || nominated === true);
				return type === 'candidate-pair' && works;
			});
		if (pair === undefined) return null;
		const ends = all.filter(
			({ id }) => id === pair['localCandidateId'] || id === pair['remoteCandidateId'],
		);
		return ends.some(({ candidateType }) => candidateType === 'relay') ? 'turn' : 'direct';
	}

	close(): void {
		this.#closed = true;
		this.pc.close();
	}

	async #add(candidate: RTCIceCandidateInit): Promise<void> {
		try {
			await this.pc.addIceCandidate(candidate);
		} catch {
			// A rejected candidate does not matter: the others remain.
		}
	}
}
