import { Fault } from '#domain/base/fault.ts';

/** Trusted Types, as far as we use them; not every browser has them. */
interface ScriptPolicy {
	createScriptURL(url: string): string;
}
interface TrustedTypesFactory {
	createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

/** Built workers and the service worker; `src/browser` is where the development server has them. */
const OWN_SCRIPTS = [
	/^\/_app\/immutable\/workers\/[\w.-]+\.js$/,
	/^\/service-worker\.js$/,
	/^\/src\/browser\/[\w-]+\/[\w-]+\.worker\.ts$/,
];

function ownScriptUrl(url: string): string {
	const { origin, pathname, href } = new URL(url, globalThis.location.href);
	if (origin !== globalThis.location.origin || !OWN_SCRIPTS.some((ours) => ours.test(pathname))) {
		throw new Fault('denied', 'a script that is not ours');
	}
	return href;
}

let policy: ScriptPolicy | null = null;

/**
 * The address of one of our own workers, in the form that the page policy admits (a
 * TrustedScriptURL where there is such a thing). Throws `denied` for any other address.
 */
export function trustedWorkerUrl(url: string): string {
	const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesFactory };
	policy ??= trustedTypes?.createPolicy('spycam', { createScriptURL: ownScriptUrl }) ?? {
		createScriptURL: ownScriptUrl,
	};
	return policy.createScriptURL(url);
}
