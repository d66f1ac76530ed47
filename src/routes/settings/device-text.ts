import type { Devices } from '#state/home/devices.svelte.ts';
import type { Language } from '#state/app/session.svelte.ts';
import { roleText } from '#ui/parts/roles.ts';
import { DEVICES } from '#ui/words/devices.ts';
import { SEEN } from '#ui/words/seen.ts';
import { WORDS } from '#ui/words/words.ts';

type Member = Devices['list'][number];

/** What is said of a device wherever it is listed or removed. */
export interface DeviceText {
	readonly role: string;
	/** When it was last known to live; '': this device itself. */
	readonly seen: string;
	readonly here: boolean;
	/** What tells it from another device of the same name; '': there is none. */
	readonly twin: string;
	/** The same, whether there is another or not. */
	readonly marks: string;
}

/** PR33: two devices of one name differ at least in when they came and in their numbers. */
export function deviceText(
	devices: Devices,
	member: Member,
	nowMs: number,
	language: Language,
): DeviceText {
	const [w, shared, seen] = [DEVICES[language], WORDS[language], SEEN[language]];
	const { device, self, online, roles, notAfterMs, addedMs, safety } = member;
	const until = notAfterMs === null ? [] : [w.until(shared.day(notAfterMs))];
	const number = safety.match(/\d{5}/)?.[0];
	const marks = [w.added(shared.about(addedMs)), ...(number ? [w.number(number)] : [])].join(', ');
	return {
		role: [roleText(roles, w), ...until].join(', '),
		seen: self ? '' : online ? seen.now : seen.last(devices.seenMs(device), nowMs),
		here: online && !self,
		twin: devices.freeFor(device, member.name ?? '') === null ? '' : marks,
		marks,
	};
}
