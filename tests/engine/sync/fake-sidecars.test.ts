import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId, RunId } from '#domain/base/ids.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { sidecarArchiveContract } from '../../contracts/sidecar-archive.ts';
import { FakeSidecarArchive } from '../../fakes/sidecar-archive.ts';
import { makeSealingFixture } from '../sealing/sealing-fixture.ts';

sidecarArchiveContract(async () => {
	const archive = new FakeSidecarArchive();
	const { crypto, home, camera, secret, pair } = await makeSealingFixture();
	const runId = hexOf(crypto.random(16)) as RunId;
	const basis = { home, camera, epoch: 1, secret, runId, sign: pair.key };
	const sealer = new SidecarSealer(crypto, basis);
	let id = 0;
	return {
		...{ archive, camera, away: () => (archive.away = true) },
		looked: (seconds) => {
			const device = '7'.repeat(32) as DeviceId;
			archive.look(device, { startUs: 5e6, endUs: 5e6 + seconds * 1e6 });
			return Promise.resolve(device);
		},
		sealed: async (kind, wallUs) => {
			const { bytes } = await sealer.seal(kind, wallUs, crypto.random(200));
			return { kind, id: kind === 'event' ? (id += 1) : 0, wallUs, bytes };
		},
	};
});
