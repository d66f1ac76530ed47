type Language = 'en' | 'de';

interface Words {
	readonly title: string;
	readonly why: string;
	readonly bounds: string;
	readonly android: readonly string[];
	readonly ios: readonly string[];
	readonly last: string;
	readonly open: string;
	readonly remove: string;
	readonly removeSteps: readonly string[];
	readonly get: string;
	readonly compare: string;
	readonly compareWhy: string;
	readonly other: { readonly language: Language; readonly name: string };
}

const words: Readonly<Record<Language, Words>> = {
	en: {
		title: 'Let this device trust your Spy-cam',
		why: 'A browser gives a page the camera only over a safe connection. Your Spy-cam stands in your own home, where no public authority can vouch for it. So it brings its own certificate, and this device has to accept it once.',
		bounds:
			'The certificate can vouch for servers with names and addresses of your local network only, not for your bank or any other site, and not for mail. It was made on the machine that runs Spy-cam, and its key has never left it.',
		get: 'Get the certificate',
		compare: 'Compare the fingerprint',
		compareWhy:
			'Spy-cam shows the same fingerprint in the terminal where it was started, and your phone shows it in the steps below. Compare all three. Nobody vouches for this page yet: if one is different, somebody stands between, so do not go on.',
		android: [
			'Tap “Get the certificate” below.',
			'Open Settings › Security › More security settings › Encryption & credentials › Install a certificate › CA certificate. (Or search the settings for “CA certificate”.)',
			'Tap “Install anyway”, then choose spy-cam.crt from the downloads.',
			'Open Encryption & credentials › Trusted credentials › User › Spy-cam. Compare the SHA-256 fingerprint with the one in the terminal. If it is different, remove the certificate at once.',
		],
		ios: [
			'Open this page in Safari and tap “Get the certificate” below. Allow the download.',
			'Open Settings › General › VPN & Device Management › Spy-cam › More Details and tap the certificate. Compare the SHA-256 fingerprint with the one in the terminal. Only if it is the same, go back and tap Install.',
			'Open Settings › General › About › Certificate Trust Settings and switch Spy-cam on.',
		],
		last: 'Then open Spy-cam. If the browser still warns, close it once.',
		open: 'Open Spy-cam',
		remove: 'How to remove it',
		removeSteps: [
			'Android: Settings › Security › Encryption & credentials › User credentials › Spy-cam › Remove.',
			'iPhone and iPad: Settings › General › VPN & Device Management › Spy-cam › Remove Profile.',
		],
		other: { language: 'de', name: 'Deutsch' },
	},
	de: {
		title: 'Lass dieses Gerät deiner Spy-cam vertrauen',
		why: 'Ein Browser gibt einer Seite die Kamera nur über eine sichere Verbindung. Deine Spy-cam steht bei dir zu Hause, wo keine öffentliche Stelle für sie bürgen kann. Darum bringt sie ihr eigenes Zertifikat mit, und dieses Gerät muss es einmal annehmen.',
		bounds:
			'Das Zertifikat kann nur für Server mit Namen und Adressen deines lokalen Netzes bürgen, nicht für deine Bank oder eine andere Seite und nicht für E-Mail. Es wurde auf der Maschine erzeugt, auf der Spy-cam läuft, und sein Schlüssel hat sie nie verlassen.',
		get: 'Zertifikat holen',
		compare: 'Vergleiche den Fingerabdruck',
		compareWhy:
			'Spy-cam zeigt denselben Fingerabdruck in dem Terminal, in dem es gestartet wurde, und dein Telefon zeigt ihn in den Schritten unten. Vergleiche alle drei. Für diese Seite bürgt noch niemand: Ist einer anders, steht jemand dazwischen. Mach dann nicht weiter.',
		android: [
			'Tippe unten auf „Zertifikat holen“.',
			'Öffne Einstellungen › Sicherheit › Weitere Sicherheitseinstellungen › Verschlüsselung und Anmeldedaten › Zertifikat installieren › CA-Zertifikat. (Oder suche in den Einstellungen nach „CA-Zertifikat“.)',
			'Tippe auf „Trotzdem installieren“ und wähle spy-cam.crt aus den Downloads.',
			'Öffne Verschlüsselung und Anmeldedaten › Vertrauenswürdige Anmeldedaten › Nutzer › Spy-cam. Vergleiche den SHA-256-Fingerabdruck mit dem im Terminal. Ist er anders, entferne das Zertifikat sofort.',
		],
		ios: [
			'Öffne diese Seite in Safari und tippe unten auf „Zertifikat holen“. Erlaube das Laden.',
			'Öffne Einstellungen › Allgemein › VPN und Geräteverwaltung › Spy-cam › Mehr Details und tippe auf das Zertifikat. Vergleiche den SHA-256-Fingerabdruck mit dem im Terminal. Nur wenn er gleich ist, geh zurück und tippe auf Installieren.',
			'Öffne Einstellungen › Allgemein › Info › Zertifikatsvertrauenseinstellungen und schalte Spy-cam ein.',
		],
		last: 'Öffne dann Spy-cam. Warnt der Browser noch, schließe ihn einmal.',
		open: 'Spy-cam öffnen',
		remove: 'Wie man es entfernt',
		removeSteps: [
			'Android: Einstellungen › Sicherheit › Verschlüsselung und Anmeldedaten › Nutzeranmeldedaten › Spy-cam › Entfernen.',
			'iPhone und iPad: Einstellungen › Allgemein › VPN und Geräteverwaltung › Spy-cam › Profil entfernen.',
		],
		other: { language: 'en', name: 'English' },
	},
};

