import { expect, test } from 'vitest';
import { InstallPrompt } from '#state/app/install-prompt.svelte.ts';
import type { Installation } from '#ports/app/installer.ts';
import type { Engine } from '#state/app/engine.ts';

function promptIn(engine: string, mobile: boolean, state: Installation = 'by-hand') {
	const installer = {
		...{ state, prompts: 0, on: () => () => undefined },
		prompt: () => {
			installer.prompts += 1;
			installer.state = 'installed';
			return Promise.resolve();
		},
	};
	const prompt = new InstallPrompt({
		...{ installer, features: { engine, mobile } },
	} as unknown as Engine);
	return { prompt, installer };
}

test.each([
	['webkit', true, 'ios'],
	['webkit', false, 'mac'],
	['firefox', true, 'firefox-phone'],
	['firefox', false, 'firefox-computer'],
	['chromium', true, 'menu'],
	['chromium', false, 'menu'],
	['unknown', true, 'menu'],
])('AP7 in %s (mobile: %s) the way to install is that of %s', (engine, mobile, method) => {
	expect(promptIn(engine, mobile).prompt.method).toBe(method);
});

test('AP7 the browser is asked once a person asks, and the state is the browser’s', async () => {
	const { prompt, installer } = promptIn('chromium', true, 'offered');
	expect([prompt.state, installer.prompts]).toEqual(['offered', 0]);
	await prompt.prompt();
	expect([prompt.state, installer.prompts]).toEqual(['installed', 1]);
});
