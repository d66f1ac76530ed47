import type { CameraSession } from '#state/app/camera-session.svelte.ts';
import type { Session } from '#state/app/session.svelte.ts';
import { named } from '#ui/words/format/named.ts';
import type { Advice, Words } from '#ui/words/en/index.ts';

export interface StatusText {
	/** The most important thing, with its subject, as announced by assistive technology. */
	readonly what: string;
	/** For how long it has recorded. */
	readonly lasts: string | null;
	readonly more: readonly string[];
	readonly urgent: boolean;
	/** Footage is being saved. */
	readonly records: boolean;
}

/**
 * LV27: the state of this device's cameras while one records, should record, or will by schedule;
 * `null`: nothing to say, or not known yet. The most important comes first: of a camera that needs
 * a person, else of one that records.
 */
export function statusOf(session: Session, w: Words): StatusText | null {
	const all = session.cameras.flatMap((camera) => cameraStatusOf(session, camera, w) ?? []);
	const rank = ({ urgent, records }: (typeof all)[number]) => (urgent ? 2 : records ? 1 : 0);
	return all.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

function cameraStatusOf(session: Session, camera: CameraSession, w: Words) {
	const { recorder, blind, planned, stuck, id } = camera;
	const { status } = w.guard;
	if (id === null) return null;
	const name = session.cameras.length > 1 ? camera.name : null;
	const subject = name === null ? status.device[deviceOf(session)] : named(name);
	const rest = [...savedUntil(camera, w), ...remainingCapacity(session, w)];
	const said = (what: string, more = rest, urgent = false, records = false) => ({
		...{ what, lasts: null as string | null, more, urgent, records },
	});
	if (blind !== null) return said(status.blind(subject, w.gaps[blind]), rest, true);
	switch (recorder.kind) {
		case 'recording': {
			const [need] = deviceNeeds([camera], w);
			const records = status.recording(subject);
			if (need) return said(need.what, [records, ...rest], false, true);
			const { sinceMs, untilMs } = recorder.saved;
			const short = untilMs - sinceMs < 60_000;
			const lasts = short ? null : w.span(untilMs - sinceMs);
			return { ...said(records, rest, false, true), lasts };
		}
		case 'starting':
			return said(status.starting(subject));
		case 'elsewhere':
			return said(w.camera.elsewhere, []);
		default: {
			if (stuck !== null) return said(status.stopped(subject), rest, true);
			if (recorder.kind !== 'off' || planned?.records !== false || planned.pressed) return null;
			const until = planned.untilMs === null ? null : w.about(planned.untilMs);
			return said(status.rests(subject, until));
		}
	}
}

function deviceOf({ engine }: Session): 'phone' | 'tablet' | 'computer' {
	if (engine?.features.mobile !== true) return 'computer';
	return Math.min(screen.width, screen.height) < 600 ? 'phone' : 'tablet';
}

/** SR11: what a device whose cameras these are needs from the user although it records. */
export function deviceNeeds(cameras: readonly CameraSession[], w: Words): Advice[] {
	const needs: Advice[] = [];
	for (const { missingLens } of cameras)
		if (missingLens !== null) needs.push(w.guard.otherLens(missingLens));
	const low = cameras.find(({ lowBattery }) => lowBattery !== null)?.lowBattery;
	if (low) needs.push(w.guard.plugIn(w.percent(low.level)));
	if (cameras.some(({ degradation }) => degradation === 'strain')) needs.push(w.guard.strain);
	return needs;
}

function savedUntil({ savedUntilMs, recorder }: CameraSession, w: Words): string[] {
	if (savedUntilMs === null) return [];
	const moment = recorder.kind === 'recording' ? w.time(savedUntilMs) : w.about(savedUntilMs);
	return [w.guard.status.saved(moment)];
}

/** Remaining space, and the battery where it is reported. */
export function remainingCapacity({ outlook, charge }: Session, w: Words): string[] {
	const { status } = w.guard;
	const parts: string[] = [];
	if (outlook) parts.push(status.keeps(w.span(outlook.keepsMs)));
	// A full battery on its charger is not worth a line.
	if (charge && !(charge.charging && charge.level === 1))
		parts.push(status[charge.charging ? 'charging' : 'battery'](w.percent(charge.level)));
	return parts;
}
