import { afterEach } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { buildSidecarRecord } from '#domain/sync/sidecar-record.ts';
import { footageReaderContract } from '../../contracts/footage-reader.ts';
import { sidecarArchiveContract } from '../../contracts/sidecar-archive.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { FootageServer } from './footage-server.ts';
import { cameraIn, sidecarAt } from './signed-sidecars.ts';
import { signedRun } from './signed-run.ts';

const servers: FootageServer[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) server.stop();
});

async function opened() {
	const clock = new ManualClock();
	const server = await FootageServer.start(clock);
	servers.push(server);
	const owner = fakeDevice(clock);
	await owner.localDevice.createCamera();
	await server.hears(owner);
	return { server, owner, camera: cameraIn(owner), away: () => server.leave() };
}

sidecarArchiveContract(async () => {
	const { server, owner, ...rest } = await opened();
	const archive = server.sidecarsOf(owner);
	return { ...rest, archive, sealed: (kind, wallUs) => sidecarAt(owner, kind, wallUs) };
});

footageReaderContract(async () => {
	const { server, owner, camera, away } = await opened();
	const { home, sign } = owner.localDevice.unlocked!.identity;
	return {
		...{ camera, away, reader: server.readerOf(owner) },
		upload: async (count, anchorUs) => {
			const run = await signedRun({ home, camera, sign }, count, anchorUs);
			const all = concatBytes(...run.records);
			await server.archiveOf(owner).put(camera, 1, run.runRecord, all);
			return run;
		},
		thumbnailsAt: async (...wallUs) => {
			const all = await Promise.all(wallUs.map((us) => sidecarAt(owner, 'thumbnail', us)));
			await server.sidecarsOf(owner).put(camera, concatBytes(...all.map(buildSidecarRecord)));
		},
	};
});
