import type { Component } from 'svelte';
import { render } from 'svelte/server';
import InSession from './InSession.svelte';

/** The HTML of a component, without comments, as it is first shown. */
export function rendered(component: Component<never>, session: object, props: object): string {
	const { body } = render(InSession, {
		props: { component, props, session: { language: 'en', ...session } },
	});
	return body.replaceAll(/<!--.*?-->/g, '');
}
