import { WebCrypto } from '#browser/crypto.ts';
import { cryptoContract } from '../contracts/crypto.ts';

cryptoContract('WebCrypto in Node', () => new WebCrypto());
