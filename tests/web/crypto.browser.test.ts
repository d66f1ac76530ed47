import { WebCrypto } from '#web/crypto.ts';
import { cryptoContract } from '../contracts/crypto.ts';

cryptoContract('WebCrypto in Chromium', () => new WebCrypto());
