/**
 * Systems with steps of their own, and Firefox on a computer, which has its own certificate store.
 */
export const TRUST_SYSTEMS = ['android', 'ios', 'windows', 'mac', 'firefox', 'linux'] as const;
export type TrustSystem = (typeof TRUST_SYSTEMS)[number];

/** A drawing of a system dialog: its lines, the last one as it has to be set. */
export interface DrawnDialog {
	readonly title: string;
	readonly lines: readonly string[];
	readonly set: { readonly how: 'on' | 'tick' | 'choose' | 'press'; readonly text: string };
}

export interface TrustSteps {
	readonly name: string;
	readonly steps: readonly (string | DrawnDialog)[];
	readonly remove: string;
}

export type TrustLanguage = 'en' | 'de';

const COMMAND = 'certutil -hashfile "%USERPROFILE%\\Downloads\\spy-cam.crt" SHA256';

const english = {
	title: 'Make this device trust your Spy-cam',
	lead: 'Once for each device, in about two minutes. Then the camera works.',
	why: 'Why?',
	because: [
		'Browsers allow the camera only over a secure connection. Your Spy-cam runs in your own home, where no public authority can vouch for it. So it has its own certificate, which this device must accept once.',
		'The certificate can only vouch for servers with names and addresses in your local network, not for your bank or any other site, and not for mail. It was created on the computer that runs Spy-cam, and its key has never left that computer.',
	],
	here: 'This is the computer that runs Spy-cam. It needs none of this:',
	stepOf: (step: number, of: number): string => `Step ${step} of ${of}`,
	get: 'Get the certificate',
	getNote: 'It is saved as a file, or your browser asks right away whether you want it.',
	accept: 'Accept it on this device',
	compare: 'Compare the fingerprint',
	compareWhy:
		'Spy-cam shows the same fingerprint in the terminal where it was started, and your device shows it in the steps above. Compare all three. Nobody vouches for this page yet: if one is different, someone is intercepting the connection, so stop.',
	open: 'Open Spy-cam',
	last: 'If the browser still warns, close it once and open it again.',
	next: 'Next: set up or join your home there, then press “Use this device as a camera”.',
	unfound: (name: string): string => `The browser cannot find ${name}?`,
	instead: (address: string): string => `Open ${address} instead, and always use that address.`,
	insteadWhy:
		'Not every network passes on such names. Browsers store footage and keys by address: at another address, this is another device. If the address changes from time to time, give the computer a fixed address or a name in your router.',
	others: 'Another device or browser',
	remove: 'How to remove it',
	other: { language: 'de' as TrustLanguage, name: 'Deutsch' },
	kinds: {
		android: {
			name: 'Android',
			steps: [
				'Open Settings › Security › More security settings › Encryption & credentials › Install a certificate › CA certificate. (Or search the settings for “CA certificate”.)',
				{
					title: 'Your data won’t be private',
					lines: ['Android shows this warning for every such certificate.'],
					set: { how: 'press', text: 'Install anyway' },
				},
				'Choose spy-cam.crt from the downloads.',
				'Open Encryption & credentials › Trusted credentials › User › Spy-cam. Compare the SHA-256 fingerprint with the one in the terminal. If it is different, remove the certificate at once.',
				'In Firefox, also open Settings › About Firefox, tap the logo until the debug menu is on, then Settings › Secret Settings › Use third party CA certificates. Chrome needs nothing more.',
			],
			remove:
				'Settings › Security › Encryption & credentials › User credentials › Spy-cam › Remove.',
		},
		ios: {
			name: 'iPhone, iPad',
			steps: [
				'The button works in Safari only. Allow the download.',
				'Open Settings › General › VPN & Device Management › Spy-cam › More Details and tap the certificate. Compare the SHA-256 fingerprint with the one in the terminal. Only if it is the same, go back and tap Install.',
				'Open Settings › General › About, all the way down › Certificate Trust Settings.',
				{
					title: 'Enable full trust for root certificates',
					lines: [],
					set: { how: 'on', text: 'Spy-cam' },
				},
			],
			remove: 'Settings › General › VPN & Device Management › Spy-cam › Remove Profile.',
		},
		windows: {
			name: 'Windows: Chrome, Edge',
			steps: [
				`Open the Command Prompt and type ${COMMAND} to see the fingerprint. Compare it with the one in the terminal. Continue only if it is the same.`,
				'Open spy-cam.crt from the downloads › Install Certificate › Current User.',
				{
					title: 'Certificate Store',
					lines: ['Place all certificates in the following store:'],
					set: { how: 'choose', text: 'Trusted Root Certification Authorities' },
				},
				'Finish, and answer the warning with Yes.',
			],
			remove:
				'Start menu › “Manage user certificates” › Trusted Root Certification Authorities › Certificates › Spy-cam › Delete.',
		},
		mac: {
			name: 'Mac: Safari, Chrome, Edge',
			steps: [
				'Open spy-cam.crt from the downloads. Keychain Access opens; choose the keychain “login” and press Add.',
				'Find “Spy-cam” under login › Certificates and open it. The SHA-256 fingerprint is at the end of Details. Compare it with the one in the terminal. If it is different, delete the certificate at once.',
				{
					title: 'Trust',
					lines: ['When using this certificate:'],
					set: { how: 'choose', text: 'Always Trust' },
				},
				'Close the window and type your password.',
			],
			remove: 'Keychain Access › login › Certificates › Spy-cam › Delete.',
		},
		firefox: {
			name: 'Firefox on a computer',
			steps: [
				'Firefox asks at once whether to trust the certificate. Press View and compare the SHA-256 fingerprint with the one in the terminal. Continue only if it is the same.',
				{
					title: 'Downloading Certificate',
					lines: ['Do you want to trust “Spy-cam” for the following purposes?'],
					set: { how: 'tick', text: 'Trust this CA to identify websites.' },
				},
				'If it does not ask: Settings › Privacy & Security › View Certificates › Authorities › Import, and choose spy-cam.crt.',
			],
			remove:
				'Settings › Privacy & Security › View Certificates › Authorities › Spy-cam › Delete or Distrust.',
		},
		linux: {
			name: 'Linux, ChromeOS: Chrome, Chromium',
			steps: [
				'Type sha256sum spy-cam.crt in the folder of the download (on a Chromebook look at the certificate after the import). Compare the fingerprint with the one in the terminal. Continue only if it is the same.',
				'Open chrome://certificate-manager › Custom › Installed by you › Trusted Certificates › Import. In older versions: Settings › Privacy and security › Security › Manage certificates › Authorities › Import.',
				{
					title: 'Certificate authority',
					lines: ['Older versions ask what it may do:'],
					set: { how: 'tick', text: 'Trust this certificate for identifying websites' },
				},
			],
			remove: 'The same list: Spy-cam › Delete.',
		},
	} as Readonly<Record<TrustSystem, TrustSteps>>,
};

