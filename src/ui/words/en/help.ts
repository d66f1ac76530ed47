/** Questions of a new user, and their answers. */
export const answers = [
	{
		question: 'How do I start?',
		answer:
			'Choose Record, allow the camera and press Start recording. After a few seconds, the first footage plays under Saved.',
	},
	{
		question: 'How do I find a moment?',
		answer:
			'Drag the timeline. Zoom with two fingers, or with Ctrl and the wheel, from a second to a month. Hatched spans are empty; tap one to see why. Go to time shows which days have footage. On a keyboard: arrows move, plus and minus zoom, comma and full stop step by one frame, j and l by ten seconds, k plays and pauses, n and p go to the next and the previous event, g goes to a time.',
	},
	{
		question: 'How do I save or share a clip?',
		answer:
			'Press Save clip, drag the handles on the timeline and press Save: you get an ordinary MP4. A clip is no longer encrypted: anyone who has the file can play it. Pin keeps footage on this device when older footage is deleted.',
	},
	{
		question: 'Can I undo a deletion?',
		answer:
			'Yes, for ten minutes, as long as there is space. After that the footage is gone for good.',
	},
	{
		question: 'What happens when storage is full?',
		answer:
			'New footage replaces the oldest; pinned footage stays. Recording does not stop. The limit is under Storage.',
	},
	{
		question: 'Why did recording stop on my phone?',
		answer:
			'A phone lets a page use the camera only while the page is on screen. Keep it plugged in and the page open. The page keeps the screen on where the browser allows it.',
	},
	{
		question: 'How do I leave it on a shelf?',
		answer:
			'Plug it in, start recording and press Guard mode. The screen goes black; the REC badge shows that it is recording. If nothing is being saved, the screen says so instead.',
	},
	{
		question: 'Who can see my footage?',
		answer:
			'Anyone who can use this browser on this device, and the devices in your home: see Devices under Settings. Everything is encrypted before it is stored or sent. The camera shows who is watching.',
	},
	{
		question: 'Does it need the internet?',
		answer:
			'No. Once opened, it works without a network and without the server. Install it from Settings to use it like an app.',
	},
];
