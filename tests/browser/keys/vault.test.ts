import { MemoryVault } from '#browser/keys/memory-vault.ts';
import { vaultContract } from '../../contracts/vault.ts';

vaultContract('in memory', ['memory'], () => {
	const vault = new MemoryVault();
	return Promise.resolve({ vault, reopened: () => Promise.resolve(vault) });
});
