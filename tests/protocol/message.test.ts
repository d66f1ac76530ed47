import { expect, test } from 'vitest';
import { FAULT_KINDS } from '#domain/base/fault.ts';
import {
	MESSAGE_EFFECTS,
	messageBodyFrom,
	messageBodyText,
	messageSchema,
	type CameraState,
	type Message,
} from '#protocol/message.ts';
import { liveChannelMessageFrom } from '#protocol/live-channel.ts';
import { expectBound, expectChecked, NOT_JSON, type Sample } from './fields.ts';

const id = '0123456789abcdef'.repeat(2);
const sdp = 'v=0';
const fingerprint = 'A'.repeat(43);
const answered = { sid: id, peer: id };

const STATE: CameraState = {
	id,
	name: 'Hall',
	kind: 'recording',
	recorded: true,
	sinceMs: 1,
	savedMs: 2,
	sound: true,
	torch: null,
	lenses: [{ id: 'back', label: 'Back' }],
	lens: 'back',
	quality: 'high',
	copied: { runNo: 3, seq: 9, done: true },
	guard: false,
	battery: { level: 0.5, charging: false },
	needs: ['covered'],
};

const SAMPLES: readonly Message[] = [
	{ t: 'ask', nonce: id },
	{
		...{ t: 'state', peer: id, nonce: id, atMs: 5, rosterSeq: 1 },
		...{ cameras: [STATE], watching: [id] },
	},
	{ t: 'call', sid: id, nonce: id, camera: id, ways: ['direct', 'relayed'], sound: true },
	{ t: 'offer', ...answered, nonce: id, sdp, fingerprint, restart: false },
	{ t: 'answer', ...answered, sdp, fingerprint },
	{ t: 'candidate', ...answered, candidate: 'candidate:1', mid: '0' },
	{ t: 'relayed', ...answered, atMs: 1, why: 'asked', key: { run: id, raw: fingerprint } },
	{ t: 'hang-up', ...answered, why: 'done' },
	{ t: 'want-grants', earlier: true, known: [id] },
	{ t: 'grants', camera: id, grants: ['AAAA'] },
	{ t: 'home-key', grant: 'AAAA' },
	{ t: 'show-earlier', device: id, entry: 2 },
	{ t: 'acted', rosterSeq: 2 },
	{ t: 'command', id, nonce: id, camera: id, name: 'torch', value: true },
	{ t: 'done', id, fault: 'timeout' },
	{ t: 'what-became', id, nonce: id },
	{ t: 'missing', camera: id, runNo: 3, seqs: [[1, 9]] },
	{ t: 'stale', id },
];
const sampleOf = (t: string) => SAMPLES.find((one) => one.t === t) as unknown as Sample;
const beside = {
	...{ nonce: id, count: 7 },
	act: { id, nonces: [{ nonce: id, withinMs: 5000 }] },
};

test('every message has a sample, and an effect', () => {
	const kinds = messageSchema.options.map(({ entries }) => entries.t.literal);
	expect(SAMPLES.map(({ t }) => t)).toEqual(kinds);
	expect(Object.keys(MESSAGE_EFFECTS).toSorted()).toEqual(kinds.toSorted());
});

test.each(SAMPLES.map((sample) => [sample.t, sample] as const))(
	'%s is read as it was written, and each field is checked',
	(_, message) => {
		expect(messageBodyFrom(messageBodyText({ message, beside }))).toEqual({ message, beside });
		expect(messageBodyFrom(messageBodyText({ message, beside: {} }))).toEqual({
			...{ message, beside: {} },
		});
		// Free texts; what is in them is checked where it is used, or shown as text.
		const free = [
			...['sdp', 'candidate', 'mid', 'value', 'atMs'],
			...[
				'name',
				'sinceMs',
				'savedMs',
				'lenses.0.id',
				'lenses.0.label',
				'lens',
				'battery.level',
				'needs.0',
			]
				.map((field) => `cameras.0.${field}`)
				.filter(() => message.t === 'state'),
		];
		const optional = ['sound', 'cameras.0.recorded', 'cameras.0.needs', 'cameras.0.copied'];
		const own = optional.filter((name) => name !== 'sound' || message.t === 'call');
		expectChecked(messageBodyFrom, message as unknown as Sample, {
			optional: own,
			free: message.t === 'command' ? free : free.filter((field) => field !== 'name'),
		});
	},
);

