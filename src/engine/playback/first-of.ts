import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { Clock } from '#ports/device/clock.ts';

/**
 * The first result that is not `null`. Attempts begin in order, the next one when the one before
 * fails or takes longer than `ms`. `null`: all came to nothing. Throws the fault of one that may
 * still work (anything but `corrupt`), else that of any.
 */
export function firstOf<T>(
	attempts: readonly (() => Promise<T | null>)[],
	clock: Pick<Clock, 'after'>,
	ms: number,
): Promise<T | null> {
	return new Promise((resolve, reject) => {
		let [begun, running, done] = [0, 0, false];
		let fault: Fault | null = null;
		let stop: () => void = () => undefined;
		const finish = (end: () => void): void => {
			if (done) return;
			done = true;
			stop();
			end();
		};
		const proceed = (): void => {
			stop();
			const attempt = attempts[begun];
			if (done) return;
			if (attempt === undefined) {
				if (running > 0) return;
				finish(() => (fault === null ? resolve(null) : reject(fault)));
				return;
			}
			begun += 1;
			running += 1;
			stop = begun < attempts.length ? clock.after(ms, proceed) : () => undefined;
			attempt().then(
				(value) => {
					running -= 1;
					if (value === null) proceed();
					else finish(() => resolve(value));
				},
				(thrown: unknown) => {
					running -= 1;
					const error = faultOf(thrown);
					if (fault === null || error.kind !== 'corrupt') fault = error;
					proceed();
				},
			);
		};
		proceed();
	});
}
