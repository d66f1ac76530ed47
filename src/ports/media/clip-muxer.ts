type Bytes = Uint8Array<ArrayBuffer>;

/**
 * `mp4`: H.264 with AAC, or without sound if this browser cannot encode AAC; plays everywhere.
 * `mp4-opus`: H.264 with the recorded Opus sound; plays in browsers and most players.
 */
export type ClipFormat = 'mp4' | 'mp4-opus';

/** `FileSystemFileHandle`, of which the muxer alone makes use. */
export interface OutputFile {
	createWritable(): Promise<WritableStream>;
}

export interface ClipMuxerOptions {
	readonly sound: 'none' | 'copied' | 'aac';
	/** Re-encode every frame at this size. `null`: copy without re-encoding. */
	readonly into: { readonly width: number; readonly height: number } | null;
	/** Output file; `null`: in memory. */
	readonly file: OutputFile | null;
}

export interface ClipPart {
	readonly init: Bytes;
	readonly fragment: Bytes;
	/** Contiguous footage shares one number. */
	readonly piece: number;
	/** Leaves out frames from this offset into the fragment on, in µs; `null`: takes all. */
	readonly untilUs: number | null;
}

/**
 * One clip being written, in its own worker. Throws `Fault`; after that, only `cancel` is allowed.
 */
export interface ClipJob {
	/**
	 * Resolves when the next part can be added. Transfers the buffers. Throws `unsupported` if the
	 * part cannot be copied because its codec or parameter sets differ from those of the previous
	 * part.
	 */
	add(part: ClipPart): Promise<void>;
	/** Resolves to the clip, or `null` if it was written to a file. */
	finish(): Promise<Blob | null>;
	/** Discards everything written so far. Idempotent. */
	cancel(): Promise<void>;
}

export interface ClipMuxer {
	/** Whether this browser can encode AAC. */
	canAac(): Promise<boolean>;
	begin(order: ClipMuxerOptions): ClipJob;
	/** Frame size of a part, in pixels. */
	sizeOf(part: Pick<ClipPart, 'init' | 'fragment'>): Promise<{ width: number; height: number }>;
}
