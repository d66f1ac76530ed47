import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { RelaySidecars } from '#browser/network/relay-sidecars.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { only } from '#domain/base/listeners.ts';
import { LookReporter } from '#engine/members/look-reporter.ts';
import type { MemberList } from '#engine/members/member-list.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { HomeParts } from './home.ts';
import type { RecordingParts } from './recording.ts';

export interface LookParts {
	readonly home: HomeParts;
	readonly recording: RecordingParts;
	readonly messenger: RelayClient;
	readonly members: MemberList;
}

/** Who looked at what this device's cameras saved at the relay. */
export function composeLooks(parts: LookParts): LookReporter {
	const { home, recording, messenger, members } = parts;
	const access = (): ReturnType<ConstructorParameters<typeof RelaySidecars>[0]> => {
		const { state, token } = messenger;
		return state.kind === 'connected' && token ? { origin: state.origin, token } : null;
	};
	const reporter = new LookReporter({
		clock: home.clock,
		archive: new RelaySidecars(access),
		cameras: () => {
			const { identity } = home.localDevice.unlocked ?? {};
			return identity?.cameras.map(({ id }): CameraId => id) ?? [];
		},
		turn: new WebCameraLock('looks'),
		nameOf: (device) => {
			const { roster } = home.homeRoster;
			if (roster?.past.devices.has(device) !== true) return Promise.resolve(undefined);
			const name = members.list.find((member) => member.device === device)?.name;
			return Promise.resolve(name ?? null);
		},
		connected: () => access() !== null,
		onConnection: (listener) => {
			messenger.on(only(['connection'], listener));
		},
		log: recording.eventLog,
	});
	reporter.begin();
	return reporter;
}
