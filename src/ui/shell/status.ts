import type { Session } from '#state/app/session.svelte.ts';
import type { Advice, Words } from '#ui/words/en/index.ts';

export interface StatusText {
	/** The most important thing, with its subject, as announced by assistive technology. */
	readonly what: string;
	/** For how long it has recorded. */
	readonly lasts: string | null;
	readonly more: readonly string[];
	readonly urgent: boolean;
}

/**
 * LV27: the state of this device as a camera while it records, should record, or will by schedule;
 * `null`: nothing to say, or not known yet. The most important comes first.
 */
export function statusOf(session: Session, w: Words): StatusText | null {
	const { recorder, blind, planned, stuck } = session;
	const { status } = w.guard;
	if (recorder === null || session.ownCamera === null) return null;
	const device = status.device[deviceOf(session)];
	const rest = [...savedUntil(session, w), ...remainingCapacity(session, w)];
	const said = (what: string, more = rest, urgent = false) => ({ what, lasts: null, more, urgent });
	if (blind !== null) return said(status.blind(device, w.gaps[blind]), rest, true);
	switch (recorder.kind) {
		case 'recording': {
			const [need] = deviceNeeds(session, w);
			const records = status.recording(device);
			if (need) return said(need.what, [records, ...rest]);
			const { sinceMs, untilMs } = recorder.saved;
			const short = untilMs - sinceMs < 60_000;
			return { ...said(records), lasts: short ? null : w.span(untilMs - sinceMs) };
		}
		case 'starting':
			return said(status.starting(device));
		case 'elsewhere':
			return said(w.camera.elsewhere, []);
		default: {
			if (stuck !== null) return said(status.stopped(device), rest, true);
			if (recorder.kind !== 'off' || planned?.records !== false || planned.pressed) return null;
			return said(status.rests(device, planned.untilMs === null ? null : w.about(planned.untilMs)));
		}
	}
}

function deviceOf({ engine }: Session): 'phone' | 'tablet' | 'computer' {
	if (engine?.features.mobile !== true) return 'computer';
	return Math.min(screen.width, screen.height) < 600 ? 'phone' : 'tablet';
}

/** SR11: what the device needs from the user although it records. */
export function deviceNeeds({ lowBattery, degradation, missingLens }: Session, w: Words): Advice[] {
	const needs: Advice[] = [];
	if (missingLens !== null) needs.push(w.guard.otherLens(missingLens));
	if (lowBattery !== null) needs.push(w.guard.plugIn(w.percent(lowBattery.level)));
	if (degradation === 'strain') needs.push(w.guard.strain);
	return needs;
}

function savedUntil({ savedUntilMs, recorder }: Session, w: Words): string[] {
	if (savedUntilMs === null) return [];
	const moment = recorder?.kind === 'recording' ? w.time(savedUntilMs) : w.about(savedUntilMs);
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
