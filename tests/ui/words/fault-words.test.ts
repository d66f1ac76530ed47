import { expect, test } from 'vitest';
import { FAULT_KINDS, FAULT_SOURCES } from '#domain/base/fault.ts';
import { FAULTS } from '#ui/words/faults.ts';

test.each(['en', 'de'] as const)(
	'GO3 every pair of fault kind and source has its own text: %s',
	(language) => {
		const sentences = FAULT_SOURCES.flatMap((source) =>
			FAULT_KINDS.map((kind) => ({ source, kind, ...FAULTS[language].said({ kind, source }) })),
		);
		expect(sentences).toHaveLength(FAULT_SOURCES.length * FAULT_KINDS.length);
		expect(new Set(sentences.map(({ what }) => what)).size).toBe(sentences.length);
		for (const { what, next } of sentences) {
			expect(what).toMatch(/^\p{Lu}.*[.]$/u);
			expect(next).toMatch(/^\p{Lu}.*[.]$/u);
			expect(what).not.toMatch(/undefined|\[object/);
		}
	},
);

test.each(['en', 'de'] as const)('GO3 only camera faults mention the camera: %s', (language) => {
	for (const source of FAULT_SOURCES.filter((one) => one !== 'camera')) {
		for (const kind of FAULT_KINDS) {
			const { what, next } = FAULTS[language].said({ kind, source });
			expect(`${what} ${next}`).not.toMatch(/camera|Kamera/);
		}
	}
});

test('GO3 every text is translated', () => {
	for (const source of FAULT_SOURCES) {
		for (const kind of FAULT_KINDS) {
			const { en, de } = FAULTS;
			expect(en.said({ kind, source }).what).not.toBe(de.said({ kind, source }).what);
		}
	}
});
