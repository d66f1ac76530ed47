/** Drawn into the frames: the captions become part of the footage (RC25). */
const CAPTIONS: Readonly<Record<string, readonly [string, string]>> = {
	en: ['TEST PICTURE', 'Drawn by this device. No camera is on.'],
	de: ['TESTBILD', 'Von diesem Gerät gezeichnet. Keine Kamera ist an.'],
};
const BARS = ['#f3efea', '#e5c93a', '#3fc1cf', '#4fae5c', '#c85bb4', '#d3593f', '#3b62c4'];
const FONT = 'system-ui, sans-serif';

/** Coordinates are in units of a frame 360 high, with the origin at the centre. */
export function drawTestPicture(pen: CanvasRenderingContext2D, now: Date, language: string): void {
	const { width, height } = pen.canvas;
	const unit = Math.min(height / 360, width / 480);
	pen.setTransform(1, 0, 0, 1, 0, 0);
	pen.fillStyle = '#17403d';
	pen.fillRect(0, 0, width, height);
	const barsTop = height - 64 * unit;
	for (const [at, colour] of BARS.entries()) {
		pen.fillStyle = colour;
		const left = Math.floor((at * width) / BARS.length);
		pen.fillRect(left, barsTop, Math.ceil(width / BARS.length), height - barsTop);
	}
	pen.setTransform(unit, 0, 0, unit, width / 2, barsTop / 2);
	drawDial(pen, now);
	drawWords(pen, now, CAPTIONS[language] ?? CAPTIONS['en'] ?? ['', '']);
	drawRunner(pen, now, { unit, width, barsTop });
}

function drawDial(pen: CanvasRenderingContext2D, now: Date): void {
	const seconds = now.getSeconds() + now.getMilliseconds() / 1000;
	const minutes = now.getMinutes() + seconds / 60;
	pen.save();
	pen.translate(-140, 0);
	pen.fillStyle = '#f3efea';
	pen.beginPath();
	pen.arc(0, 0, 84, 0, 2 * Math.PI);
	pen.fill();
	pen.strokeStyle = '#17403d';
	for (let at = 0; at < 12; at++) hand(pen, at / 12, 72, 80, 4);
	hand(pen, ((now.getHours() % 12) + minutes / 60) / 12, -10, 44, 8);
	hand(pen, minutes / 60, -12, 66, 5);
	pen.strokeStyle = '#0b6b66';
	hand(pen, seconds / 60, -16, 74, 2.5);
	pen.restore();
}

function hand(
	pen: CanvasRenderingContext2D,
	turn: number,
	from: number,
	to: number,
	thick: number,
): void {
	const [x, y] = [Math.sin(turn * 2 * Math.PI), -Math.cos(turn * 2 * Math.PI)];
	pen.lineWidth = thick;
	pen.lineCap = 'round';
	pen.beginPath();
	pen.moveTo(x * from, y * from);
	pen.lineTo(x * to, y * to);
	pen.stroke();
}

function drawWords(
	pen: CanvasRenderingContext2D,
	now: Date,
	[title, note]: readonly [string, string],
): void {
	const two = (value: number): string => String(value).padStart(2, '0');
	const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
	const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => two(part));
	pen.textAlign = 'left';
	pen.textBaseline = 'alphabetic';
	pen.fillStyle = '#f0b429';
	pen.font = `700 26px ${FONT}`;
	pen.fillText(title, -34, -48, 250);
	pen.fillStyle = '#f3efea';
	pen.font = `600 58px ${FONT}`;
	pen.fontKerning = 'none';
	pen.fillText(time, -36, 12, 254);
	pen.font = `400 20px ${FONT}`;
	pen.fillText(`${day.join('-')}  .${String(Math.floor(now.getMilliseconds() / 100))}`, -34, 44);
	pen.font = `400 13px ${FONT}`;
	pen.fillText(note, -34, 72, 250);
}

/** Crosses once a second and lights up with the tick, so that A/V sync can be checked. */
function drawRunner(
	pen: CanvasRenderingContext2D,
	now: Date,
	{ unit, width, barsTop }: { unit: number; width: number; barsTop: number },
): void {
	const share = now.getMilliseconds() / 1000;
	pen.setTransform(1, 0, 0, 1, 0, 0);
	pen.fillStyle = share < 0.1 ? '#f0b429' : '#f3efea';
	pen.fillRect(share * (width - 24 * unit), barsTop - 16 * unit, 24 * unit, 10 * unit);
}
