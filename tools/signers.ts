// The operator's signers: the key in its own folder, the list of those that workers may trust in the data folder, and
// how one key follows another without a moment in which a worker has none.
import { P2c2rError } from "../protocol/errors.ts";
import {
  endorse,
  generateSigner,
  importSigner,
  parseRoster,
  type Pins,
  pinsOf,
  type RosterEntry,
  type Signer,
  signerEntries,
} from "../sandbox/mod.ts";

const KEY_FILE = "signer.key";
const SIGNERS_FILE = "signers.json";

/** The signer whose key stands in a folder; made there (readable by its owner only) when there is none. */
export async function openSigner(signerDir: string): Promise<Signer> {
  const path = `${signerDir}/${KEY_FILE}`;
  try {
    return await importSigner(await Deno.readFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const signer = await generateSigner();
  await writeKey(signerDir, path, signer);
  return signer;
}

/** The list of the operator's data folder; empty where there is no such file. */
export async function readRoster(dataDir: string): Promise<readonly RosterEntry[]> {
  const path = `${dataDir}/${SIGNERS_FILE}`;
  try {
    return await parseRoster(JSON.parse(await Deno.readTextFile(path)));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new P2c2rError("config.invalid", `Cannot read ${path}: it is not JSON`, {
      hint: `Correct ${SIGNERS_FILE}, or remove it and sign again.`,
      cause,
    });
  }
}

/** The keys of that list. */
export async function readSigners(dataDir: string): Promise<Pins> {
  return await pinsOf(await readRoster(dataDir));
}

/** Adds a signer to the list, where the others stay as they are. */
export async function listSigner(
  dataDir: string,
  signer: Pick<Signer, "keyId" | "publicKey">,
): Promise<void> {
  const roster = await readRoster(dataDir);
  if (roster.some(({ keyId }) => keyId === signer.keyId)) return;
  await writeRoster(dataDir, [...roster, ...signerEntries(new Map([[signer.keyId, signer.publicKey]]))]);
}

/**
 * Makes the key that follows the one in `signerDir`: the old one vouches for it in the list, `sign` signs everything with
 * it, and only then does it take the old one's place, which stays beside it as `<key id>.key`.
 *
 * A crash in between leaves the old key in force and a new one in the list that nobody uses.
 */
export async function rotateSigner(
  { dataDir, signerDir }: { readonly dataDir: string; readonly signerDir: string },
  sign: (next: Signer) => Promise<void>,
): Promise<{ readonly old: Signer; readonly next: Signer }> {
  const old = await openSigner(signerDir);
  await listSigner(dataDir, old);
  const next = await generateSigner();
  const nextPath = `${signerDir}/${next.keyId}.key`;
  await writeKey(signerDir, nextPath, next);
  await writeRoster(dataDir, [...await readRoster(dataDir), await endorse(next, old)]);
  await sign(next);
  await Deno.rename(`${signerDir}/${KEY_FILE}`, `${signerDir}/${old.keyId}.key`);
  await Deno.rename(nextPath, `${signerDir}/${KEY_FILE}`);
  return { old, next };
}

/**
 * Takes a signer off the list: workers that connect drop it.
 *
 * @param used key ids by which something is signed
 * @throws {P2c2rError} config.invalid for a signer that is not listed, still used, or the last one
 */
export async function retireSigner(dataDir: string, keyId: string, used: ReadonlySet<string>): Promise<void> {
  const roster = await readRoster(dataDir);
  const refuse = (state: string, hint: string): never => {
    throw new P2c2rError("config.invalid", `Cannot retire signer ${keyId}: ${state}`, { hint });
  };
  if (roster.every((one) => one.keyId !== keyId)) {
    refuse("it is not listed", `Name one of ${roster.map((one) => one.keyId).join(", ") || "none"}.`);
  }
  if (used.has(keyId)) refuse("a kernel is still signed by it", "Rotate first: that signs everything again.");
  if (roster.length === 1) refuse("no other signer is listed", "Rotate first: that lists the next one.");
  await writeRoster(dataDir, roster.filter((one) => one.keyId !== keyId));
}

/** Whoever reads the file meanwhile sees the old bytes or the new ones, never some of each. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(fresh, bytes);
  await Deno.rename(fresh, path);
}

async function writeRoster(dataDir: string, roster: readonly RosterEntry[]): Promise<void> {
  await Deno.mkdir(dataDir, { recursive: true });
  const text = JSON.stringify(roster, null, 2) + "\n";
  await replaceFile(`${dataDir}/${SIGNERS_FILE}`, new TextEncoder().encode(text));
}

async function writeKey(signerDir: string, path: string, signer: Signer): Promise<void> {
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", signer.privateKey));
  await Deno.mkdir(signerDir, { recursive: true, mode: 0o700 });
  await Deno.writeFile(path, key, { createNew: true, mode: 0o600 });
}
