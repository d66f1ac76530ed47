import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The slowest files, in the order of a run on two idle cores (the end of each run prints them):
 * started last, one of them would run alone at the end.
 */
const longest: readonly string[] = [
	'faults/quota.test.ts',
	'faults/relay-store.test.ts',
	'e2e/pair-hard.test.ts',
	'e2e/timeline.test.ts',
	'e2e/update.test.ts',
	'faults/relay-floods.test.ts',
	'e2e/nearby.test.ts',
	'faults/lens.test.ts',
	'e2e/watching.test.ts',
	'e2e/clip.test.ts',
	'faults/keys.test.ts',
	'e2e/accessible.test.ts',
	'e2e/live.test.ts',
	'e2e/sparing.test.ts',
	'e2e/offline.test.ts',
	'e2e/installed.test.ts',
	'e2e/guard.test.ts',
	'relay/process/server.process.test.ts',
	'e2e/elsewhere.test.ts',
	'e2e/journey.test.ts',
	'faults/kill.test.ts',
	'faults/xss.test.ts',
	'faults/permission.test.ts',
	'faults/hidden.test.ts',
	'e2e/test-picture.test.ts',
	'e2e/recover.test.ts',
	'faults/data.test.ts',
	'faults/rows.test.ts',
	'e2e/keyboard.test.ts',
	'browser/encoding/recording.browser.test.ts',
	'browser/encoding/lasting.browser.test.ts',
	'browser/live/media-source-player.browser.test.ts',
	'browser/network/webrtc-data-connections.browser.test.ts',
	'engine/recovery/kit.test.ts',
	'engine/pairing/attacks.test.ts',
	'engine/members/member-list.test.ts',
	'engine/messaging/relay-client.test.ts',
];

/**
 * Runs the slowest files first, then vitest's own order; those of a project one after the other,
 * because only they share a worker.
 */
export class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const place = ({ moduleId }: TestSpecification): number => {
			const at = longest.findIndex((name) => moduleId.endsWith(`/tests/${name}`));
			return at < 0 ? longest.length : at;
		};
		const rest = await super.sort(files);
		const order = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
		const name = ({ project }: TestSpecification): string => project.name;
		return rest.toSorted(
			(a, b) => order(a) - order(b) || name(a).localeCompare(name(b)) || place(a) - place(b),
		);
	}
}
