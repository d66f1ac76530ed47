declare global {
	// Kit looks for this name.
	namespace App {}
}

export {};
