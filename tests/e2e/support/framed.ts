/** Draws frames of a phone and a laptop around screenshots, side by side. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { need } from '../../support/programs.ts';
import { temporaryFolder } from './launch.ts';

interface Screens {
	/** PNG, 360 × 800. */
	readonly phone: Buffer;
	/** PNG, 1280 × 800. */
	readonly laptop: Buffer;
}

const WIDTH = 1440;
const HEIGHT = 790;
/**
 * Drawn below the picture and cropped again, so that small elements keep their colours in the
 * 256-colour palette.
 */
const SWATCHES = 40;
const kept = ['#e5322d', '#4fd1c5', '#f0b429', '#17312f', '#f3efea', '#aaa199'];

/** GitHub shows it on white and on black: a background that suits both. */
const style = `
	body { margin: 0; width: ${WIDTH}px; height: ${HEIGHT + SWATCHES}px; position: relative; overflow: hidden;
		background: linear-gradient(160deg, #dedad4, #b9b3ab); }
	img { display: block; width: 100%; }
	.laptop { position: absolute; left: 94px; top: 56px; width: 1010px; }
	.lid { padding: 14px 14px 18px; border-radius: 20px 20px 0 0; background: #0c0b0a;
		box-shadow: 0 0 0 2px #6f6a64, 0 30px 60px #0005; }
	.lid img { border-radius: 6px; }
	.base { height: 20px; margin: 0 -70px; border-radius: 3px 3px 18px 18px; position: relative;
		background: linear-gradient(#d9d5d0, #8d8780); box-shadow: 0 24px 40px #0004; }
	.base::after { content: ''; position: absolute; left: 50%; width: 150px; height: 8px;
		transform: translateX(-50%); border-radius: 0 0 9px 9px; background: #7a746d; }
	.phone { position: absolute; right: 56px; top: 112px; width: 274px; padding: 10px;
		border-radius: 40px; background: #0c0b0a;
		box-shadow: 0 0 0 2px #6f6a64, 0 30px 60px #0008; }
	.phone img { border-radius: 30px; }
	.swatches { position: absolute; left: 0; right: 0; bottom: 0; height: ${SWATCHES}px; display: flex; }
	.swatches i { flex: 1; }
`;

/** One PNG of both, reduced to 256 colours. */
export async function framed(context: BrowserContext, { phone, laptop }: Screens): Promise<Buffer> {
	const shown = (picture: Buffer): string =>
		`<img alt="" src="data:image/png;base64,${picture.toString('base64')}">`;
	const page = await context.newPage();
	await page.setViewportSize({ width: WIDTH, height: HEIGHT + SWATCHES });
	await page.setContent(
		`<!doctype html><style>${style}</style>
		<div class="laptop"><div class="lid">${shown(laptop)}</div><div class="base"></div></div>
		<div class="phone">${shown(phone)}</div>
		<div class="swatches">${kept.map((colour) => `<i style="background: ${colour}"></i>`).join('')}</div>`,
	);
	await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
	const whole = await page.screenshot();
	await page.close();
	return fewerColours(whole);
}

function fewerColours(png: Buffer): Buffer {
	const folder = temporaryFolder();
	const made = join(folder, 'made.png');
	const filter =
		'split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none,' +
		`crop=iw:ih*${HEIGHT}/${HEIGHT + SWATCHES}:0:0`;
	const { status, stderr } = spawnSync(
		need('ffmpeg'),
		['-v', 'error', '-f', 'png_pipe', '-i', '-', '-vf', filter, '-frames:v', '1', made],
		{ input: png, encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(`ffmpeg could not make the picture: ${stderr}`);
	const smaller = readFileSync(made);
	rmSync(folder, { recursive: true, force: true });
	return smaller;
}
