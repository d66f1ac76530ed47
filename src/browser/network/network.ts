import type { Network } from '#ports/network/network.ts';

interface NetworkInformationLike {
	/** Only on phones. */
	readonly type?: string;
	readonly saveData?: boolean;
}

export class BrowserNetwork implements Network {
	readonly origin = location.origin;

	/** The Network Information API: Chromium. */
	get metered(): boolean | null {
		const { connection } = navigator as { readonly connection?: NetworkInformationLike };
		if (connection === undefined) return null;
		return connection.saveData === true || connection.type === 'cellular';
	}

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
