import { WebCrypto } from '#browser/keys/crypto.ts';
import { cryptoContract } from '../../contracts/crypto.ts';

cryptoContract('WebCrypto in Node', () => new WebCrypto());
