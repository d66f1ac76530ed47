import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChildSupervisor } from '#relay/process/child-supervisor.ts';
import { createLog } from '#relay/base/log.ts';

interface Word {
	readonly t: string;
	readonly sentence?: string;
}

class Child extends EventEmitter {
	connected = true;
	pid: number | undefined = 7;
	exitCode: number | null = null;
	signalCode: string | null = null;
	readonly heard: Word[] = [];
	send = (word: Word): void => void this.heard.push(word);
	kill = (): void => undefined;
}

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** A supervisor whose `fork` returns these children in turn. */
function keeping(makes: readonly (() => Child)[]) {
	const made: Child[] = [];
	const run = (): ChildProcess => {
		const child = makes[made.length]!();
		made.push(child);
		return child as unknown as ChildProcess;
	};
	let ends = 0;
	const keeper = new ChildSupervisor<Word, Word>(
		'store',
		createLog('supervisor', 'silent'),
		{
			decode: (message) => message as Word,
			begin: () => ({ t: 'begin' }),
			heard: () => undefined,
			ended: () => (ends += 1),
		},
		run,
	);
	return { keeper, made, ends: () => ends };
}

const listens = (child: Child) => child.emit('message', { t: 'listening' });

test('RL1 a child that cannot be started is retried until it can, and the other one keeps running', async () => {
	const missing = () => {
		const child = new Child();
		child.pid = undefined;
		// Like Node: no `exit` event.
		setTimeout(() => {
			child.emit('error', Object.assign(new Error('spawn'), { code: 'ENOENT' }));
			child.emit('close', -2, null);
		}, 1);
		return child;
	};
	const noMemory = (): Child => {
		made.push(new Child());
		throw Object.assign(new Error('spawn'), { code: 'ENOMEM' });
	};
	const { keeper, made, ends } = keeping([() => new Child(), missing, noMemory, () => new Child()]);
	const started = keeper.start();
	listens(made[0]!);
	await started;
	expect(keeper.running).toBe(true);
	made[0]!.emit('close', null, 'SIGKILL');
	expect([keeper.running, ends()]).toEqual([false, 1]);
	await vi.advanceTimersByTimeAsync(3_000);
	expect(made).toHaveLength(4);
	expect(made[3]!.heard).toEqual([{ t: 'begin' }]);
	listens(made[3]!);
	expect([keeper.running, ends()]).toEqual([true, 3]);
	keeper.kill();
});

test('a first start that fails is reported and not retried', async () => {
	const { keeper, made } = keeping([
		(): Child => {
			throw Object.assign(new Error('spawn'), { code: 'EAGAIN' });
		},
	]);
	await expect(keeper.start()).rejects.toMatchObject({ kind: 'unavailable' });
	await vi.advanceTimersByTimeAsync(20_000);
	expect(made).toHaveLength(0);
	keeper.kill();
});
