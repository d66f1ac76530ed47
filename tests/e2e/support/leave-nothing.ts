import { afterAll } from 'vitest';
import { closeLeftContexts } from './launch.ts';

/** Vitest setup file of the projects that start browsers: the files of a worker share them. */
afterAll(closeLeftContexts);
