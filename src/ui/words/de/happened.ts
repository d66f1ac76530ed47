import type { EventCommand } from '#domain/recording/event.ts';
import type { happened as english } from '#ui/words/en/happened.ts';
import { named } from '#ui/words/format/named.ts';

function asked({ name, value }: EventCommand): string {
	switch (name) {
		case 'lens':
			return 'hat das Objektiv gewechselt';
		case 'torch':
			return value === true ? 'hat die Lampe eingeschaltet' : 'hat die Lampe ausgeschaltet';
		case 'quality':
			return 'hat die Qualität geändert';
		case 'start':
			return 'hat die Aufnahme gestartet';
		case 'stop':
			return 'hat die Aufnahme beendet';
		case 'guard':
			return value === true ? 'hat den Wachmodus eingeschaltet' : 'hat den Wachmodus beendet';
		case 'restart':
			return 'hat die Kamera neu gestartet';
		case 'siren':
			return value === true ? 'hat die Sirene eingeschaltet' : 'hat die Sirene ausgeschaltet';
		case 'talk':
			return 'hat über dieses Gerät gesprochen';
		case 'copy':
			return 'hat geändert, was zum Relay kopiert wird';
	}
}

const orders: Readonly<Record<EventCommand['name'], string>> = {
	lens: 'das Objektiv wechseln',
	torch: 'die Lampe schalten',
	quality: 'die Qualität ändern',
	start: 'die Aufnahme starten',
	stop: 'die Aufnahme beenden',
	guard: 'den Wachmodus einschalten',
	restart: 'die Kamera neu starten',
	siren: 'die Sirene schalten',
	talk: 'über dieses Gerät sprechen',
	copy: 'ändern, was zum Relay kopiert wird',
};

const guardOff = 'den Wachmodus beenden';

export const happened: typeof english = {
	someone: 'Jemand',
	watched: (name) => `${named(name)} hat zugeschaut`,
	sealed: (name) => `${named(name)} bekam verschlüsselte Bilder vom Relay, ohne den Schlüssel`,
	looked: (name, from, to) => `${named(name)} hat sich ${from} bis ${to} angesehen, sagt das Relay`,
	testPicture: 'Testbild: Keine Kamera war an',
	ordered: (name, order) => `${named(name)} ${asked(order)}`,
	refused: (name, { name: what, value, fault }) => {
		const wanted = what === 'guard' && value !== true ? guardOff : orders[what];
		return `${named(name)} wollte ${wanted}: ${fault === 'denied' ? 'abgelehnt' : 'nicht gelungen'}`;
	},
};
