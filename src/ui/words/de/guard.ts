import type { guard as english } from '#ui/words/en/guard.ts';
import { named } from '#ui/words/format/named.ts';

export const guard: typeof english = {
	enter: 'Wachmodus',
	enterNote: 'Ein schwarzer Bildschirm, der weiter aufnimmt.',
	title: 'Wachmodus',
	soonDark:
		'Der Bildschirm wird in ein paar Sekunden schwarz. Berühre ihn, um das hier wieder zu sehen.',
	leave: 'Halten, um den Wachmodus zu beenden',
	leaveNote: 'Oder halte die Leertaste oder die Eingabetaste.',
	awake: {
		unwanted: '',
		held: '',
		refused:
			'Der Browser lässt den Bildschirm nicht eingeschaltet, vielleicht weil der Akku fast leer ist. Schließe das Gerät an und stelle ein, dass der Bildschirm an bleibt.',
		missing:
			'Dieser Browser kann den Bildschirm nicht eingeschaltet lassen. Stelle am Gerät ein, dass er an bleibt.',
	},
	plugIn: (percent) => ({
		what: `Schließe das Gerät an: Der Akku ist bei ${percent}.`,
		next: 'Bis es lädt, nimmt es weniger Bilder pro Sekunde auf, um länger durchzuhalten.',
	}),
	strain: {
		what: 'Dieses Gerät ist zu warm oder hat zu viel zu tun.',
		next: 'Nimm es aus der Sonne und schließe andere Apps. Bis dahin nimmt es in geringerer Qualität auf.',
	},
	otherLens: (name) => ({
		what: `Die gewählte Kamera${name && ` „${named(name)}“`} fehlt. Eine andere wird verwendet.`,
		next: 'Schließe sie wieder an, um zurückzuwechseln.',
	}),
	goOn: 'Weiter aufnehmen',
	goOnWhy: (what, since) =>
		since === null
			? `Dieses Gerät sollte aufnehmen. ${what}`
			: `Dieses Gerät sollte aufnehmen; seit ${since} wurde nichts gespeichert. ${what}`,
	trying: 'Versuch läuft …',
	status: {
		device: { phone: 'Dieses Handy', tablet: 'Dieses Tablet', computer: 'Dieser Computer' },
		recording: (subject) => `${subject} nimmt auf`,
		starting: (subject) => `${subject} startet die Aufnahme`,
		blind: (subject, reason) => `${subject} speichert nicht: ${reason}`,
		stopped: (subject) => `${subject} nimmt nicht mehr auf`,
		rests: (subject, until) =>
			until === null ? `${subject} pausiert wie geplant` : `${subject} pausiert bis ${until}`,
		saved: (time) => `gespeichert bis ${time}`,
		keeps: (span) => `Behält etwa ${span}`,
		battery: (percent) => `Akku ${percent}`,
		charging: (percent) => `Akku ${percent}, lädt`,
	},
};
