import { describe } from 'vitest';
import { segmentsContract } from '../contracts/segments.ts';
import { MemorySegments } from './segments.ts';

describe('MemorySegments', () => {
	segmentsContract(() => Promise.resolve(new MemorySegments()));
});
