import type { SettingsWords } from '#ui/words/en/settings.ts';

export const settings: SettingsWords = {
	sections: 'Bereiche',
	devices: 'Zuhause & Geräte',
	schedule: 'Zeitplan',
	kit: 'Notfallblatt',
	look: 'Sprache & Aussehen',
	keyboard: 'Tastatur',
	about: 'Über die App',
	noCamera: 'Dieses Gerät ist noch keine Kamera.',
	becomeCamera: 'Dieses Gerät als Kamera nutzen',
	noHome: 'Dieses Gerät gehört noch zu keinem Zuhause, also ist nichts zu retten.',
};
