import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { WebCrypto } from '#web/crypto.ts';
import { footageArchiveContract } from '../../contracts/footage-archive.ts';
import { FakeFootageArchive } from '../../fakes/footage-archive.ts';
import { signedRun } from '../../relay/footage/signed-run.ts';

footageArchiveContract(async () => {
	const crypto = new WebCrypto();
	const archive = new FakeFootageArchive();
	const camera = hexOf(crypto.random(16)) as CameraId;
	const home = hexOf(crypto.random(16)) as HomeId;
	const sign = await crypto.makeSignKey(false);
	return {
		...{ archive, camera },
		run: (count, anchorUs, runNo) => signedRun({ home, camera, sign }, count, anchorUs, runNo),
		away: () => {
			archive.away = true;
		},
	};
});
