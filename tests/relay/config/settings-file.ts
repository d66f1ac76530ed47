import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRelay, temporaryFolder, type Relay } from '../../e2e/support/launch.ts';
import { builtSite } from '../process/site.ts';

/** Starts a relay with these settings, without a build of the app. */
export function relayWith(settings: object, data = temporaryFolder()): Promise<Relay> {
	mkdirSync(data, { recursive: true });
	const [file, text] = [join(data, 'settings.json'), JSON.stringify(settings)];
	// Not rewritten if unchanged: the disk may be full by now.
	if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
	return startRelay({ data, env: { SPYCAM_APP: builtSite(), SPYCAM_LOG: 'info' } });
}

/** A relay without a socket limit per address, which trusts the address that a test sends. */
export function relayWithRoom(data?: string): Promise<Relay> {
	const limits = {
		...{ socketsPerMinute: 1_000_000, socketsPerAddress: 100_000 },
		...{ unprovedPerAddress: 100_000, unproved: 100_000 },
	};
	return relayWith({ limits, proxies: ['127.0.0.1', '::1'] }, data);
}
