import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** The Content-Security-Policy of the fake page. */
export const policy = "default-src 'self'; script-src 'self' 'sha256-abc='";

/** A folder like the output of `vite build`, so that the server is tested without a build. */
export function builtSite(): string {
	const folder = mkdtempSync(join(tmpdir(), 'spy-cam-site-'));
	const script = 'export const answer = 42;\n'.repeat(50);
	const files: Record<string, string | Buffer> = {
		'index.html': `<meta http-equiv="content-security-policy" content="${policy}"><title>Spy-cam</title>`,
		'_app/immutable/a.js': script,
		'_app/immutable/a.js.br': brotliCompressSync(script),
		'_app/immutable/a.js.gz': gzipSync(script),
		'_app/version.json': '{}',
		'icon.svg': '<svg/>',
		'manual.gz': 'compressed, but not a variant of another file: not hashed (AP11)',
		'.made-of': 'secret',
	};
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), content);
	}
	return folder;
}
