import { expect, test } from 'vitest';
import { faultFrom, readable } from '#browser/storage/fault-from.ts';
import { Fault } from '#domain/base/fault.ts';

interface Shape {
	readonly name: string;
	readonly message?: string;
	readonly inner?: unknown;
	readonly failures?: readonly unknown[];
}

const error = ({ name, message = '', ...rest }: Shape): Error =>
	Object.assign(new Error(message), { name, ...rest });

/** Errors as browsers and Dexie report them. */
const ERRORS: readonly [Shape, string][] = [
	[
		{
			name: 'UnknownError',
			message: 'Connection to Indexed Database server lost. Refresh the page to try again',
		},
		'unavailable',
	],
	[
		{
			name: 'OpenFailedError',
			inner: error({ name: 'UnknownError', message: 'Internal error opening backing store' }),
		},
		'unavailable',
	],
	[{ name: 'InvalidStateError', message: 'The database connection is closing.' }, 'unavailable'],
	[{ name: 'DatabaseClosedError' }, 'unavailable'],
	[{ name: 'AbortError' }, 'unavailable'],
	[{ name: 'NotReadableError', message: 'Data lost due to missing file.' }, 'corrupt'],
	[{ name: 'DataError', message: 'Failed to read large IndexedDB value' }, 'corrupt'],
	[{ name: 'NotFoundError' }, 'corrupt'],
	[{ name: 'QuotaExceededError' }, 'quota'],
	[
		{ name: 'AbortError', inner: error({ name: 'QuotaExceededError' }), message: 'aborted' },
		'quota',
	],
	[{ name: 'AbortError', message: 'QuotaExceededError' }, 'quota'],
	[{ name: 'BulkError', failures: [error({ name: 'QuotaExceededError' })] }, 'quota'],
	[{ name: 'BulkError', failures: [error({ name: 'ConstraintError' })] }, 'conflict'],
	[{ name: 'AbortError', inner: error({ name: 'ConstraintError' }) }, 'conflict'],
	[{ name: 'DataCloneError' }, 'unsupported'],
	[{ name: 'OpenFailedError', inner: error({ name: 'VersionError' }) }, 'newer'],
	[{ name: 'SecurityError' }, 'denied'],
	[{ name: 'TimeoutError' }, 'timeout'],
	[{ name: 'TypeError' }, 'internal'],
	[{ name: 'toString' }, 'internal'],
];

test.each(ERRORS)('ST30 %o is %s', (shape, kind) => {
	const cause = error(shape);
	expect(faultFrom(cause)).toMatchObject({ kind });
	expect(faultFrom(faultFrom(cause)).kind).toBe(kind);
});

test('ST30 what is no error at all is a mistake of ours', () => {
	for (const thrown of [undefined, null, 'closed', 7]) {
		expect(faultFrom(thrown).kind).toBe('internal');
	}
});

test('ST31 an unreadable row is undefined; a dead connection is rethrown', async () => {
	const failed = (name: string) => readable(Promise.reject(error({ name })));
	for (const name of ['UnknownError', 'NotReadableError', 'DataError', 'NotFoundError']) {
		expect(await failed(name)).toBeUndefined();
	}
	for (const name of ['AbortError', 'InvalidStateError', 'DatabaseClosedError', 'TypeError']) {
		await expect(failed(name)).rejects.toMatchObject({ name });
	}
	const fault = new Fault('aborted', 'the database connection was disposed');
	await expect(readable(Promise.reject(fault))).rejects.toBe(fault);
});
