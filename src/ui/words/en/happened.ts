import type { Ordered } from '#domain/recording/event.ts';
import { named } from '#ui/words/format/named.ts';

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

/** Events that name who did it, and those of the test picture. */
export const happened = {
	someone: 'Someone',
	watched: (name: string) => `${named(name)} watched`,
	sealed: (name: string) =>
		`${named(name)} got sealed pictures from the relay, without a key for them`,
	ordered: (name: string, order: Ordered) => `${named(name)} ${asked(order)}`,
	testPicture: 'Test picture: no camera was on',
	/** It was not done. */
	refused: (name: string, { name: what, value, fault }: Ordered) => {
		const wanted = what === 'guard' && value !== true ? guardOff : orders[what];
		return `${named(name)} wanted ${wanted}: ${fault === 'denied' ? 'refused' : 'not done'}`;
	},
};