test('what lies beside a message is checked as strictly', () => {
	const sample = { ...sampleOf('ask'), beside };
	expectChecked(messageBodyFrom, sample, {
		optional: ['beside', 'beside.nonce', 'beside.act', 'beside.count'],
		// Without what it names, it is another message beside nothing.
		free: ['beside'],
	});
	const nonce = { nonce: id, withinMs: 1 };
	expectBound(
		messageBodyFrom,
		sample,
		...[['beside', 'act', 'nonces'], Array(8).fill(nonce), Array(9).fill(nonce)],
	);
});

test.each<[string, (string | number)[], unknown, unknown]>([
	['state', ['cameras'], Array(16).fill(STATE), Array(17).fill(STATE)],
	['state', ['watching'], Array(64).fill(id), Array(65).fill(id)],
	['state', ['cameras', 0, 'name'], 'a'.repeat(190), 'a'.repeat(191)],
	[
		...(['state', ['cameras', 0, 'lenses']] as [string, string[]]),
		Array(16).fill({ id: '', label: '' }),
		Array(17).fill({ id: '', label: '' }),
	],
	['state', ['cameras', 0, 'lenses', 0, 'id'], 'a'.repeat(512), 'a'.repeat(513)],
	['state', ['cameras', 0, 'lenses', 0, 'label'], 'a'.repeat(256), 'a'.repeat(257)],
	['state', ['cameras', 0, 'kind'], 'blind', 'asleep'],
	['state', ['cameras', 0, 'needs'], Array(8).fill('a word'), Array(9).fill('a word')],
	['state', ['cameras', 0, 'needs', 0], 'a'.repeat(32), 'a'.repeat(33)],
	['offer', ['sdp'], 'a'.repeat(32 * 1024), 'a'.repeat(32 * 1024 + 1)],
	['offer', ['fingerprint'], fingerprint, `${fingerprint}A`],
	['candidate', ['candidate'], 'a'.repeat(1024), 'a'.repeat(1025)],
	['candidate', ['mid'], 'a'.repeat(16), 'a'.repeat(17)],
	['relayed', ['key', 'raw'], fingerprint, `${fingerprint}A`],
	['relayed', ['key'], null, 'none'],
	['grants', ['grants'], Array(128).fill('A'), Array(129).fill('A')],
	['grants', ['grants', 0], 'A'.repeat(322), 'A'.repeat(323)],
	['home-key', ['grant'], 'A'.repeat(322), 'A'.repeat(323)],
	['acted', ['rosterSeq'], Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1],
	['command', ['name'], 'siren', 'delete'],
	['done', ['fault'], FAULT_KINDS.at(-1), 'unknown'],
	['call', ['ways'], [], ['by post']],
	['hang-up', ['why'], 'revoked', 'bored'],
])('%s has a bound at %j', (t, path, most, more) => {
	expectBound(messageBodyFrom, sampleOf(t), path, most, more);
});

const LIVE: readonly Sample[] = [
	{ t: 'confirm', mine: fingerprint, theirs: fingerprint },
	{ t: 'ping', n: 1 },
	{ t: 'pong', n: 1, atMs: -0.5 },
	{ t: 'beat', atMs: 1.5, capturedMs: 2.5, frames: 3, kind: 'recording' },
	{ t: 'want', rate: 'slow' },
];

test.each(LIVE.map((sample) => [sample['t'] as string, sample] as const))(
	'%s of the live channel is read as it was written, and each field is checked',
	(_, sample) => {
		expect(liveChannelMessageFrom(JSON.stringify(sample))).toEqual(sample);
		expectChecked(liveChannelMessageFrom, sample, {
			...{ optional: ['kind'], free: ['atMs', 'capturedMs'] },
		});
		for (const field of ['atMs', 'capturedMs'].filter((name) => name in sample))
			for (const wrong of ['1', null, {}])
				expect(liveChannelMessageFrom(JSON.stringify({ ...sample, [field]: wrong }))).toBeNull();
	},
);

test('no text throws, and a long one is not parsed', () => {
	for (const text of NOT_JSON)
		expect([messageBodyFrom(text), liveChannelMessageFrom(text)]).toEqual([null, null]);
	const ping = JSON.stringify(LIVE[1]);
	expect(liveChannelMessageFrom(ping.padEnd(1024))).not.toBeNull();
	expect(liveChannelMessageFrom(ping.padEnd(1025))).toBeNull();
});
