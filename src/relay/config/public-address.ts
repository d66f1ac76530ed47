import type { LiveSettings } from '#relay/base/ipc.ts';

/** Where others find the relay: by the public name, else by the one in the local network. */
export function publicAddressOf(
	{ publicName, publicPort }: Pick<LiveSettings, 'publicName' | 'publicPort'>,
	name: string,
	httpsPort: number,
): string {
	if (publicName === null) return `https://${name}:${httpsPort}`;
	return new URL(`https://${publicName}:${publicPort ?? 443}`).origin;
}
