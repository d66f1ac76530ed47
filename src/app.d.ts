declare global {
	// eslint-disable-next-line @typescript-eslint/no-namespace -- Kit looks for this name
	namespace App {}
}

export {};
