import type { Network } from '#ports/network/network.ts';

export class BrowserNetwork implements Network {
	readonly origin = location.origin;

	onAvailable(back: () => void): () => void {
		const onVisibilityChange = (): void => {
			if (document.visibilityState === 'visible') back();
		};
		window.addEventListener('online', back);
		document.addEventListener('visibilitychange', onVisibilityChange);
		return () => {
			window.removeEventListener('online', back);
			document.removeEventListener('visibilitychange', onVisibilityChange);
		};
	}
}
