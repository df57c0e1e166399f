// Signs the bundles of a tree with the operator's key, into the operator's data folder. The key is made on first use, in
// a folder of its own that the coordinator cannot read.
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { P2c2rError } from "../protocol/errors.ts";
import {
  bundleNames,
  examineUnsigned,
  fileSource,
  loadInstalled,
  type Pins,
  type Signer,
  signManifest,
} from "../sandbox/mod.ts";
import { listSigner, openSigner, readSigners, replaceFile, retireSigner, rotateSigner } from "./signers.ts";
import { repositoryRoot } from "./source_files.ts";

/** What to sign, and where signatures go. */
export interface SignOptions {
  /** Holds `<id>/<version>/` for each bundle. */
  readonly bundlesDir: string;
  /** Gets `signatures/<id>/<version>/manifest.sig` and `signers.json`. */
  readonly dataDir: string;
  readonly signer: Signer;
  /** Leave bundles alone that a key of `signers.json` has signed already. */
  readonly ifMissing?: boolean;
  /** Sign these only, `<id>/<version>`. */
  readonly only?: readonly string[];
}

/** Names `<id>/<version>`, sorted. */
export interface SignReport {
  readonly signed: readonly string[];
  readonly kept: readonly string[];
}

const USAGE = `Signs the kernels' bundles: deno run … tools/kernels_sign.ts [options]
  --data DIR      the operator's data folder (default: data)
  --signer DIR    the folder of the signer's private key (default: signer, beside the data folder)
  --bundles DIR   the bundles (default: those of this project)
  --if-missing    sign only what no known key has signed
  --rotate        make the key that follows this one, which vouches for it, and sign everything with it
  --retire KEYID  take a key off the list: workers that connect do not trust it any longer`;

/**
 * Verifies the bundles of a folder and signs them; adds the signer to `signers.json`, where other signers stay.
 *
 * @throws {P2c2rError} bundle.* for a bundle that is not fit to be signed; nothing is written then
 */
export async function signBundles(options: SignOptions): Promise<SignReport> {
  const { bundlesDir, dataDir, signer } = options;
  const pins = await readSigners(dataDir);
  const names = options.only ?? await bundleNames(bundlesDir);
  const missing = options.ifMissing === true ? await unsignedNames(bundlesDir, dataDir, pins) : names;
  const wanted = names.filter((name) => missing.includes(name));
  const files = new Map<string, Uint8Array>();
  for (const name of wanted) files.set(name, await signatureOf(`${bundlesDir}/${name}`, name, signer));
  // Listed first: at no moment is something signed by a key that no list names.
  await listSigner(dataDir, signer);
  for (const [name, bytes] of files) {
    await Deno.mkdir(`${dataDir}/signatures/${name}`, { recursive: true });
    await replaceFile(`${dataDir}/signatures/${name}/manifest.sig`, bytes);
  }
  return { signed: wanted, kept: names.filter((name) => !files.has(name)) };
}

/** Ids of the keys by which the bundles of a tree are signed now. */
export async function usedSigners(bundlesDir: string, dataDir: string): Promise<Set<string>> {
  const pins = await readSigners(dataDir);
  const { bundles } = await loadInstalled(bundlesDir, `${dataDir}/signatures`, pins);
  return new Set(bundles.map(({ signedBy }) => signedBy));
}

/** The bundles that a coordinator with this data folder would not run, where signing can help or shows what is wrong. */
async function unsignedNames(bundlesDir: string, dataDir: string, pins: Pins): Promise<string[]> {
  const { skipped } = await loadInstalled(bundlesDir, `${dataDir}/signatures`, pins);
  return skipped.filter((one) => one.code !== "bundle.release").map((one) => one.name);
}

async function signatureOf(folder: string, name: string, signer: Signer): Promise<Uint8Array> {
  try {
    const { manifest, manifestBytes } = await examineUnsigned(fileSource(folder));
    const named = `${manifest.id}/${manifest.version}`;
    if (named !== name) throw new P2c2rError("bundle.malformed", `the folder holds ${named}`);
    return await signManifest(manifestBytes, signer);
  } catch (cause) {
    if (!(cause instanceof P2c2rError)) throw cause;
    throw new P2c2rError(cause.code, `Cannot sign ${name}: ${cause.message}`, { hint: cause.hint, cause });
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "data": { type: "string", default: "data" },
      "signer": { type: "string" },
      "bundles": { type: "string", default: join(repositoryRoot(), "tasks-as", "bundles") },
      "if-missing": { type: "boolean", default: false },
      "rotate": { type: "boolean", default: false },
      "retire": { type: "string" },
      "help": { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const { data: dataDir, bundles: bundlesDir, "if-missing": ifMissing, retire } = values;
  if (retire !== undefined) {
    await retireSigner(dataDir, retire, await usedSigners(bundlesDir, dataDir));
    return console.log(`retired ${retire}; restart the coordinator so that workers hear of it`);
  }
  if ((await bundleNames(bundlesDir)).length === 0) {
    throw new P2c2rError("config.invalid", `Cannot sign: ${bundlesDir} holds no bundle`, {
      hint: "Build the kernels with deno task kernels:build, or name their folder with --bundles.",
    });
  }
  const signerDir = values.signer ?? join(dirname(resolve(dataDir)), "signer");
  if (values.rotate) return await rotate(bundlesDir, dataDir, signerDir);
  // An operator may keep the key elsewhere: where all is signed, it is neither asked for nor made.
  const pins = await readSigners(dataDir);
  if (ifMissing && (await unsignedNames(bundlesDir, dataDir, pins)).length === 0) return;
  const signer = await openSigner(signerDir);
  const { signed, kept } = await signBundles({ bundlesDir, dataDir, signer, ifMissing });
  for (const name of signed) console.log(`signed ${name} with ${signer.keyId}`);
  if (kept.length > 0) console.log(`${kept.length} signed before`);
}

async function rotate(bundlesDir: string, dataDir: string, signerDir: string): Promise<void> {
  const { old, next } = await rotateSigner({ dataDir, signerDir }, async (signer) => {
    await signBundles({ bundlesDir, dataDir, signer });
  });
  console.log(`${next.keyId} follows ${old.keyId} and has signed everything; restart the coordinator.`);
  console.log(`When all workers have connected since: --retire ${old.keyId}`);
}

/** Says what went wrong, and returns the exit code: 64 for a wrong option, 78 for a wrong setting. */
function complain(error: unknown): number {
  if (error instanceof P2c2rError) {
    console.error(`${error.message}\n${error.hint}`);
    return error.code === "config.invalid" ? 78 : 1;
  }
  const { message, code } = error as { message?: string; code?: string };
  if (code?.startsWith("ERR_PARSE_ARGS") === true) {
    console.error(`${message}\n${USAGE}`);
    return 64;
  }
  console.error(`Cannot sign kernels: a folder of keys, bundles or data cannot be used: ${message ?? error}`);
  return 74;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    Deno.exit(complain(error));
  }
}
