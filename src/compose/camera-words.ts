import { hexOf } from '#domain/base/bytes.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import type { FootageCheckTools } from '#engine/sync/check/footage-check.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { HomeParts } from './home.ts';
import type { RelayFootageParts } from './relay-footage.ts';

/** What the home's cameras say of their copies, and how they are told what is not there. */
export function cameraWords({
	known,
	messenger,
}: Pick<RelayFootageParts, 'known' | 'messenger'>): Pick<
	FootageCheckTools,
	'copyOf' | 'originsOf' | 'reaches' | 'tell'
> {
	const find = (camera: CameraId) => known().find(({ id }) => id === camera) ?? null;
	return {
		copyOf: (camera) => {
			const { own = false, online = false, fares = null, state = null } = find(camera) ?? {};
			// What of its own is not there, this device finds as it uploads (SY24).
			if (own) return { choice: 'nothing', upTo: null, done: null, savedMs: null };
			if (!online || fares === null || state === null) return null;
			const { copy: choice = null, copied, savedMs } = state;
			return { choice, upTo: copied ?? null, done: copied?.done ?? null, savedMs };
		},
		originsOf: (camera) => {
			const one = find(camera);
			if (one === null) return [];
			return one.own ? ['here'] : ['camera'];
		},
		reaches: (camera) => {
			const one = find(camera);
			return one?.own === false && one.online;
		},
		tell: (camera, runNo, seqs) => {
			const one = find(camera);
			if (one !== null)
				void messenger.send(one.device, { t: 'missing', camera, runNo, seqs: [...seqs] });
		},
	};
}

/** Whose word removes footage of a camera: an owner's, past or present, and its own device's. */
export function removerIn({ crypto, homeRoster }: HomeParts): FootageCheckTools['removerOf'] {
	return async (author, camera) => {
		const { past } = homeRoster.roster ?? {};
		const subject = past?.devices.get(author);
		if (past === undefined || subject === undefined) return null;
		const owns = subject.owner !== null && past.owners.has(hexOf(subject.owner));
		const isOwn = (await cameraIdsOf(crypto, author)).includes(camera);
		return owns || isOwn ? crypto.verifier(subject.sign) : null;
	};
}
