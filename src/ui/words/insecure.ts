import type { Language } from '#state/app/session.svelte.ts';

const en = {
	title: 'Cameras need a secure address',
	why: 'This page came over a connection that others can read and change. Browsers give such a page no camera and no keys, so nothing works here.',
	looking: 'Finding the secure address …',
	other: 'On a phone or another computer',
	trustFirst: 'Make the device trust this Spy-cam once. It takes about two minutes.',
	trust: 'Trust this Spy-cam',
	then: 'Then open the secure address:',
	scan: 'Or scan this with the phone: it guides you through both steps.',
	qr: 'Address of the trust page',
	local: 'On the computer that runs Spy-cam',
	localNote: 'This address is secure there:',
	none: 'Open this page with https:// instead of http://, or ask the person who runs it for the secure address.',
};

const de: typeof en = {
	title: 'Kameras brauchen eine sichere Adresse',
	why: 'Diese Seite kam über eine Verbindung, die andere lesen und ändern können. Browser geben so einer Seite weder Kamera noch Schlüssel, deshalb geht hier nichts.',
	looking: 'Die sichere Adresse wird gesucht …',
	other: 'Auf einem Handy oder anderen Computer',
	trustFirst: 'Lass das Gerät dieser Spy-cam einmal vertrauen. Das dauert etwa zwei Minuten.',
	trust: 'Dieser Spy-cam vertrauen',
	then: 'Öffne danach die sichere Adresse:',
	scan: 'Oder scanne das mit dem Handy: Es führt dich durch beide Schritte.',
	qr: 'Adresse der Vertrauensseite',
	local: 'Auf dem Computer, auf dem Spy-cam läuft',
	localNote: 'Dort ist diese Adresse sicher:',
	none: 'Öffne diese Seite mit https:// statt http://, oder frage die Person, die sie betreibt, nach der sicheren Adresse.',
};

/** Said at an insecure address only, where nothing else is. */
export const INSECURE: Readonly<Record<Language, typeof en>> = { en, de };
