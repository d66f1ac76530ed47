type Bytes = Uint8Array<ArrayBuffer>;

/**
 * `mp4`: H.264, with AAC where this browser can make it, else without sound: plays everywhere.
 * `mp4-opus`: H.264 with the sound as it was recorded: plays in browsers and most players.
 */
export type ClipFormat = 'mp4' | 'mp4-opus';

export interface ClipMuxerOptions {
	readonly sound: 'none' | 'copied' | 'aac';
	/** Every picture is decoded and encoded anew, into this size. `null`: copied. */
	readonly into: { readonly width: number; readonly height: number } | null;
	/** A file to write to; `null`: memory. */
	readonly file: FileSystemFileHandle | null;
}

export interface ClipPart {
	readonly init: Bytes;
	readonly fragment: Bytes;
	/** Unbroken footage has one number. */
	readonly piece: number;
	/** Frames from so far into the fragment on are not taken, µs; `null`: all are. */
	readonly untilUs: number | null;
}

/**
 * One clip being written, in a worker of its own. Throws `Fault`; after one, only `cancel` makes
 * sense.
 */
export interface ClipJob {
	/**
	 * Resolves when there is room for the next. The bytes are handed over. `unsupported`: this cannot
	 * be copied, because its codec or its parameter sets are not those of the part before.
	 */
	add(part: ClipPart): Promise<void>;
	/** The file in memory; `null` where it was written to a file. */
	finish(): Promise<Blob | null>;
	/** Nothing of it stays. Twice is harmless. */
	cancel(): Promise<void>;
}

export interface ClipMuxer {
	/** Whether this browser makes AAC. */
	canAac(): Promise<boolean>;
	begin(order: ClipMuxerOptions): ClipJob;
	/** The size of the pictures of a part. */
	sizeOf(part: Pick<ClipPart, 'init' | 'fragment'>): Promise<{ width: number; height: number }>;
}
