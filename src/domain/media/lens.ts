/** The built-in test picture, where a lens is named (RC23). No browser names a lens like this. */
export const TEST_PICTURE = 'test-picture';

export function isTestPicture(lens: string | null | undefined): boolean {
	return lens === TEST_PICTURE;
}
