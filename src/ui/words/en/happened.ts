import type { EventCommand } from '#domain/recording/event.ts';
import { named } from '#ui/words/format/named.ts';

/** What was asked, after who did: “Anna turned on the torch”. */
function asked({ name, value }: EventCommand): string {
	switch (name) {
		case 'lens':
			return 'changed the lens';
		case 'torch':
			return value === true ? 'turned on the torch' : 'turned off the torch';
		case 'quality':
			return 'changed the quality';
		case 'start':
			return 'started the recording';
		case 'stop':
			return 'stopped the recording';
		case 'guard':
			return value === true ? 'turned on guard mode' : 'ended guard mode';
		case 'restart':
			return 'restarted the camera';
		case 'siren':
			return value === true ? 'sounded the siren' : 'silenced the siren';
		case 'talk':
			return 'talked through this device';
		case 'copy':
			return 'changed what is copied to the relay';
	}
}

const orders: Readonly<Record<EventCommand['name'], string>> = {
	lens: 'change the lens',
	torch: 'switch the torch',
	quality: 'change the quality',
	start: 'start the recording',
	stop: 'stop the recording',
	guard: 'turn on guard mode',
	restart: 'restart the camera',
	siren: 'switch the siren',
	talk: 'talk through this device',
	copy: 'change what is copied to the relay',
};

const guardOff = 'end guard mode';

/** Events that name who did it, and those of the test picture. */
export const happened = {
	someone: 'Someone',
	watched: (name: string) => `${named(name)} watched`,
	sealed: (name: string) =>
		`${named(name)} received encrypted pictures from the relay, without the key`,
	/** By the relay's word: nobody signs it. */
	looked: (name: string, from: string, to: string) =>
		`${named(name)} looked at ${from} to ${to}, says the relay`,
	ordered: (name: string, order: EventCommand) => `${named(name)} ${asked(order)}`,
	testPicture: 'Test picture: no camera was on',
	/** It was not done. */
	refused: (name: string, { name: what, value, fault }: EventCommand) => {
		const wanted = what === 'guard' && value !== true ? guardOff : orders[what];
		return `${named(name)} tried to ${wanted}: ${fault === 'denied' ? 'refused' : 'not done'}`;
	},
};
