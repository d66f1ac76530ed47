/**
 * Composition root of the server: reads the options, starts both processes and stops them in order.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { encodeQR } from 'qr';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { footagePlaceOf } from '#relay/config/footage-place.ts';
import { publicAddressOf } from '#relay/config/public-address.ts';
import { fingerprintLines } from '#relay/tls/authority.ts';
import { RelayDatabase } from '#relay/storage/database.ts';
import { MdnsAnnouncement } from '#relay/config/mdns-announcement.ts';
import { isLoopback } from '#relay/base/origin-policy.ts';
import { otherAppLines, INVITATION_VALIDITY, greeting } from '#relay/process/greeting.ts';
import { createLog } from '#relay/base/log.ts';
import { localAddresses } from '#relay/config/network-interfaces.ts';
import {
	readOptions,
	USAGE,
	type Command,
	type CommandArguments,
	type RelayOptions,
} from '#relay/config/options.ts';
import { backUp, restore } from '#relay/footage/commands/backup.ts';
import { checkFootage } from '#relay/footage/commands/check-footage.ts';
import { deleteHome, listHomes } from '#relay/footage/commands/homes.ts';
import { CertificateStore, storedNameIn } from '#relay/tls/certificate-store.ts';
import { restrictPermissions } from '#relay/storage/folder-permissions.ts';
import { namesOf, readSettings, type Settings } from '#relay/config/settings.ts';
import { isAsBuilt, loadSite, sumsOf } from '#relay/base/site.ts';
import { supervise, type Ports } from '#relay/process/supervisor.ts';
import { lockDataFolder } from '#relay/storage/data-folder-lock.ts';
import { mobileConfig } from '#relay/http/trust.ts';
import { sqliteReasonOf } from '#relay/storage/change-writer.ts';

/** Interval of the check for changed names or addresses and an expiring certificate. */
const CHECK_MS = 30_000;

const builtApp = fileURLToPath(new URL('../../build', import.meta.url));

