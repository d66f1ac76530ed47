import { expect, test } from 'vitest';
import ClipDetails from '#routes/watch/[camera]/ClipDetails.svelte';
import { WORDS } from '#ui/words/words.ts';
import { rendered } from '../../support/rendered.ts';

const { clip } = WORDS.en;

function details(formats: readonly { format: string; losesSound: boolean }[], chosen: string) {
	const plan = { startUs: 0, endUs: 1e6, lengthUs: 1e6, bytes: 1000, gaps: 0, formats };
	const losesSound = formats.find(({ format }) => format === chosen)?.losesSound;
	const clipExport = { plan, format: chosen, state: { kind: 'choosing' }, losesSound };
	return rendered(ClipDetails, {}, { clipExport });
}

test('CL9 the dialog says which format is silent where', () => {
	const both = [
		{ format: 'mp4', losesSound: true },
		{ format: 'mp4-opus', losesSound: false },
	];
	for (const text of Object.values(clip.formats)) {
		expect(details(both, 'mp4')).toContain(text);
		expect(details(both, 'mp4-opus')).toContain(text);
	}
	expect(details(both, 'mp4')).toContain(clip.noSound);
	expect(details(both, 'mp4-opus')).not.toContain(clip.noSound);
	const one = details([{ format: 'mp4', losesSound: false }], 'mp4');
	expect(one).not.toContain('<select');
	expect(one).not.toContain(clip.noSound);
});
