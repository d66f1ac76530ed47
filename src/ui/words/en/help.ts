/** Questions of a new user, and their answers. */
export const answers = [
	{
		question: 'How do I begin?',
		answer:
			'Choose Record, allow the camera and press Start recording. After a few seconds the first footage plays under Saved.',
	},
	{
		question: 'How do I find a moment?',
		answer:
			'Drag the timeline; with two fingers or the wheel you zoom from a second to a month. Hatched spans hold nothing; touch one and it says why. Go to time shows which days have footage. On a keyboard: arrows move, plus and minus zoom, comma and full stop step by one picture, j and l by ten seconds, k plays and pauses, g goes to a time.',
	},
	{
		question: 'How do I keep or give away a piece?',
		answer:
			'Press Save clip, drag the handles on the timeline and press Save: you get an ordinary MP4. A clip is not sealed any more: whoever has the file can play it. Pin keeps footage on this device when it makes room.',
	},
	{
		question: 'Can I undo a deletion?',
		answer:
			'Yes, for ten minutes, as long as there is room. After that the bytes are gone for good.',
	},
	{
		question: 'What happens when it is full?',
		answer:
			'The oldest minutes leave first, pinned ones stay. Recording does not stop. The limit is under Storage.',
	},
	{
		question: 'Why did recording stop on my phone?',
		answer:
			'A phone lets a page use the camera only while the page is on screen. Keep it plugged in, open and in front. The page keeps the screen on where the browser allows it.',
	},
	{
		question: 'How do I leave it on a shelf?',
		answer:
			'Plug it in, start recording and press Guard mode. The screen goes black; the REC badge says that it records. When nothing is saved, the screen says so instead.',
	},
	{
		question: 'Who can see my footage?',
		answer:
			'Whoever can use this browser on this device, and the devices of your home: Settings lists them under Devices. Everything is sealed before it is stored or sent. The camera shows who is watching.',
	},
	{
		question: 'Does it need the internet?',
		answer:
			'No. Once opened it works without a network and without the server. Install it from Settings to have it like an app.',
	},
];