/** An invitation behind `#` goes on to the app; it never leaves the device. */
export const trustScript =
	"for (const a of document.querySelectorAll('a[data-keep]')) a.hash = location.hash;";

const style = `
	:root { color-scheme: light dark; font: 1.05rem/1.55 system-ui, sans-serif; }
	body { max-width: 36rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
	h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
	main { overflow-wrap: break-word; hyphens: auto; } li { margin: .5rem 0; }
	a.button { display: inline-block; padding: .8rem 1.2rem; border-radius: .8rem; background: #14655a; color: #fff; text-decoration: none; }
	pre { width: fit-content; margin: 1rem 0; padding: .9rem 1.1rem; border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-radius: .8rem; font: 600 1.02rem/1.7 ui-monospace, monospace; }
	a { color: light-dark(#0b5c51, #7fd6c6); } p.quiet { opacity: .75; font-size: .92rem; }
`;

/**
 * @param secure where the app is, once the device trusts it
 * @param fingerprint of the authority, in lines as the terminal shows it
 */
export function trustPage(
	language: Language,
	secure: string,
	fingerprint: readonly string[],
): string {
	const say = words[language];
	const steps = (list: readonly string[]): string =>
		list.map((step) => `<li>${escaped(step)}</li>`).join('');
	const get = (file: string): string =>
		`<p><a class="button" href="/trust/${file}">${escaped(say.get)}</a></p>`;
	return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(say.title)}</title><style>${style}</style></head><body>
<p><a data-keep href="/trust?language=${say.other.language}">${say.other.name}</a></p>
<main><h1>${escaped(say.title)}</h1>
<p>${escaped(say.why)}</p><p class="quiet">${escaped(say.bounds)}</p>
<h2>${escaped(say.compare)}</h2><pre>${escaped(fingerprint.join('\n'))}</pre>
<p>${escaped(say.compareWhy)}</p>
<h2>Android</h2><ol>${steps(say.android)}</ol>${get('spy-cam.crt')}
<h2>iPhone, iPad</h2><ol>${steps(say.ios)}</ol>${get('spy-cam.mobileconfig')}
<h2>${escaped(say.open)}</h2><p>${escaped(say.last)}</p>
<p><a class="button" data-keep href="${escaped(secure)}/">${escaped(say.open)}</a><br>${escaped(secure)}</p>
<h2>${escaped(say.remove)}</h2><ul>${steps(say.removeSteps)}</ul>
</main><script>${trustScript}</script></body></html>
`;
}

function escaped(text: string): string {
	return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
