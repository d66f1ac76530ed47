import { describe } from 'vitest';
import { dataConnectionsContract } from '../contracts/data-connections.ts';
import { encoderContract } from '../contracts/encoder.ts';
import { networkContract } from '../contracts/network.ts';
import { FakeDataNetwork } from './data-connections.ts';
import { FakeEncoder } from './encoder.ts';
import { FakeNetwork } from './network.ts';

describe('FakeNetwork', () =>
	networkContract(() => {
		const network = new FakeNetwork();
		return { network, back: () => network.back() };
	}));

describe('FakeEncoder', () =>
	encoderContract(() => {
		const encoder = new FakeEncoder(() => 0);
		const second = () => encoder.current.fragment();
		return Promise.resolve({ encoder, captured: {} as never, second });
	}));

describe('FakeDataNetwork', () =>
	dataConnectionsContract(() => {
		const network = new FakeDataNetwork();
		return [network.cables(), network.cables()];
	}));
