import type { Words } from '#ui/words/en/index.ts';

export const answers: Words['help']['answers'] = [
	{
		question: 'Wie fange ich an?',
		answer:
			'Wähle Aufnehmen, erlaube die Kamera und drücke Aufnahme starten. Nach ein paar Sekunden läuft unter Gespeichert die erste Aufnahme.',
	},
	{
		question: 'Wie finde ich einen Moment?',
		answer:
			'Ziehe die Zeitleiste. Mit zwei Fingern oder mit Strg und dem Rad zoomst du, von einer Sekunde bis zu einem Monat. Schraffierte Abschnitte sind leer; tippe darauf, um zu sehen, warum. Zeitpunkt wählen zeigt, welche Tage Aufnahmen haben. Mit der Tastatur: Pfeile bewegen, Plus und Minus zoomen, Komma und Punkt gehen ein Bild weiter, j und l zehn Sekunden, k spielt ab und pausiert, n und p springen zum nächsten und zum vorigen Ereignis, g wählt einen Zeitpunkt.',
	},
	{
		question: 'Wie speichere oder teile ich einen Clip?',
		answer:
			'Drücke Clip speichern, ziehe die Griffe auf der Zeitleiste und drücke Speichern: Du bekommst ein gewöhnliches MP4. Ein Clip ist nicht mehr verschlüsselt: Wer die Datei hat, kann sie abspielen. Anheften behält Aufnahmen auf diesem Gerät, wenn ältere gelöscht werden.',
	},
	{
		question: 'Kann ich das Löschen rückgängig machen?',
		answer: 'Ja, zehn Minuten lang, solange Platz ist. Danach sind die Daten endgültig weg.',
	},
	{
		question: 'Was passiert, wenn der Speicher voll ist?',
		answer:
			'Neue Aufnahmen ersetzen die ältesten, angeheftete bleiben. Die Aufnahme hört nicht auf. Die Grenze steht unter Speicher.',
	},
	{
		question: 'Warum hat die Aufnahme auf meinem Handy aufgehört?',
		answer:
			'Auf einem Handy kann eine Seite die Kamera nur nutzen, solange sie zu sehen ist. Lass es am Strom und die Seite offen. Die Seite lässt den Bildschirm an, wo der Browser es erlaubt.',
	},
	{
		question: 'Wie lasse ich es im Regal stehen?',
		answer:
			'Schließe es an, starte die Aufnahme und drücke Wachmodus. Der Bildschirm wird schwarz; das Zeichen REC zeigt, dass es aufnimmt. Wird nichts gespeichert, steht das stattdessen auf dem Bildschirm.',
	},
	{
		question: 'Wer kann meine Aufnahmen sehen?',
		answer:
			'Wer diesen Browser auf diesem Gerät benutzen kann, und die Geräte in deinem Zuhause: Sie stehen unter Einstellungen, Geräte. Alles wird vor dem Speichern oder Senden verschlüsselt. Die Kamera zeigt, wer zuschaut.',
	},
	{
		question: 'Braucht es das Internet?',
		answer:
			'Nein. Einmal geöffnet, funktioniert es ohne Netz und ohne den Server. Installiere es unter Einstellungen, um es wie eine App zu nutzen.',
	},
];
