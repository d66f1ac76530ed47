import type { EventKind, Ordered } from '#domain/event.ts';
import type { Wrong } from '#domain/tamper.ts';

/** Kinds that say all by themselves. */
export type Alone = Exclude<EventKind, 'watched' | 'sealed' | 'ordered'>;

/** What was asked, after who did: “Anna switched the torch on”. */
function asked({ name, value }: Ordered): string {
	switch (name) {
		case 'lens':
			return 'changed the lens';
		case 'torch':
			return value === true ? 'switched the torch on' : 'switched the torch off';
		case 'quality':
			return 'changed the quality';
		case 'start':
			return 'started the recording';
		case 'stop':
			return 'stopped the recording';
		case 'guard':
			return value === true ? 'switched guard mode on' : 'ended guard mode';
		case 'restart':
			return 'restarted the camera';
		case 'siren':
			return value === true ? 'sounded the siren' : 'silenced the siren';
		case 'talk':
			return 'talked through this device';
	}
}

const orders: Readonly<Record<Ordered['name'], string>> = {
	lens: 'another lens',
	torch: 'the torch',
	quality: 'another quality',
	start: 'a recording to start',
	stop: 'the recording to stop',
	guard: 'guard mode',
	restart: 'a restart',
	siren: 'the siren',
	talk: 'to talk here',
};

const guardOff = 'guard mode to end';

const kinds: Readonly<Record<Alone, string>> = {
	covered: 'The lens was covered',
	frozen: 'The picture did not change',
	moved: 'This device was moved',
	'new-recorder': 'The recorder was restarted',
	'new-lens': 'The camera was opened again',
	reloaded: 'The page was loaded again, because nothing else helped',
	unplugged: 'Charging stopped',
	'spared-rate': 'Fewer pictures a second, to spare this device',
	'spared-size': 'A smaller picture, to spare this device',
	restored: 'A better picture again',
	'planned-start': 'Recording began, as planned',
	'planned-stop': 'Recording paused, as planned',
};

const wrong: Readonly<Record<Wrong, { readonly what: string; readonly next: string }>> = {
	covered: {
		what: 'The picture is dark: something may lie over the lens.',
		next: 'Look at the lens, or switch on a light. It records on.',
	},
	frozen: {
		what: 'The picture has not changed at all for a minute.',
		next: 'Wave at the camera. If nothing moves here, stop recording and start it again.',
	},
};

/** What happens at a camera beside its footage. */
export const events = {
	title: (day: string) => `What happened on ${day}`,
	from: (from: string, to: string) => `${from} to ${to}`,
	kinds,
	someone: 'Someone',
	watched: (name: string) => `${name} watched`,
	sealed: (name: string) => `${name} got sealed pictures from the relay, without a key for them`,
	ordered: (name: string, order: Ordered) => `${name} ${asked(order)}`,
	/** It was not done. */
	refused: (name: string, { name: what, value, fault }: Ordered) => {
		const wanted = what === 'guard' && value !== true ? guardOff : orders[what];
		return `${name} wanted ${wanted}: ${fault === 'denied' ? 'refused' : 'not done'}`;
	},
	wrong,
};
