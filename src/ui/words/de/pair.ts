import { SYSTEM_NAMES } from '#domain/recording/user-agent.ts';
import type { pair as english } from '#ui/words/en/pair.ts';
import { listed, named } from '#ui/words/format/named.ts';

const again = 'Beginne von vorn mit einem neuen Code.';

const roles: (typeof english)['show']['roles'] = {
	viewer: 'Ansehen und steuern',
	'view-only': 'Ansehen',
	'live-only': 'Nur live ansehen',
	camera: 'Eine Kamera',
	owner: 'Ein Besitzer',
};

export const pair: typeof english = {
	title: 'Gerät koppeln',
	lead: 'Kopple zwei Geräte einmal mit einem Code. Danach finden sie sich von selbst.',
	show: {
		title: 'Weiteres Gerät hinzufügen',
		wanted: 'Wofür ist es?',
		roles,
		notes: {
			viewer: 'Kann zuschauen, sprechen und Aufnahmen starten. Beenden kann sie nur ein Besitzer.',
			'view-only': 'Kann live und Gespeichertes ansehen. Kann keine Kamera steuern.',
			'live-only': 'Kann live ansehen, nichts Gespeichertes. Kann keine Kamera steuern.',
			camera: 'Nimmt auf. Kann keine andere Kamera ansehen.',
			owner: 'Kann alles, auch Geräte hinzufügen und entfernen.',
		},
		button: 'Code zeigen',
		notOwner: 'Nur ein Besitzer kann Geräte hinzufügen, und dieses Gerät ist keiner.',
		askOwner: (owners) =>
			`Öffne diese Seite auf einem Gerät, das Besitzer ist${owners.length === 0 ? '' : `: ${listed(owners)}`}. Es zeigt den Code, den das neue Gerät scannt.`,
		own: 'Dieses Gerät von einem Besitzer scannen lassen',
		ownNote: 'Für ein neues Gerät, dessen Kamera nicht scannen kann.',
	},
	join: {
		title: 'Einem Zuhause beitreten',
		name: 'Name dieses Geräts',
		namePlaceholder: 'Küchenhandy, Laptop …',
		called: ({ agent, mobile }) => {
			const { browser, system, device } = agent;
			if (device !== null) return device;
			if (browser === null || system === null) return mobile ? 'Handy' : 'Computer';
			return `${browser} auf ${system === 'mac' ? 'dem ' : ''}${SYSTEM_NAMES[system]}`;
		},
		code: 'Kopplungscode',
		codeNote: 'Acht Zeichen oder der ganze Link, von dem Gerät, das dieses hinzufügt.',
		given: 'Du hast einen Kopplungslink geöffnet. Wähle einen Namen und tritt bei.',
		keeps: 'Was dieses Gerät aufgenommen hat, bleibt auf diesem Gerät.',
		button: 'Beitreten',
		scan: 'Code scannen',
		stopScan: 'Scannen beenden',
		scanning: 'Richte die Kamera auf den Code.',
	},
	preparing: 'Bereitet einen Code vor …',
	showing: {
		title: 'Scanne das mit dem anderen Gerät',
		qr: 'Kopplungscode',
		link: 'Oder öffne dort diesen Link:',
		here: 'In einem anderen Browser auf diesem Computer oder einem privaten Fenster öffne diesen:',
		copyHere: 'Link für diesen Computer kopieren',
		trust: {
			title: 'Warnt das andere Gerät vor der Verbindung?',
			first:
				'Es vertraut dieser Spy-cam noch nicht. Scanne zuerst das hier und folge einmal den Schritten.',
			qr: 'Adresse der Vertrauensseite',
			then: 'Scanne danach den Code oben.',
		},
		until: (left) => `Gilt ${left}, für ein Gerät.`,
		secret: 'Zeige ihn niemandem sonst.',
		copy: 'Link kopieren',
		copied: {
			done: 'Kopiert.',
			failed: 'Kopieren ging nicht. Markiere den Text oben und kopiere ihn selbst.',
		},
		share: 'Teilen',
		toLetters: 'Scannen geht nicht? Zeichen tippen',
		toLettersNote:
			'Dieser Code gilt dann nicht mehr, und du tippst sechs Ziffern vom anderen Bildschirm ab.',
		letters: {
			title: 'Tippe diese Zeichen auf dem anderen Gerät',
			until: (left) => `Gelten ${left}, für ein Gerät. Zeige sie niemandem sonst.`,
			note: 'Auch das Relay kennt diese Zeichen. Deshalb tippst du gleich noch sechs Ziffern ein, die das andere Gerät zeigt.',
			toCode: 'Lieber einen Code zum Scannen zeigen',
		},
	},
	near: {
		lead: 'Hier gibt es kein Relay, deshalb tauschen die beiden Geräte zwei Codes aus. Beide müssen im selben Netz sein. Lass beide Seiten offen.',
		show: '1 von 3: Scanne das mit dem anderen Gerät',
		scan: '2 von 3: Scanne dann den Code auf dem anderen Gerät',
		answer: '2 von 3: Scanne das mit dem ersten Gerät',
		last: '3 von 3: Sie verbinden sich von selbst. Ein Besitzer erlaubt ein neues Gerät auf seinem Bildschirm.',
		waits: 'Wartet auf das erste Gerät …',
		copyAnswer: 'Oder kopiere diesen Text und füge ihn auf dem ersten Gerät ein:',
		copy: 'Kopieren',
		wrong: {
			what: 'Das ist nicht die Antwort auf diesen Code.',
			next: 'Scanne den Code oben mit dem anderen Gerät, und dann den, den es zeigt.',
		},
		apart: 'Deine Geräte sind nicht verbunden',
		apartNote:
			'Ohne Relay verbinden sie sich mit zwei Codes, jedes Mal, wenn ihre Seiten geschlossen waren. Drücke auf einem „Neu verbinden“ und auf dem anderen unten „Code scannen“. Ein neues Gerät wird dadurch nicht hinzugefügt.',
		again: 'Neu verbinden',
		linking: 'Verbindet …',
		linked: 'Die Geräte sind verbunden.',
		linkedNote:
			'Lass diese Seite auf beiden offen. Wird eine geschlossen oder neu geladen, verbinde sie neu.',
		stranger: {
			what: 'Das andere Gerät gehört nicht zum selben Zuhause.',
			next: 'Ein Besitzer kann dieses Gerät hinzufügen: Wähle dort „Code zeigen“.',
		},
		cut: {
			what: 'Die Verbindung zwischen den Geräten ist zu Ende.',
			next: 'Verbinde sie mit zwei neuen Codes.',
		},
	},
	exchanging: 'Die Geräte werden gekoppelt …',
	comparing: {
		owner: (name) => `„${named(name)}“ hinzufügen?`,
		taken: (name, free) =>
			`Ein Gerät in diesem Zuhause heißt schon „${named(name)}“. Dieses wird „${named(free)}“ heißen.`,
		fresh: 'Vergleiche die Ziffern',
		by: {
			code: 'Der Code wurde gescannt oder als Link geöffnet.',
			letters: 'Der Code wurde als Zeichen getippt.',
		},
		letters: {
			label: 'Die sechs Ziffern auf dem anderen Gerät',
			why: 'Lies sie von seinem Bildschirm ab. Erlauben kannst du es, wenn sie stimmen.',
			fits: 'Die Ziffern stimmen.',
			wrong: (left) =>
				left === 1
					? 'Das sind nicht die Ziffern des anderen Geräts. Du hast noch einen Versuch.'
					: `Das sind nicht die Ziffern des anderen Geräts. Du hast noch ${left} Versuche.`,
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
	},
	returning: {
		title: 'Beitritt zum Zuhause',
		note: 'Die Verbindung ist abgebrochen, bevor dieses Gerät beigetreten ist. Sobald es auf dem anderen Gerät erlaubt ist, tritt es von selbst bei. Lass diese Seite offen.',
		apart:
			'Die Verbindung ist abgebrochen, bevor dieses Gerät beigetreten ist. Ohne Relay verbinden sich die beiden mit zwei Codes: Drücke auf dem anderen Gerät „Neu verbinden“ und scanne hier dessen Code.',
		connect: 'Verbinden',
		stop: 'Nicht beitreten',
	},
	done: {
		owner: (name) => `„${named(name)}“ gehört jetzt zu deinem Zuhause.`,
		fresh: 'Dieses Gerät gehört jetzt zum Zuhause.',
		renamed: (wished, name) =>
			`Es heißt dort „${named(name)}“, weil „${named(wished)}“ vergeben war.`,
		second: (name) => `Soll „${named(name)}“ auch Besitzer sein?`,
		secondNote:
			'Geht dieses Gerät verloren, kann der andere Besitzer weiter Geräte hinzufügen und entfernen. Ein Zuhause sollte zwei haben.',
		yes: 'Ja, auch Besitzer',
		no: 'Nein, nur Zuschauer',
		promoted: (name) => `„${named(name)}“ ist jetzt Besitzer.`,
		notPromoted: 'Das ging nicht. Du kannst es später unter Einstellungen tun.',
		watch: 'Meine Kameras ansehen',
		camera: 'Dieses Gerät als Kamera nutzen',
		more: 'Noch ein Gerät koppeln',
	},
	ended: {
		again: 'Von vorn',
		ends: {
			refused: { what: 'Das Gerät wurde abgelehnt.', next: 'Nichts wurde geändert.' },
			cancelled: { what: 'Du hast das Koppeln abgebrochen.', next: 'Nichts wurde geändert.' },
			expired: { what: 'Der Code ist nach zehn Minuten abgelaufen.', next: again },
			burnt: {
				what: 'Der Code wurde zweimal benutzt, oder etwas passte nicht. Kein Gerät wurde hinzugefügt.',
				next: 'Vielleicht ist er in einem anderen Tab offen. Schließe den Tab und beginne mit einem neuen Code, den sonst niemand sieht.',
			},
			digits: {
				what: 'Die Ziffern waren nicht gleich. Vielleicht fängt jemand die Verbindung ab. Kein Gerät wurde hinzugefügt.',
				next: 'Beginne von vorn mit einem Code, der gescannt und nicht getippt wird.',
			},
			'no-relay': {
				what: 'Unter dieser Adresse ist kein Relay, und dieser Browser kann sich ohne eines nicht verbinden.',
				next: 'Verwende auf diesem Gerät einen anderen Browser, oder öffne die App unter der Adresse, die dein Relay zeigt.',
			},
			invitation: {
				what: 'Dieses Relay kennt dein Zuhause noch nicht.',
				next: 'Gib die Einladung ein, die das Relay beim Start gezeigt hat.',
			},
			unreachable: {
				what: 'Das Relay ist nicht zu erreichen.',
				next: 'Beide Geräte müssen im Netz des Relays sein oder es erreichen können. Öffne auf dem neuen Gerät den Link selbst und versuche es noch einmal.',
			},
			'unknown-code': {
				what: 'Der Code ist falsch oder abgelaufen.',
				next: 'Codes gelten zehn Minuten und für ein Gerät. Lass dir einen neuen zeigen.',
			},
			'too-many': {
				what: 'Zu viele falsche Codes.',
				next: 'Warte zehn Minuten, oder scanne den Code, statt ihn zu tippen.',
			},
			'other-side-gone': { what: 'Das andere Gerät hat das Koppeln beendet.', next: again },
			version: {
				what: 'App und Relay haben verschiedene Versionen.',
				next: 'Lade diese Seite neu und starte das Relay in seiner neuesten Version.',
			},
			'own-code': {
				what: 'Dieser Code stammt von diesem Browser.',
				next: 'Öffne ihn auf dem anderen Gerät.',
			},
			'not-owner': {
				what: 'Nur ein Besitzer kann Geräte hinzufügen, und dieses Gerät ist keiner.',
				next: 'Zeige den Code auf einem Gerät, das Besitzer ist.',
			},
			'no-way': {
				what: 'Die beiden Geräte erreichen einander nicht.',
				next: 'Verbinde beide mit demselben WLAN und beginne von vorn. Ein Gästenetz trennt Geräte oft voneinander. Es hilft, wenn eines der beiden mit der Kamera scannt, statt zu kopieren.',
			},
			'no-network': {
				what: 'Dieses Gerät ist in keinem Netz.',
				next: 'Verbinde es mit demselben WLAN wie das andere Gerät und beginne von vorn.',
			},
			'stale-answer': {
				what: 'Dieser Code antwortet auf einen, der hier nicht mehr gezeigt wird.',
				next: 'Zeige auf diesem Gerät einen neuen Code, scanne ihn mit dem anderen und dann dessen Antwort.',
			},
			'never-came': {
				what: 'Das Gerät hat sich nicht binnen zehn Minuten gemeldet. Es gehört nicht zu deinem Zuhause.',
				next: 'Wenn es deines ist, füge es mit einem neuen Code noch einmal hinzu.',
			},
			failed: { what: 'Das ging nicht.', next: again },
		},
	},
	invitation: {
		title: 'Dein Zuhause hier einrichten',
		welcome: 'Willkommen. Das ist deine Spy-cam.',
		come: 'Dein Zuhause beginnt mit diesem Gerät, und das kann andere hinzufügen. Was kommt zuerst?',
		label: 'Einladung',
		add: 'Ein anderes Gerät hinzufügen',
		button: 'Mein Zuhause einrichten',
		wrong:
			'Diese Einladung wurde schon benutzt, ist älter als 24 Stunden oder stammt von vor dem letzten Start des Relays.',
		wrongNext:
			'Ist dein Zuhause auf einem anderen Gerät eingerichtet, wähle dort Einstellungen und „Gerät koppeln“, zeige einen Code und scanne ihn hier. Sonst nimm die neueste Einladung, die das Relay zeigt.',
		opened: 'Dein Zuhause ist bei diesem Relay eingerichtet.',
		next: 'Als Nächstes: Nutze dieses Gerät als Kamera, oder füge unten ein weiteres hinzu.',
	},
	cancel: 'Abbrechen',
};
