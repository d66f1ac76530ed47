import {
	closeSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Fault } from '#domain/base/fault.ts';
import {
	derOf,
	isBounded,
	isLeafUsable,
	isCurrentlyValid,
	makeAuthority,
	makeLeaf,
	validity,
	type KeyedCertificate,
} from './authority.ts';
import { maySpeakFor } from './constraints.ts';

const recordSchema = v.object({
	authority: v.array(v.string()),
	leaf: v.array(v.string()),
	/** The name chosen at the first start; missing in folders of earlier versions. */
	called: v.optional(v.string()),
});
type StoreRecord = v.InferOutput<typeof recordSchema>;

/** The certificates in a data folder: a permanent authority, and a leaf for the current names. */
export class CertificateStore {
	/** Just created: no device knows this relay yet. */
	readonly isNew: boolean;
	readonly #folder: string;
	readonly #authority: KeyedCertificate;
	#record: StoreRecord;
	#leaf: KeyedCertificate | null;

	private constructor(
		folder: string,
		authority: KeyedCertificate,
		record: StoreRecord,
		leaf: KeyedCertificate | null,
	) {
		this.#folder = folder;
		this.#authority = authority;
		this.#record = record;
		this.#leaf = leaf;
		this.isNew = record.leaf.length === 0;
	}

	/**
	 * Opens the store, or creates it with a new authority.
	 * @param names host names the authority may speak for, in addition to everything local
	 * @throws Fault `corrupt` if it exists and cannot be read, `unavailable` if it cannot be written
	 */
	static async open(
		data: string,
		names: readonly string[],
		wallMs: number,
	): Promise<CertificateStore> {
		const folder = join(data, 'authority');
		const record = read(folder, 'names.json');
		try {
			if (record !== null) {
				const known = v.parse(recordSchema, JSON.parse(record));
				const authority = readKeyed(folder, 'authority');
				if (!authority) throw new Error('authority.crt or authority.key is missing');
				derOf(authority);
				return new CertificateStore(folder, authority, known, readKeyed(folder, 'leaf'));
			}
		} catch (error) {
			throw new Fault(
				'corrupt',
				`The certificate authority in ${folder} cannot be read. Put the folder back from a backup, or remove it to make a new one, which every phone has to trust again.`,
				error,
			);
		}
		const authority = await makeAuthority(names, wallMs);
		const fresh = { authority: [...names], leaf: [] };
		withWriteFault(folder, () => {
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			write(folder, 'authority.key', authority.key, 0o600);
			write(folder, 'authority.crt', authority.cert, 0o644);
			write(folder, 'names.json', JSON.stringify(fresh), 0o644);
		});
		return new CertificateStore(folder, authority, fresh, null);
	}

	/** The authority's certificate as DER, for phones. */
	get certificate(): Uint8Array<ArrayBuffer> {
		return derOf(this.#authority);
	}

	/**
	 * `false`: made by an earlier version without constraints. It stays in use, because phones trust
	 * it.
	 */
	get isBounded(): boolean {
		return isBounded(this.#authority, this.#record.authority);
	}

	/**
	 * A sentence for the user if the authority is not valid now or about to expire (RL37), else
	 * `null`. It is not replaced, because phones trust it.
	 */
	complaint(wallMs: number): string | null {
		if (isCurrentlyValid(this.#authority, wallMs)) return null;
		const { fromMs, untilMs } = validity(this.#authority);
		const [from, until, now] = [fromMs, untilMs, wallMs].map((ms) =>
			new Date(ms).toISOString().slice(0, 10),
		);
		const ends = fromMs <= wallMs && wallMs < untilMs;
		return [
			`The certificate authority here is valid from ${from} to ${until}, and the clock of this machine says ${now}.`,
			ends ? 'Soon no device' : 'No device',
			"that trusts it can open the secure address. If the clock is wrong, set it. If it is right, the authority's dates are wrong:",
			`stop Spy-cam, remove ${this.#folder}, and start it; every phone has to trust the new authority again.`,
		].join(' ');
	}

	/** Stores the name that devices know from now on. */
	saveName(name: string): void {
		this.#record = { ...this.#record, called: name };
		try {
			write(this.#folder, 'names.json', JSON.stringify(this.#record), 0o644);
		} catch {
			// The next start uses the name from the settings.
		}
	}

	/**
	 * The names that the authority may not speak for, because it was made before they were
	 * configured.
	 */
	uncovered(names: readonly string[]): string[] {
		return names.filter((name) => !maySpeakFor(this.#record.authority, name));
	}

	/** The leaf for these names and addresses; issues a new one if the last no longer fits. */
	async leaf(wanted: readonly string[], wallMs: number): Promise<KeyedCertificate> {
		const names = wanted.filter((name) => maySpeakFor(this.#record.authority, name));
		const same = [...names].sort().join() === [...this.#record.leaf].sort().join();
		if (this.#leaf && same && isLeafUsable(this.#leaf, this.#authority, wallMs)) return this.#leaf;
		const leaf = await makeLeaf(this.#authority, names, wallMs);
		const record = { ...this.#record, leaf: names };
		try {
			write(this.#folder, 'leaf.key', leaf.key, 0o600);
			write(this.#folder, 'leaf.crt', leaf.cert, 0o644);
			write(this.#folder, 'names.json', JSON.stringify(record), 0o644);
		} catch {
			// A full disk must not keep devices out: the next start issues one again.
		}
		this.#leaf = leaf;
		this.#record = record;
		return leaf;
	}
}

/**
 * The name in the local network that devices know the relay of a data folder by (RL39). `base`: the
 * `name` setting
 */
export function storedNameIn(data: string, base: string): string {
	const wanted = `${base}.local`;
	const known = v.safeParse(recordSchema, recordIn(join(data, 'authority')));
	const called = known.success ? known.output.called : undefined;
	return called !== undefined && called.replace(/-\d+(?=\.local$)/, '') === wanted
		? called
		: wanted;
}

function recordIn(folder: string): unknown {
	try {
		return JSON.parse(read(folder, 'names.json') ?? 'null');
	} catch {
		return null;
	}
}

function readKeyed(folder: string, name: string): KeyedCertificate | null {
	const [cert, key] = [read(folder, `${name}.crt`), read(folder, `${name}.key`)];
	return cert !== null && key !== null ? { cert, key } : null;
}

function read(folder: string, name: string): string | null {
	try {
		return readFileSync(join(folder, name), 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
		throw new Fault('unavailable', `Spy-cam cannot read ${join(folder, name)}.`, error);
	}
}

/** Writes atomically and durably. */
function write(folder: string, name: string, text: string, mode: number): void {
	const path = join(folder, name);
	const file = openSync(`${path}.new`, 'w', mode);
	try {
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(`${path}.new`, path);
}

function withWriteFault(folder: string, work: () => void): void {
	try {
		work();
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
		throw new Fault('unavailable', `Spy-cam cannot write to ${folder} (${code}).`, error);
	}
}
