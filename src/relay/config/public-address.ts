import type { LiveSettings } from '#relay/base/ipc.ts';

/** The relay's address for other devices: its public name, else its local one. */
export function publicAddressOf(
	{ publicName, publicPort }: Pick<LiveSettings, 'publicName' | 'publicPort'>,
	name: string,
	httpsPort: number,
): string {
	if (publicName === null) return `https://${name}:${httpsPort}`;
	return new URL(`https://${publicName}:${publicPort ?? 443}`).origin;
}