async function serve(options: RelayOptions, settings: Settings): Promise<void> {
	const lock = lockDataFolder(options.data, process.pid);
	for (const { path, why } of restrictPermissions(options.data))
		console.error(
			`Other accounts on this computer may be able to read ${path}: cannot restrict access (${why}).`,
		);
	const site = await loadSite(options.app ?? builtApp);
	const log = createLog('supervisor', settings.log);

	const authority = await CertificateStore.open(options.data, namesOf(settings), Date.now());
	const base = settings.name.replace(/\.local$/, '');
	let name = storedNameIn(options.data, base);
	const hostsNow = (): string[] => [
		...new Set([...namesOf(settings), name, ...localAddresses(settings.host)]),
	];
	let hosts = hostsNow();
	let tls = await authority.leaf(hosts, Date.now());
	const uncovered = authority.uncovered(namesOf(settings));
	if (uncovered.length > 0)
		log.warn({ uncovered }, 'the certificate authority does not cover these names');

	const database = join(options.data, 'relay.sqlite');
	const invitation = firstInvitation(database);
	const fingerprint = fingerprintLines(authority.certificate);
	const supervisor = await supervise({
		...{ settings, site, database, log },
		footage: footagePlaceOf(options.data, settings),
		trust: {
			...{ certificate: authority.certificate, fingerprint },
			profile: mobileConfig(authority.certificate),
		},
		tokenKey: new Uint8Array(randomBytes(32)),
		now: () => ({ tls, hosts, name }),
	});
	const wanted = {
		...{ name, base, port: supervisor.ports.https },
		...{ id: (fingerprint[0] ?? '').replaceAll(' ', '').slice(0, 8), isNew: authority.isNew },
	};
	const announcement =
		settings.discovery && !isLoopback(settings.host)
			? await MdnsAnnouncement.begin(wanted, log)
			: null;
	if (announcement && authority.isNew) authority.saveName(announcement.name);

	/** Printed once, and again when it changes (RL37). */
	let complaint: string | null = null;
	const renew = async (): Promise<void> => {
		const current = authority.complaint(Date.now());
		if (current !== null && current !== complaint) console.error(current);
		complaint = current;
		const before = name;
		name = announcement?.name ?? name;
		const now = hostsNow();
		const renewed = await authority.leaf(now, Date.now());
		if (renewed === tls && now.join() === hosts.join() && name === before) return;
		hosts = now;
		tls = renewed;
		supervisor.renew();
	};
	let announcedAt = localAddresses(settings.host);
	await renew();
	const checking = setInterval(() => {
		void (async () => {
			const before = name;
			const addresses = localAddresses(settings.host);
			await announcement?.refresh(addresses.join() !== announcedAt.join());
			announcedAt = addresses;
			await renew();
			if (name !== before)
				console.log(nameLines(wanted.name, name, supervisor.ports, false).join('\n'));
		})().catch((error: unknown) => {
			log.error(
				{ kind: error instanceof Fault ? error.kind : 'unknown' },
				'cannot refresh the name or certificate',
			);
		});
	}, CHECK_MS);

	let stopping = false;
	const stop = (): void => {
		// A second signal: the user does not want to wait.
		if (stopping) {
			supervisor.kill();
			process.exit(1);
		}
		stopping = true;
		clearInterval(checking);
		void Promise.all([announcement?.end(), supervisor.stop()]).then(() => {
			lock.release();
			process.exit(0);
		});
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	const qr = process.stdout.isTTY ? (text: string) => encodeQR(text, 'term') : null;
	const { ports } = supervisor;
	const called = { ...settings, name };
	const lines = greeting({ settings: called, ports, hosts, invitation, fingerprint, qr });
	if (name !== wanted.name)
		console.log(nameLines(wanted.name, name, ports, authority.isNew).join('\n'));
	if (!authority.isBounded) console.log(earlierAuthority(options.data).join('\n'));
	console.log(lines.join('\n'));
}

/** Printed when the name is not, or no longer, the wanted one (RL39). */
function nameLines(wanted: string, name: string, { https }: Ports, isNew: boolean): string[] {
	const address = `Other devices open https://${name}:${https}`;
	if (name === wanted) return [`This Spy-cam is ${name} again. ${address}`];
	return [
		`Something else in this network is ${wanted}, so this Spy-cam is ${name}. ${address}`,
		isNew
			? '  (to choose a name yourself, give it in settings.json before any device joins)'
			: `  (devices that know it as ${wanted} find it again when that is free; it looks twice a minute)`,
	];
}

/** The authority stays in use because phones trust it; replacing it is the user's decision. */
function earlierAuthority(data: string): string[] {
	return [
		'The certificate authority here was made by an earlier version of Spy-cam. It still works, but it',
		'could vouch for more than servers, such as mail. To make a new one (phones must trust it again):',
		`stop Spy-cam, remove ${join(data, 'authority')}, and start it.`,
	];
}

/**
 * A new invitation at each start until a home exists, because only its hash is stored; `null`: a
 * home exists, or the disk is full.
 */
function firstInvitation(file: string): string | null {
	try {
		return withDatabase(file, (database) =>
			database.isUnused ? database.inviteAtStart(Date.now()) : null,
		);
	} catch (error) {
		try {
			RelayDatabase.read(file, () => undefined);
			return null;
		} catch {
			throw error;
		}
	}
}

function withDatabase<T>(file: string, work: (database: RelayDatabase) => T): T {
	let database: RelayDatabase | null = null;
	try {
		database = new RelayDatabase(file);
		return work(database);
	} catch (error) {
		const sentence = `Spy-cam cannot use its database ${file} (${sqliteReasonOf(error)}).`;
		throw new Fault('unavailable', sentence, error);
	} finally {
		database?.close();
	}
}

function settingsOf(options: RelayOptions): ReturnType<typeof readSettings> {
	let text: string | null = null;
	const file = join(options.data, 'settings.json');
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : '';
		if (!['ENOENT', 'ENOTDIR'].includes(String(code)))
			return { kind: 'wrong', sentences: [`${file} cannot be read (${String(code)}).`] };
	}
	return readSettings(text, options);
}

