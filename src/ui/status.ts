import type { Session } from '#state/session.svelte.ts';
import type { Advice, Words } from './words/en.ts';

export interface Status {
	/** The one thing that matters, and what assistive technology says by itself. */
	readonly what: string;
	readonly more: readonly string[];
}

/** What is said of this device as a camera; `null`: it is not known yet. The most important first. */
export function statusOf(session: Session, w: Words): Status | null {
	const { recorder, blind } = session;
	const { status } = w.guard;
	if (recorder === null) return null;
	const rest = [...savedUntil(session, w), ...leftOf(session, w)];
	const [need] = needsOf(session, w);
	if (blind !== null) return { what: w.camera.blind(w.gaps[blind]), more: rest };
	switch (recorder.kind) {
		case 'recording': {
			const since = status.recording(w.minute(recorder.saved.sinceMs));
			return need ? { what: need.what, more: [since, ...rest] } : { what: since, more: rest };
		}
		case 'starting':
			return { what: status.starting, more: rest };
		case 'elsewhere':
			return { what: w.camera.elsewhere, more: [] };
		default:
			return { what: status.off, more: rest };
	}
}

/** SR11: what the device needs from a person although it records. */
export function needsOf({ thirsty, spared, instead }: Session, w: Words): Advice[] {
	const needs: Advice[] = [];
	if (instead !== null) needs.push(w.guard.otherLens(instead));
	if (thirsty !== null) needs.push(w.guard.plugIn(w.percent(thirsty.level)));
	if (spared === 'strain') needs.push(w.guard.strain);
	return needs;
}

function savedUntil({ savedUntilMs, recorder }: Session, w: Words): string[] {
	if (savedUntilMs === null) return [];
	const moment = recorder?.kind === 'recording' ? w.time(savedUntilMs) : w.about(savedUntilMs);
	return [w.guard.status.saved(moment)];
}

/** What is left: room, and battery where it is told. */
export function leftOf({ lasting, charge }: Session, w: Words): string[] {
	const { status } = w.guard;
	const parts: string[] = [];
	if (lasting) parts.push(status[lasting.full ? 'keeps' : 'left'](w.span(lasting.ms)));
	// A full battery on its charger is no news.
	if (charge && !(charge.charging && charge.level === 1))
		parts.push(status[charge.charging ? 'charging' : 'battery'](w.percent(charge.level)));
	return parts;
}
