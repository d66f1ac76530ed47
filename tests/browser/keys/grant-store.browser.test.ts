import { describe } from 'vitest';
import { DexieGrantStore } from '#browser/keys/grant-store.ts';
import { grantStoreContract } from '../../contracts/grant-store.ts';

let count = 0;

describe('DexieGrantStore', () => {
	grantStoreContract(() => new DexieGrantStore(`grants-${String((count += 1))}`));
});
