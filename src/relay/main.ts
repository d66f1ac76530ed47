/** Composition root of the server: reads what is asked, starts the two processes, and stops them in order. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeQR } from 'qr';
import { Fault } from '#domain/fault.ts';
import { fingerprintLines } from './authority.ts';
import { Database } from './database.ts';
import { announce } from './discovery.ts';
import { isLoopback } from './doors.ts';
import { elsewhere, ENDS, greeting } from './greeting.ts';
import { createLog } from './log.ts';
import { addressesHere } from './machine.ts';
import { readOptions, USAGE, type Command, type Options } from './options.ts';
import { AuthorityFolder } from './papers.ts';
import { keepPrivate } from './privacy.ts';
import { namesOf, readSettings, type Settings } from './settings.ts';
import { isAsBuilt, loadSite, sumsOf } from './site.ts';
import { supervise } from './supervisor.ts';
import { takeFolder } from './tenancy.ts';
import { mobileConfig } from './trust.ts';
import { reasonOf } from './writer.ts';

/** How often it looks whether names or addresses changed, or the certificate ends. */
const LOOK_MS = 30_000;

const builtApp = fileURLToPath(new URL('../../build', import.meta.url));

async function serve(options: Options, settings: Settings): Promise<void> {
	const tenancy = takeFolder(options.data, process.pid);
	for (const { path, why } of keepPrivate(options.data))
		console.error(`Other accounts of this machine may read ${path}: it cannot be closed (${why}).`);
	const site = await loadSite(options.app ?? builtApp);
	const log = createLog('supervisor', settings.log);

	const authority = await AuthorityFolder.open(options.data, namesOf(settings), Date.now());
	let hosts = [...namesOf(settings), ...addressesHere(settings.host)];
	let tls = await authority.leaf(hosts, Date.now());
	const uncovered = authority.uncovered(namesOf(settings));
	if (uncovered.length > 0) log.warn({ uncovered }, 'the authority may not speak for these names');

	const database = join(options.data, 'relay.sqlite');
	const invitation = firstInvitation(database);
	const fingerprint = fingerprintLines(authority.certificate);
	const supervisor = await supervise({
		...{ settings, site, database, log, storePort: settings.storePort },
		trust: {
			...{ certificate: authority.certificate, fingerprint },
			profile: mobileConfig(authority.certificate),
		},
		tokenKey: new Uint8Array(randomBytes(32)),
		now: () => ({ tls, hosts }),
	});
	const announced =
		settings.discovery && !isLoopback(settings.host)
			? announce(settings.name, supervisor.ports.https, log)
			: null;

	const look = setInterval(() => {
		void (async () => {
			const now = [...namesOf(settings), ...addressesHere(settings.host)];
			const fresh = await authority.leaf(now, Date.now());
			if (fresh === tls && now.join() === hosts.join()) return;
			hosts = now;
			tls = fresh;
			supervisor.renew();
			announced?.again();
		})().catch((error: unknown) => {
			log.error({ kind: error instanceof Fault ? error.kind : 'unknown' }, 'no new certificate');
		});
	}, LOOK_MS);

	let stopping = false;
	const stop = (): void => {
		// Asked twice: the person does not want to wait.
		if (stopping) {
			supervisor.kill();
			process.exit(1);
		}
		stopping = true;
		clearInterval(look);
		void Promise.all([announced?.end(), supervisor.stop()]).then(() => {
			tenancy.release();
			process.exit(0);
		});
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	const qr = process.stdout.isTTY ? (text: string) => encodeQR(text, 'term') : null;
	const ports = supervisor.ports;
	const lines = greeting({ settings, ports, hosts, invitation, fingerprint, qr });
	if (!authority.isBounded) console.log(earlierAuthority(options.data).join('\n'));
	console.log(lines.join('\n'));
}

/** It goes on, because phones trust it; a new one is for the person to decide. */
function earlierAuthority(data: string): string[] {
	return [
		'The certificate authority here was made by an earlier Spy-cam. It works as before, but it could',
		'vouch for more than servers, as for mail. To make a new one, which every phone has to trust again:',
		`stop Spy-cam, remove ${join(data, 'authority')}, and start it.`,
	];
}

/** Made at each start until a home was opened, because only its hash is kept; `null`: one was, or the disk takes no more. */
function firstInvitation(file: string): string | null {
	try {
		return withDatabase(file, (database) =>
			database.isUnused ? database.inviteAtStart(Date.now()) : null,
		);
	} catch (error) {
		try {
			Database.read(file, () => undefined);
			return null;
		} catch {
			throw error;
		}
	}
}

function withDatabase<T>(file: string, work: (database: Database) => T): T {
	let database: Database | null = null;
	try {
		database = new Database(file);
		return work(database);
	} catch (error) {
		const sentence = `Spy-cam cannot use its database ${file} (${reasonOf(error)}).`;
		throw new Fault('unavailable', sentence, error);
	} finally {
		database?.close();
	}
}

function settingsOf(options: Options): ReturnType<typeof readSettings> {
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

/** For whoever compares two places (docs/spec/app.md, AP11). It looks at the files themselves. */
async function tellVersion({ app = builtApp }: Options): Promise<void> {
	const site = await loadSite(app);
	const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
	console.log(`Spy-cam ${(JSON.parse(text) as { readonly version: string }).version}`);
	console.log(`The app it serves: ${sumsOf(site).hash}`);
	if (isAsBuilt(site)) return;
	console.error(`The files in ${app} are not those that its sha256sums.txt lists.`);
	process.exitCode = 1;
}

async function run(kind: 'serve' | Command, options: Options): Promise<void> {
	if (kind === 'version') {
		await tellVersion(options);
		return;
	}
	const read = settingsOf(options);
	if (read.kind === 'wrong') {
		for (const sentence of read.sentences) console.error(sentence);
		process.exitCode = 2;
		return;
	}
	switch (kind) {
		case 'check':
			console.log('The settings are right.');
			break;
		case 'invite': {
			process.umask(0o077);
			const code = withDatabase(join(options.data, 'relay.sqlite'), (database) =>
				database.invite(Date.now()),
			);
			const { publicName, name, httpsPort, port } = read.settings;
			const secure = publicName ? `https://${publicName}` : `https://${name}:${httpsPort}`;
			console.log(`One home can be opened with it; it is ${ENDS}.`);
			console.log(`On this machine: http://localhost:${port}/#invite.${code}`);
			console.log(`Elsewhere: ${secure}/#invite.${code}`);
			for (const line of elsewhere(read.settings, secure, code)) console.log(line);
			if (process.stdout.isTTY) console.log(encodeQR(`${secure}/#invite.${code}`, 'term'));
			break;
		}
		case 'serve':
			await serve(options, read.settings);
	}
}

const wish = readOptions(process.argv.slice(2), process.env);
switch (wish.kind) {
	case 'help':
		process.stdout.write(USAGE);
		break;
	case 'wrong':
		console.error(wish.sentence);
		process.exitCode = 2;
		break;
	default:
		try {
			await run(wish.kind, wish.options);
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			console.error(error.message);
			// The folder's lock is let go with the process.
			process.exit(1);
		}
}
