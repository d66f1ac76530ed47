import type { WakeLockState } from '#domain/recording/wake-lock.ts';
import { named } from '#ui/words/format/named.ts';

const awake: Readonly<Record<WakeLockState, string>> = {
	unwanted: '',
	held: '',
	refused:
		'The browser is not keeping the screen on; the battery may be low. Plug this device in and set its screen to stay on.',
	missing: 'This browser cannot keep the screen on. Set this device’s screen to stay on.',
};

/** Guard mode, the status line, and what asks for a hand. */
export const guard = {
	enter: 'Guard mode',
	enterNote: 'A black screen that keeps recording.',
	title: 'Guard mode',
	soonDark: 'The screen goes black in a few seconds. Touch it to see this again.',
	leave: 'Hold to leave guard mode',
	leaveNote: 'Or hold Space or Enter.',
	awake,
	/** What would help the device to record as chosen, or longer. */
	plugIn: (percent: string) => ({
		what: `Plug this device in: the battery is at ${percent}.`,
		next: 'Until it charges, it records fewer frames to last longer.',
	}),
	strain: {
		what: 'This device is too warm or too busy.',
		next: 'Move it out of the sun and close other apps. Until then it records at a lower quality.',
	},
	/** `name`: of the chosen one, '' where nobody knows. */
	otherLens: (name: string) => ({
		what: `The chosen camera${name && ` “${named(name)}”`} is missing. Another one is in use.`,
		next: 'Plug it in again to switch back.',
	}),
	/** Instead of the badge. */
	goOn: 'Resume recording',
	goOnWhy: (what: string, since: string | null) =>
		since === null
			? `This device should be recording. ${what}`
			: `This device should be recording; nothing has been saved since ${since}. ${what}`,
	trying: 'Trying …',
	status: {
		device: { phone: 'This phone', tablet: 'This tablet', computer: 'This computer' },
		recording: (subject: string) => `${subject} is recording`,
		starting: (subject: string) => `${subject} is starting to record`,
		blind: (subject: string, reason: string) => `${subject} is not saving: ${reason}`,
		stopped: (subject: string) => `${subject} has stopped recording`,
		rests: (subject: string, until: string | null) =>
			until === null ? `${subject} is paused, as scheduled` : `${subject} is paused until ${until}`,
		saved: (time: string) => `saved up to ${time}`,
		keeps: (span: string) => `Keeps about ${span}`,
		battery: (percent: string) => `Battery ${percent}`,
		charging: (percent: string) => `Battery ${percent}, charging`,
	},
};
