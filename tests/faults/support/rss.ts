import { readFileSync } from 'node:fs';
import { childrenOf, type Relay } from '../../e2e/support/launch.ts';

/** The pid of a relay's process; 0 if there is none. */
export function pidOf({ pid }: Relay, name: 'live' | 'store'): number {
	const found = childrenOf(pid).find((child) =>
		readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(`${name}.ts`),
	);
	return found ?? 0;
}

export function rssMiB(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