/** For comparing installations (docs/spec/app.md, AP11): hashes the files themselves. */
async function printVersion({ app = builtApp }: RelayOptions): Promise<void> {
	const site = await loadSite(app);
	const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
	console.log(`Spy-cam ${(JSON.parse(text) as { readonly version: string }).version}`);
	console.log(`The app it serves: ${sumsOf(site).hash}`);
	if (isAsBuilt(site)) return;
	console.error(`The files in ${app} do not match its sha256sums.txt.`);
	process.exitCode = 1;
}

function say(line: string): void {
	console.log(line);
}

/** `--yes` types what is asked for. */
function askerFor({ yes }: CommandArguments): (question: string) => Promise<string> {
	return async (question) => {
		if (yes) return /^Type (\S+) /.exec(question)?.[1] ?? '';
		const lines = createInterface({ input: process.stdin, output: process.stdout });
		try {
			return await lines.question(question);
		} finally {
			lines.close();
		}
	};
}

async function run(
	kind: 'serve' | Command,
	options: RelayOptions,
	more: CommandArguments = {},
): Promise<void> {
	if (kind === 'version') {
		await printVersion(options);
		return;
	}
	const read = settingsOf(options);
	if (read.kind === 'wrong') {
		for (const sentence of read.sentences) console.error(sentence);
		process.exitCode = 2;
		return;
	}
	for (const sentence of read.unused) console.error(sentence);
	switch (kind) {
		case 'check':
			footagePlaceOf(options.data, read.settings);
			console.log('The settings are valid.');
			if (!(await checkFootage(options.data, more.repair === true, say))) process.exitCode = 1;
			break;
		case 'invite': {
			process.umask(0o077);
			const code = withDatabase(join(options.data, 'relay.sqlite'), (database) =>
				database.invite(Date.now()),
			);
			const { httpsPort, port } = read.settings;
			const name = storedNameIn(options.data, read.settings.name.replace(/\.local$/, ''));
			const secure = publicAddressOf(read.settings, name, httpsPort);
			console.log(`It sets up one home and is ${INVITATION_VALIDITY}.`);
			console.log(`On this computer: http://localhost:${port}/#invite.${code}`);
			console.log(`Elsewhere: ${secure}/#invite.${code}`);
			for (const line of otherAppLines(read.settings, secure, code)) console.log(line);
			if (process.stdout.isTTY) console.log(encodeQR(`${secure}/#invite.${code}`, 'term'));
			break;
		}
		case 'homes': {
			const { capBytes } = footagePlaceOf(options.data, read.settings);
			if (more.delete === undefined) await listHomes(options.data, capBytes, say);
			else await deleteHome(options.data, more.delete, say, askerFor(more));
			break;
		}
		case 'backup':
			await backUp(options.data, more.folder ?? '', say);
			break;
		case 'restore':
			await restore(options.data, more.folder ?? '', say, askerFor(more));
			break;
		case 'serve':
			await serve(options, read.settings);
	}
}

/** Names the environment variable behind a folder in the sentence (RL41). */
function folderHint({ data, app, variables }: RelayOptions, sentence: string): string[] {
	return Object.entries({ data, app }).flatMap(([field, folder]) =>
		folder !== undefined && variables[field] !== undefined && sentence.includes(folder)
			? [`The variable ${variables[field]} says "${folder}".`]
			: [],
	);
}

const commandLine = readOptions(process.argv.slice(2), process.env);
switch (commandLine.kind) {
	case 'help':
		process.stdout.write(USAGE);
		break;
	case 'wrong':
		console.error(commandLine.sentence);
		process.exitCode = 2;
		break;
	default:
		try {
			await run(commandLine.kind, commandLine.options, commandLine.more);
		} catch (error) {
			expectFault(error);
			console.error([error.message, ...folderHint(commandLine.options, error.message)].join(' '));
			// The folder lock is released with the process.
			process.exit(1);
		}
}
