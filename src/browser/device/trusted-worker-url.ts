import { Fault } from '#domain/base/fault.ts';

/** The part of Trusted Types that is used here; not every browser has it. */
interface ScriptPolicy {
	createScriptURL(url: string): string;
}
interface TrustedTypesFactory {
	createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

/** Built workers and the service worker; the development server has them in `src/browser`. */
const OWN_SCRIPTS = [
	/^\/_app\/immutable\/workers\/[\w.-]+\.js$/,
	/^\/service-worker\.js$/,
	/^\/src\/browser\/[\w-]+\/[\w-]+\.worker\.ts$/,
];

function ownScriptUrl(url: string): string {
	const { origin, pathname, href } = new URL(url, globalThis.location.href);
	if (origin !== globalThis.location.origin || !OWN_SCRIPTS.some((ours) => ours.test(pathname))) {
		throw new Fault('denied', `refused the worker URL ${href}: not one of the app's scripts`);
	}
	return href;
}

let policy: ScriptPolicy | null = null;

/**
 * The URL of one of the app's own workers, in the form that the CSP admits (a TrustedScriptURL
 * where Trusted Types exist). Throws `denied` for any other URL.
 */
export function trustedWorkerUrl(url: string): string {
	const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesFactory };
	policy ??= trustedTypes?.createPolicy('spycam', { createScriptURL: ownScriptUrl }) ?? {
		createScriptURL: ownScriptUrl,
	};
	return policy.createScriptURL(url);
}