export type TrustWords = typeof english;

const german: TrustWords = {
	title: 'Lass dieses Gerät deiner Spy-cam vertrauen',
	lead: 'Einmal für jedes Gerät, in etwa zwei Minuten. Dann geht die Kamera.',
	why: 'Warum?',
	because: [
		'Browser erlauben die Kamera nur über eine sichere Verbindung. Deine Spy-cam läuft bei dir zu Hause, wo keine öffentliche Stelle für sie bürgen kann. Deshalb hat sie ihr eigenes Zertifikat, das dieses Gerät einmal akzeptieren muss.',
		'Das Zertifikat kann nur für Server mit Namen und Adressen in deinem lokalen Netz bürgen, nicht für deine Bank oder eine andere Seite und nicht für E-Mail. Es wurde auf dem Computer erzeugt, auf dem Spy-cam läuft, und sein Schlüssel hat ihn nie verlassen.',
	],
	here: 'Das ist der Computer, auf dem Spy-cam läuft. Er braucht nichts davon:',
	stepOf: (step, of) => `Schritt ${step} von ${of}`,
	get: 'Zertifikat holen',
	getNote: 'Es wird als Datei gespeichert, oder der Browser fragt gleich, ob du es willst.',
	accept: 'Auf diesem Gerät akzeptieren',
	compare: 'Vergleiche den Fingerabdruck',
	compareWhy:
		'Spy-cam zeigt denselben Fingerabdruck in dem Terminal, in dem es gestartet wurde, und dein Gerät zeigt ihn in den Schritten oben. Vergleiche alle drei. Für diese Seite bürgt noch niemand: Ist einer anders, fängt jemand die Verbindung ab. Mach dann nicht weiter.',
	open: 'Spy-cam öffnen',
	last: 'Warnt der Browser noch, schließe ihn einmal und öffne ihn wieder.',
	next: 'Als Nächstes: Richte dort dein Zuhause ein oder tritt ihm bei, und drücke „Dieses Gerät als Kamera nutzen“.',
	unfound: (name) => `Der Browser findet ${name} nicht?`,
	instead: (address) => `Öffne stattdessen ${address}, und nutze immer diese Adresse.`,
	insteadWhy:
		'Nicht jedes Netz reicht solche Namen weiter. Browser speichern Aufnahmen und Schlüssel je Adresse: Unter einer anderen Adresse ist dies ein anderes Gerät. Ändert sich die Adresse von Zeit zu Zeit, gib dem Computer im Router eine feste Adresse oder einen Namen.',
	others: 'Ein anderes Gerät oder ein anderer Browser',
	remove: 'So entfernst du es',
	other: { language: 'en', name: 'English' },
	kinds: {
		android: {
			name: 'Android',
			steps: [
				'Öffne Einstellungen › Sicherheit › Weitere Sicherheitseinstellungen › Verschlüsselung und Anmeldedaten › Zertifikat installieren › CA-Zertifikat. (Oder suche in den Einstellungen nach „CA-Zertifikat“.)',
				{
					title: 'Deine Daten sind nicht privat',
					lines: ['Android zeigt diese Warnung bei jedem solchen Zertifikat.'],
					set: { how: 'press', text: 'Trotzdem installieren' },
				},
				'Wähle spy-cam.crt aus den Downloads.',
				'Öffne Verschlüsselung und Anmeldedaten › Vertrauenswürdige Anmeldedaten › Nutzer › Spy-cam. Vergleiche den SHA-256-Fingerabdruck mit dem im Terminal. Ist er anders, entferne das Zertifikat sofort.',
				'In Firefox außerdem: Einstellungen › Über Firefox, auf das Logo tippen, bis das Debug-Menü an ist, dann Einstellungen › Secret Settings › Use third party CA certificates. Chrome braucht nichts weiter.',
			],
			remove:
				'Einstellungen › Sicherheit › Verschlüsselung und Anmeldedaten › Nutzeranmeldedaten › Spy-cam › Entfernen.',
		},
		ios: {
			name: 'iPhone, iPad',
			steps: [
				'Die Schaltfläche funktioniert nur in Safari. Erlaube den Download.',
				'Öffne Einstellungen › Allgemein › VPN und Geräteverwaltung › Spy-cam › Mehr Details und tippe auf das Zertifikat. Vergleiche den SHA-256-Fingerabdruck mit dem im Terminal. Nur wenn er gleich ist, geh zurück und tippe auf Installieren.',
				'Öffne Einstellungen › Allgemein › Info, ganz unten › Zertifikatsvertrauenseinstellungen.',
				{
					title: 'Volles Vertrauen für Root-Zertifikate aktivieren',
					lines: [],
					set: { how: 'on', text: 'Spy-cam' },
				},
			],
			remove: 'Einstellungen › Allgemein › VPN und Geräteverwaltung › Spy-cam › Profil entfernen.',
		},
		windows: {
			name: 'Windows: Chrome, Edge',
			steps: [
				`Öffne die Eingabeaufforderung und tippe ${COMMAND}, um den Fingerabdruck zu sehen. Vergleiche ihn mit dem im Terminal. Mach nur weiter, wenn er gleich ist.`,
				'Öffne spy-cam.crt aus den Downloads › Zertifikat installieren › Aktueller Benutzer.',
				{
					title: 'Zertifikatspeicher',
					lines: ['Alle Zertifikate in folgendem Speicher speichern:'],
					set: { how: 'choose', text: 'Vertrauenswürdige Stammzertifizierungsstellen' },
				},
				'Fertig stellen, und die Warnung mit Ja beantworten.',
			],
			remove:
				'Startmenü › „Benutzerzertifikate verwalten“ › Vertrauenswürdige Stammzertifizierungsstellen › Zertifikate › Spy-cam › Löschen.',
		},
		mac: {
			name: 'Mac: Safari, Chrome, Edge',
			steps: [
				'Öffne spy-cam.crt aus den Downloads. Die Schlüsselbundverwaltung öffnet sich; wähle den Schlüsselbund „Anmeldung“ und drücke Hinzufügen.',
				'Suche „Spy-cam“ unter Anmeldung › Zertifikate und öffne es. Am Ende der Details steht der SHA-256-Fingerabdruck. Vergleiche ihn mit dem im Terminal. Ist er anders, lösche das Zertifikat sofort.',
				{
					title: 'Vertrauen',
					lines: ['Bei Verwendung dieses Zertifikats:'],
					set: { how: 'choose', text: 'Immer vertrauen' },
				},
				'Schließe das Fenster und gib dein Passwort ein.',
			],
			remove: 'Schlüsselbundverwaltung › Anmeldung › Zertifikate › Spy-cam › Löschen.',
		},
		firefox: {
			name: 'Firefox auf einem Computer',
			steps: [
				'Firefox fragt gleich, ob es dem Zertifikat vertrauen soll. Drücke Ansicht und vergleiche den SHA-256-Fingerabdruck mit dem im Terminal. Mach nur weiter, wenn er gleich ist.',
				{
					title: 'Zertifikat wird heruntergeladen',
					lines: ['Soll „Spy-cam“ für die folgenden Zwecke vertraut werden?'],
					set: { how: 'tick', text: 'Dieser CA vertrauen, um Websites zu identifizieren.' },
				},
				'Fragt es nicht: Einstellungen › Datenschutz & Sicherheit › Zertifikate anzeigen › Zertifizierungsstellen › Importieren, und wähle spy-cam.crt.',
			],
			remove:
				'Einstellungen › Datenschutz & Sicherheit › Zertifikate anzeigen › Zertifizierungsstellen › Spy-cam › Löschen oder Vertrauen entziehen.',
		},
		linux: {
			name: 'Linux, ChromeOS: Chrome, Chromium',
			steps: [
				'Tippe sha256sum spy-cam.crt im Ordner des Downloads (auf einem Chromebook sieh das Zertifikat nach dem Import an). Vergleiche den Fingerabdruck mit dem im Terminal. Mach nur weiter, wenn er gleich ist.',
				'Öffne chrome://certificate-manager › Benutzerdefiniert › Von dir installiert › Vertrauenswürdige Zertifikate › Importieren. In älteren Versionen: Einstellungen › Datenschutz und Sicherheit › Sicherheit › Zertifikate verwalten › Zertifizierungsstellen › Importieren.',
				{
					title: 'Zertifizierungsstelle',
					lines: ['Ältere Versionen fragen, was es darf:'],
					set: {
						how: 'tick',
						text: 'Diesem Zertifikat zur Identifizierung von Websites vertrauen',
					},
				},
			],
			remove: 'In derselben Liste: Spy-cam › Löschen.',
		},
	},
};

export const TRUST: Readonly<Record<TrustLanguage, TrustWords>> = { en: english, de: german };
