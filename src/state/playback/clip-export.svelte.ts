import { Fault, faultOf } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import type { ClipPlan, ClipExporter, ExportedClip } from '#engine/playback/clip-exporter.ts';
import type { ClipFormat } from '#ports/media/clip-muxer.ts';
import type { Engine } from '#state/app/engine.ts';
import type { SpanSelection } from './span-selection.svelte.ts';
import { fileName, canShareFile, downloadFile } from './files.ts';

/** Progress of a clip export. */
export type ClipExportState =
	| { readonly kind: 'choosing' }
	| { readonly kind: 'saving'; readonly share: number }
	| { readonly kind: 'saved'; readonly made: ExportedClip; readonly file: File | null }
	| { readonly kind: 'failed'; readonly fault: Fault };

/** For larger clips, the person chooses a file first. */
const TO_FILE_BYTES = 500_000_000;

interface FilePicker {
	showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle>;
}

/** Exports the selected span as a clip; one instance each time the dialog opens. */
export class ClipExport {
	state = $state.raw<ClipExportState>({ kind: 'choosing' });
	/** What the clip would contain; `null`: the span has no key frame, `undefined`: not known yet. */
	plan = $state.raw<ClipPlan | null | undefined>(undefined);
	format = $state<ClipFormat>('mp4');
	/** The span of `plan`; the selection may have changed since. */
	#planned = $state.raw<Span | null>(null);
	readonly #camera: CameraId;
	readonly #name: string;
	readonly #selection: SpanSelection;
	readonly #clips: Promise<Pick<ClipExporter, 'plan' | 'write'>>;
	#stop: AbortController | null = null;
	#planning = 0;

	constructor(engine: Engine, camera: CameraId, name: string, selection: SpanSelection) {
		this.#camera = camera;
		this.#name = name;
		this.#selection = selection;
		this.#clips = engine.clips();
		this.#clips.catch((error: unknown) => this.#fail(error));
	}

	/** Call after the selection has changed. */
	async refreshPlan(): Promise<void> {
		const turn = (this.#planning += 1);
		const { span } = this.#selection;
		if (span === null) return;
		try {
			const plan = await (await this.#clips).plan(this.#camera, span);
			if (turn !== this.#planning) return;
			this.plan = plan;
			this.#planned = span;
			if (!plan?.formats.some(({ format }) => format === this.format)) this.format = 'mp4';
		} catch (error) {
			if (turn === this.#planning) this.#fail(error);
		}
	}

	get losesSound(): boolean {
		return this.plan?.formats.find(({ format }) => format === this.format)?.losesSound ?? false;
	}

	/** Too large for memory, and this browser cannot write to a file. */
	get tooLarge(): boolean {
		return (this.plan?.needsFile ?? false) && !this.#mayPick;
	}

	/** TL12: the plan is of the current selection. */
	get ready(): boolean {
		const { span } = this.#selection;
		const same = span?.startUs === this.#planned?.startUs && span?.endUs === this.#planned?.endUs;
		return Boolean(this.plan) && same && !this.tooLarge && this.state.kind !== 'saving';
	}

	get shareable(): boolean {
		return this.state.kind === 'saved' && this.state.file !== null && canShareFile(this.state.file);
	}

	async save(): Promise<void> {
		const { plan, format } = this;
		if (!plan || !this.ready || this.#stop !== null) return;
		const name = `${fileName(this.#name, plan.startUs / 1000)}.mp4`;
		const stop = new AbortController();
		this.#stop = stop;
		try {
			const file = plan.bytes > TO_FILE_BYTES && this.#mayPick ? await pick(name) : null;
			this.state = { kind: 'saving', share: 0 };
			const onProgress = (share: number): void => {
				if (!stop.signal.aborted) this.state = { kind: 'saving', share };
			};
			const options = { format, file, onProgress, signal: stop.signal };
			const made = await (await this.#clips).write(plan, options);
			const saved = made.blob && new File([made.blob], name, { type: 'video/mp4' });
			if (saved) downloadFile(saved);
			this.state = { kind: 'saved', made, file: saved };
		} catch (error) {
			const given = faultOf(error).kind === 'aborted' || isAbort(error);
			if (given) this.state = { kind: 'choosing' };
			else this.#fail(error);
		} finally {
			this.#stop = null;
		}
	}

	cancel(): void {
		this.#stop?.abort();
	}

	get #mayPick(): boolean {
		return (globalThis as FilePicker).showSaveFilePicker !== undefined;
	}

	#fail(error: unknown): void {
		this.state = { kind: 'failed', fault: faultOf(error) };
	}
}

function pick(suggestedName: string): Promise<FileSystemFileHandle> {
	const { showSaveFilePicker } = globalThis as FilePicker;
	if (!showSaveFilePicker) throw new Fault('unsupported', 'this browser has no file picker');
	const accept = { 'video/mp4': ['.mp4'] };
	return showSaveFilePicker({ suggestedName, types: [{ accept }] });
}

function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
