import { beforeEach, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Captured, CaptureRequest } from '#ports/media/capture.ts';
import { CodeScanner } from '#state/home/code-scanner.svelte.ts';
import { FakeCapture } from '../../fakes/capture.ts';

/** Lenses and readers that appear only when the test lets them. */
class Slow extends FakeCapture {
	gate: Promise<unknown> = Promise.resolve();

	override async open(request: CaptureRequest): Promise<Captured> {
		await this.gate;
		return super.open(request);
	}
}

const video = {} as HTMLVideoElement;
let capture: Slow;
let readers: PromiseWithResolvers<null>;
/** Active code watchers. */
let watching: Set<(text: string) => void>;
let found: string[];
let scanner: CodeScanner;

beforeEach(() => {
	capture = new Slow();
	readers = Promise.withResolvers<null>();
	watching = new Set();
	found = [];
	const codeReader = async () => {
		await readers.promise;
		return {
			watch: (tell: (text: string) => void) => {
				watching.add(tell);
				return () => watching.delete(tell);
			},
		};
	};
	const cameras = { all: [{ recorder: { state: { kind: 'off', fault: null } } }] };
	const engine = { capture, cameras, codeReader, show: () => undefined };
	scanner = new CodeScanner(
		engine as unknown as ConstructorParameters<typeof CodeScanner>[0],
		(text) => {
			found.push(text);
			return text === 'wanted';
		},
	);
});

/** As the screen does when Scan is pressed. */
function scan(): Promise<void> {
	scanner.on = true;
	return scanner.scan(video);
}

const open = (): number => capture.opened.filter(({ closed }) => !closed).length;

test('scans until an accepted code appears, then releases the lens', async () => {
	readers.resolve(null);
	await scan();
	expect([open(), watching.size]).toEqual([1, 1]);
	for (const text of ['another', 'wanted']) for (const tell of watching) tell(text);
	expect([found, open(), watching.size, scanner.on]).toEqual([
		['another', 'wanted'],
		...[0, 0, false],
	]);
});

test('stopped and restarted while the first lens opens: one lens, one reader', async () => {
	const gate = Promise.withResolvers<null>();
	capture.gate = gate.promise;
	readers.resolve(null);
	const first = scan();
	scanner.stop();
	const second = scan();
	gate.resolve(null);
	await Promise.all([first, second]);
	expect([open(), watching.size]).toEqual([1, 1]);
	scanner.stop();
	expect([open(), watching.size]).toEqual([0, 0]);
});

test('stopped while the reader loads: nothing keeps reading', async () => {
	const scanning = scan();
	await expect.poll(open).toBe(1);
	scanner.stop();
	readers.resolve(null);
	await scanning;
	expect([open(), watching.size]).toEqual([0, 0]);
});

test('restarted in another element without a stop: the earlier lens and reader are released', async () => {
	readers.resolve(null);
	await scan();
	await scan();
	expect([open(), watching.size]).toEqual([1, 1]);
});

test('a failure is shown, but not after a stop', async () => {
	capture.failures.push(new Fault('denied', 'no'), new Fault('denied', 'no'));
	await scan();
	expect([scanner.fault?.kind, scanner.on]).toEqual(['denied', false]);
	const scanning = scan();
	scanner.stop();
	await scanning;
	expect(scanner.fault).toBeNull();
});

test('when lenses cannot be listed, none stays open', async () => {
	capture.lenses = () => Promise.reject(new Fault('unavailable', 'no list'));
	readers.resolve(null);
	await scan();
	scanner.stop();
	expect(open()).toBe(0);
});
