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
			'Ziehe die Zeitleiste; mit zwei Fingern oder dem Rad zoomst du von einer Sekunde bis zu einem Monat. In schraffierten Abschnitten ist nichts; berühre einen, und er sagt warum. Gehe zu Zeit zeigt, welche Tage Aufnahmen haben. Mit der Tastatur: Pfeile bewegen, Plus und Minus zoomen, Komma und Punkt gehen ein Bild weiter, j und l zehn Sekunden, k spielt und hält an, g geht zu einer Zeit.',
	},
	{
		question: 'Wie behalte ich ein Stück oder gebe es weiter?',
		answer:
			'Drücke Clip speichern, ziehe die Griffe auf der Zeitleiste und drücke Speichern: Du bekommst ein gewöhnliches MP4. Ein Clip ist nicht mehr versiegelt: Wer die Datei hat, kann sie abspielen. Anheften behält Aufnahmen auf diesem Gerät, wenn Platz geschaffen wird.',
	},
	{
		question: 'Kann ich ein Löschen rückgängig machen?',
		answer: 'Ja, zehn Minuten lang, solange Platz ist. Danach sind die Daten endgültig weg.',
	},
	{
		question: 'Was geschieht, wenn der Platz voll ist?',
		answer:
			'Die ältesten Minuten gehen zuerst, angeheftete bleiben. Die Aufnahme hört nicht auf. Die Grenze steht unter Speicher.',
	},
	{
		question: 'Warum hat die Aufnahme auf meinem Telefon aufgehört?',
		answer:
			'Ein Telefon lässt eine Seite die Kamera nur nutzen, solange sie zu sehen ist. Lass es am Strom, offen und vorn. Die Seite hält den Bildschirm an, wo der Browser es erlaubt.',
	},
	{
		question: 'Wie lasse ich es auf dem Regal stehen?',
		answer:
			'Schließe es an, starte die Aufnahme und drücke Wachmodus. Der Bildschirm wird schwarz; das Zeichen REC sagt, dass es aufnimmt. Wird nichts gespeichert, sagt der Bildschirm das stattdessen.',
	},
	{
		question: 'Wer kann meine Aufnahmen sehen?',
		answer:
			'Wer diesen Browser auf diesem Gerät benutzen kann, und die Geräte deines Zuhauses: Sie stehen in den Einstellungen unter Geräte. Alles wird versiegelt, bevor es gespeichert oder geschickt wird. Die Kamera zeigt, wer zusieht.',
	},
	{
		question: 'Braucht es das Internet?',
		answer:
			'Nein. Einmal geöffnet, geht es ohne Netz und ohne den Server. Installiere es unter Einstellungen, dann hast du es wie eine App.',
	},
];
