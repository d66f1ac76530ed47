import { SYSTEM_NAMES } from '#domain/recording/agent.ts';
import type { Wanted } from '#domain/pairing/pairing.ts';
import type { pair as english } from '#ui/words/en/pair.ts';
import { listed, named } from '#ui/words/format/named.ts';

const again = 'Beginne noch einmal mit einem neuen Code.';

const roles: (typeof english)['show']['roles'] = {
	viewer: 'Ansehen und steuern',
	'view-only': 'Ansehen',
	'live-only': 'Nur live ansehen',
	camera: 'Eine Kamera',
	owner: 'Ein Besitzer',
};

const becomes: Readonly<Record<Wanted, string>> = {
	viewer: 'Dieses Gerät wird Kameras ansehen und steuern.',
	'view-only': 'Dieses Gerät wird zusehen, aber keine Kamera steuern.',
	'live-only': 'Dieses Gerät wird nur live zusehen.',
	camera: 'Dieses Gerät wird eine Kamera.',
	owner: 'Dieses Gerät wird Besitzer.',
};

export const pair: typeof english = {
	title: 'Gerät verbinden',
	lead: 'Zwei Geräte lernen sich einmal kennen, mit einem Code. Danach finden sie sich von selbst.',
	show: {
		title: 'Ein anderes Gerät hereinlassen',
		wanted: 'Was es sein wird',
		roles,
		notes: {
			viewer: 'Sieht zu, spricht, startet Aufnahmen. Beenden kann sie nur ein Besitzer.',
			'view-only': 'Sieht live und Gespeichertes. Steuert keine Kamera.',
			'live-only': 'Sieht live, nichts Gespeichertes. Steuert keine Kamera.',
			camera: 'Nimmt auf. Es sieht keine andere Kamera.',
			owner: 'Darf alles, lässt Geräte herein und entfernt sie.',
		},
		button: 'Code zeigen',
		notOwner: 'Nur ein Besitzer lässt Geräte herein, und dieses Gerät ist keiner.',
		askOwner: (owners) =>
			`Öffne diese Seite auf einem Gerät, das Besitzer ist${owners.length === 0 ? '' : `: ${listed(owners)}`}. Es zeigt den Code, den das neue Gerät scannt.`,
		own: 'Dieses Gerät von einem Besitzer scannen lassen',
		ownNote: 'Für ein neues Gerät, dessen Kamera nicht scannen kann.',
	},
	join: {
		title: 'Dieses Gerät ist das neue',
		name: 'Name dieses Geräts',
		namePlaceholder: 'Küchenhandy, Laptop …',
		called: ({ agent, mobile }) => {
			const { browser, system, device } = agent;
			if (device !== null) return device;
			if (browser === null || system === null) return mobile ? 'Handy' : 'Computer';
			return `${browser} auf ${system === 'mac' ? 'dem ' : ''}${SYSTEM_NAMES[system]}`;
		},
		code: 'Code zum Verbinden',
		codeNote: 'Acht Zeichen oder der ganze Link, von dem Gerät, das dieses hereinlässt.',
		given: 'Du hast einen Link zum Verbinden geöffnet. Wähle einen Namen, dann tritt bei.',
		keeps: 'Was dieses Gerät aufgenommen hat, bleibt auf ihm.',
		button: 'Beitreten',
		scan: 'Code scannen',
		stopScan: 'Nicht mehr scannen',
		scanning: 'Richte die Kamera auf den Code.',
	},
	preparing: 'Bereitet einen Code vor …',
	showing: {
		title: 'Scanne das mit dem anderen Gerät',
		qr: 'Code zum Verbinden',
		link: 'Oder öffne dort diesen Link:',
		here: 'In einem anderen Browser dieses Computers oder einem privaten Fenster öffne diesen:',
		copyHere: 'Link für diesen Computer kopieren',
		trust: {
			title: 'Warnt das andere Gerät vor der Verbindung?',
			first:
				'Es vertraut dieser Spy-cam noch nicht. Scanne zuerst das hier; es führt einmal hindurch.',
			qr: 'Adresse der Seite über das Vertrauen',
			then: 'Scanne danach den Code oben.',
		},
		until: (left) => `Gilt ${left}, für ein Gerät.`,
		secret: 'Zeige ihn sonst niemandem.',
		copy: 'Link kopieren',
		copied: {
			done: 'Kopiert.',
			failed: 'Das ging nicht. Markiere den Text oben und kopiere ihn von Hand.',
		},
		share: 'Teilen',
		toLetters: 'Scannen geht nicht? Zeichen tippen',
		toLettersNote:
			'Dieser Code gilt dann nicht mehr, und du tippst sechs Ziffern vom anderen Bildschirm ab.',
		letters: {
			title: 'Tippe diese Zeichen auf dem anderen Gerät',
			until: (left) => `Gelten ${left}, für ein Gerät. Zeige sie sonst niemandem.`,
			note: 'Auch das Relay kennt diese Zeichen. Darum tippst du hier gleich sechs Ziffern ein, die das andere Gerät zeigt.',
			toCode: 'Lieber einen Code zum Scannen zeigen',
		},
	},
	near: {
		lead: 'Hier gibt es kein Relay, darum tauschen die beiden Geräte zwei Codes aus. Beide müssen im selben Netz sein, und beide Seiten bleiben offen.',
		show: '1 von 3: Scanne das mit dem anderen Gerät',
		scan: '2 von 3: Scanne, was das andere Gerät dann zeigt',
		answer: '2 von 3: Scanne das mit dem ersten Gerät',
		last: '3 von 3: Sie verbinden sich von selbst. Ein neues Gerät wird auf dem Bildschirm eines Besitzers erlaubt.',
		waits: 'Wartet auf das erste Gerät …',
		copyAnswer: 'Oder kopiere diesen Text und füge ihn auf dem ersten Gerät ein:',
		copy: 'Kopieren',
		wrong: {
			what: 'Das ist nicht die Antwort auf diesen Code.',
			next: 'Scanne den Code oben mit dem anderen Gerät, und dann den, den es zeigt.',
		},
		apart: 'Deine Geräte sind nicht verbunden',
		apartNote:
			'Ohne Relay finden sie sich mit zwei Codes, jedes Mal, wenn ihre Seiten geschlossen waren. Drücke auf einem „Wieder verbinden“ und auf dem anderen unten „Code scannen“. Ein neues Gerät kommt dadurch nicht herein.',
		again: 'Wieder verbinden',
		linking: 'Verbindet …',
		linked: 'Die Geräte sind verbunden.',
		linkedNote:
			'Lass diese Seite auf beiden offen. Wird eine geschlossen oder neu geladen, verbinde sie wieder.',
		stranger: {
			what: 'Das andere Gerät gehört nicht zum selben Zuhause.',
			next: 'Ein Besitzer kann dieses Gerät hereinlassen: Wähle dort „Code zeigen“.',
		},
		cut: {
			what: 'Die Verbindung zwischen den Geräten ist zu Ende.',
			next: 'Verbinde sie mit zwei neuen Codes.',
		},
	},
	exchanging: 'Die Geräte lernen sich kennen …',
	comparing: {
		owner: (name) => `„${named(name)}“ hereinlassen?`,
		taken: (name, free) =>
			`Ein Gerät dieses Zuhauses heißt schon „${named(name)}“. Dieses wird „${named(free)}“ heißen.`,
		fresh: 'Vergleiche die Ziffern',
		by: {
			code: 'Die beiden Geräte haben sich über einen Code gefunden, der gescannt oder als Link geöffnet wurde.',
			letters: 'Die beiden Geräte haben sich über getippte Zeichen gefunden.',
		},
		letters: {
			label: 'Die sechs Ziffern auf dem anderen Gerät',
			why: 'Lies sie von seinem Bildschirm ab. Erlauben kannst du es, wenn sie stimmen.',
			fits: 'Die Ziffern stimmen.',
			wrong: (left) =>
				left === 1
					? 'Das sind nicht die Ziffern des anderen Geräts. Noch ein Versuch.'
					: `Das sind nicht die Ziffern des anderen Geräts. Noch ${left} Versuche.`,
			fresh: 'Tippe diese Ziffern auf dem anderen Gerät',
			until: 'Sein Bildschirm sagt, ob sie stimmen.',
			only: 'Mach nur weiter, wenn sie stimmen.',
			right: 'Sie stimmen dort',
			differ: 'Sie stimmen dort nicht',
			waitsOwner: 'Erlaube es jetzt auf dem anderen Gerät.',
		},
		spoken: (digits) => digits.split('').join(' '),
		compare: 'Zeigt der andere Bildschirm dieselben sechs Ziffern?',
		only: 'Erlaube es nur, wenn beide gleich sind.',
		allow: 'Erlauben',
		refuse: 'Ablehnen',
		waits: 'Wartet auf das andere Gerät …',
		waitsOwner: 'Erlaube es jetzt auf dem anderen Gerät. Sein Bildschirm zeigt dieselben Ziffern.',
		becomes: (wanted) => becomes[wanted],
	},
	returning: {
		title: 'Unterwegs ins Zuhause',
		note: 'Die Verbindung riss ab, bevor dieses Gerät dazugehörte. Sobald es auf dem anderen Gerät erlaubt ist, kommt es von selbst herein. Lass diese Seite offen.',
		apart:
			'Die Verbindung riss ab, bevor dieses Gerät dazugehörte. Ohne Relay verbinden sich die beiden mit zwei Codes: Drücke auf dem anderen Gerät „Wieder verbinden“ und scanne hier dessen Code.',
		connect: 'Verbinden',
		stop: 'Nicht beitreten',
	},
	done: {
		owner: (name) => `„${named(name)}“ gehört jetzt zu deinem Zuhause.`,
		fresh: 'Dieses Gerät gehört jetzt dazu.',
		renamed: (wished, name) => `Es heißt dort „${named(name)}“: „${named(wished)}“ war vergeben.`,
		second: (name) => `Soll „${named(name)}“ auch Besitzer sein?`,
		secondNote:
			'Geht dieses Gerät verloren, kann ein Besitzer weiter Geräte hereinlassen und herausnehmen. Ein Zuhause sollte zwei haben.',
		yes: 'Ja, auch Besitzer',
		no: 'Nein, nur Zuschauer',
		promoted: (name) => `„${named(name)}“ ist jetzt Besitzer.`,
		notPromoted: 'Das ging nicht. Du kannst es später in den Einstellungen tun.',
		watch: 'Meine Kameras ansehen',
		camera: 'Dieses Gerät als Kamera nutzen',
		more: 'Noch ein Gerät verbinden',
	},
	ended: {
		again: 'Noch einmal',
		ends: {
			refused: { what: 'Das Gerät wurde abgelehnt.', next: 'Nichts wurde geändert.' },
			cancelled: { what: 'Du hast abgebrochen.', next: 'Nichts wurde geändert.' },
			expired: { what: 'Der Code ist zehn Minuten alt und gilt nicht mehr.', next: again },
			burnt: {
				what: 'Der Code wurde zweimal benutzt, oder etwas passte nicht. Niemand kam herein.',
				next: 'Vielleicht ist er in einem anderen Tab offen. Schließe den Tab und beginne mit einem neuen Code, den sonst niemand sieht.',
			},
			digits: {
				what: 'Die Ziffern waren nicht gleich. Vielleicht steht jemand zwischen den Geräten. Niemand kam herein.',
				next: 'Beginne noch einmal mit einem Code, der gescannt und nicht getippt wird.',
			},
			'no-relay': {
				what: 'Unter dieser Adresse ist kein Relay, und dieser Browser kann sich ohne eines nicht verbinden.',
				next: 'Nimm auf diesem Gerät einen anderen Browser, oder öffne die App unter der Adresse, die dein Relay zeigt.',
			},
			invitation: {
				what: 'Dieses Relay kennt dein Zuhause noch nicht.',
				next: 'Gib die Einladung ein, die das Relay beim Start gezeigt hat.',
			},
			unreachable: {
				what: 'Das Relay ist nicht zu erreichen.',
				next: 'Beide Geräte müssen im selben Netz wie das Relay sein oder es erreichen können. Öffne auf dem neuen Gerät den Link selbst, dann versuche es noch einmal.',
			},
			'unknown-code': {
				what: 'Das ist kein Code, oder er gilt nicht mehr.',
				next: 'Codes gelten zehn Minuten und für ein Gerät. Lass dir einen neuen zeigen.',
			},
			'too-many': {
				what: 'Das waren zu viele falsche Codes.',
				next: 'Warte zehn Minuten, oder scanne den Code, statt ihn zu tippen.',
			},
			'other-side-gone': { what: 'Das andere Gerät hat aufgehört.', next: again },
			version: {
				what: 'App und Relay haben verschiedene Versionen.',
				next: 'Bitte aktualisiere: Lade diese Seite neu und starte das Relay in seiner neuesten Version.',
			},
			'own-code': {
				what: 'Diesen Code zeigt dieser Browser selbst.',
				next: 'Öffne ihn auf dem anderen Gerät.',
			},
			'not-owner': {
				what: 'Nur ein Besitzer lässt Geräte herein, und dieses Gerät ist keiner.',
				next: 'Zeige den Code auf einem Gerät, das Besitzer ist.',
			},
			'no-way': {
				what: 'Die beiden Geräte erreichen einander nicht.',
				next: 'Bringe beide in dasselbe WLAN und beginne noch einmal. Ein Gästenetz trennt Geräte oft voneinander. Es hilft, wenn eines der beiden mit der Kamera scannt, statt zu kopieren.',
			},
			'no-network': {
				what: 'Dieses Gerät ist in keinem Netz.',
				next: 'Verbinde es mit demselben WLAN wie das andere Gerät, dann beginne noch einmal.',
			},
			'stale-answer': {
				what: 'Dieser Code antwortet auf einen, der hier nicht mehr gezeigt wird.',
				next: 'Zeige auf diesem Gerät einen neuen Code, scanne ihn mit dem anderen und dann dessen Antwort.',
			},
			'never-came': {
				what: 'Das Gerät kam nicht binnen zehn Minuten. Es gehört nicht zu deinem Zuhause.',
				next: 'Wenn es deines ist, lass es mit einem neuen Code noch einmal herein.',
			},
			failed: { what: 'Das ging nicht.', next: again },
		},
	},
	invitation: {
		title: 'Dein Zuhause bei diesem Relay eröffnen',
		welcome: 'Willkommen. Das ist deine Spy-cam.',
		come: 'Eröffne hier zuerst dein Zuhause. Es gehört diesem Gerät, und das lässt andere herein.',
		label: 'Einladung',
		button: 'Mein Zuhause hier eröffnen',
		wrong:
			'Diese Einladung wurde schon benutzt, ist älter als 24 Stunden oder von vor dem letzten Start.',
		wrongNext:
			'Hast du dein Zuhause auf einem anderen Gerät eröffnet? Wähle dort Einstellungen, dann „Gerät verbinden“, zeige einen Code und scanne ihn hier. Sonst nimm die neueste Einladung, die das Relay zeigt.',
		opened: 'Dein Zuhause ist bei diesem Relay eröffnet.',
		next: 'Als Nächstes: Mach dieses Gerät zur Kamera, oder lass unten ein anderes herein.',
	},
	cancel: 'Abbrechen',
};
