import type { Language } from '#state/app/session.svelte.ts';

const en = {
	title: 'Cameras need a secure address',
	why: 'This page came over a connection that anybody on the way can read and change. Browsers give such a page no camera and no keys, so nothing works here.',
	looking: 'Looking for the secure address …',
	other: 'On a phone or another computer',
	trustFirst: 'Let the device trust this Spy-cam, once. It takes about two minutes.',
	trust: 'Trust this Spy-cam',
	then: 'Then open the secure address:',
	scan: 'Or scan this with the phone: it leads through both steps.',
	qr: 'Address of the page about trust',
	local: 'On the computer that runs Spy-cam',
	localNote: 'Its own name for itself is secure:',
	none: 'Open this page with https:// instead of http://, or ask whoever runs it for its secure address.',
};

const de: typeof en = {
	title: 'Kameras brauchen eine sichere Adresse',
	why: 'Diese Seite kam über eine Verbindung, die jeder unterwegs lesen und ändern kann. Browser geben so einer Seite weder Kamera noch Schlüssel, darum geht hier nichts.',
	looking: 'Sucht die sichere Adresse …',
	other: 'Auf einem Handy oder anderen Computer',
	trustFirst: 'Lass das Gerät dieser Spy-cam einmal vertrauen. Das dauert etwa zwei Minuten.',
	trust: 'Dieser Spy-cam vertrauen',
	then: 'Öffne danach die sichere Adresse:',
	scan: 'Oder scanne das mit dem Handy: Es führt durch beide Schritte.',
	qr: 'Adresse der Seite über das Vertrauen',
	local: 'Auf dem Computer, auf dem Spy-cam läuft',
	localNote: 'Sein eigener Name für sich selbst ist sicher:',
	none: 'Öffne diese Seite mit https:// statt http://, oder frage, wer sie betreibt, nach der sicheren Adresse.',
};

/** Said at an insecure address only, where nothing else is. */
export const INSECURE: Readonly<Record<Language, typeof en>> = { en, de };
