/** The built-in test picture, in place of a lens id (RC23). No browser uses this id. */
export const TEST_PICTURE = 'test-picture';

export function isTestPicture(lens: string | null | undefined): boolean {
	return lens === TEST_PICTURE;
}
