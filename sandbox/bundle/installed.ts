// Bundles on disk: a folder <id>/<version>/ for each, its signature beside it or in a tree of its own.
import { P2c2rError } from "../../protocol/errors.ts";
import type { Code } from "../../protocol/errors.ts";
import { type Bundle, type BundleSource, loadBundle } from "./bundle.ts";
import { ID_PATTERN, VERSION_PATTERN } from "./manifest.ts";
import type { Pins } from "./signature.ts";

/** What a folder of bundles holds. */
export interface Installed {
  /** By id, then by release: the newest last. */
  readonly bundles: readonly Bundle[];
  /** The bundles that may not run here, and why. */
  readonly skipped: readonly Skipped[];
}

/** A bundle that may not run here. */
export interface Skipped {
  /** `id/version`, the folder's name. */
  readonly name: string;
  readonly code: Code;
  readonly reason: string;
}

/** The names `<id>/<version>` of all bundles in a folder, sorted. A folder that does not exist holds none. */
export async function bundleNames(bundlesDir: string): Promise<string[]> {
  const names: string[] = [];
  for (const id of await foldersIn(bundlesDir, ID_PATTERN)) {
    for (const version of await foldersIn(`${bundlesDir}/${id}`, VERSION_PATTERN)) {
      names.push(`${id}/${version}`);
    }
  }
  return names.sort();
}

/** Loads every bundle whose signature stands under the same name in `signaturesDir`; says why it skips one. */
export async function loadInstalled(
  bundlesDir: string,
  signaturesDir: string,
  signers: Pins,
): Promise<Installed> {
  const bundles: Bundle[] = [];
  const skipped: Skipped[] = [];
  for (const name of await bundleNames(bundlesDir)) {
    const source = fileSource(`${bundlesDir}/${name}`, `${signaturesDir}/${name}/manifest.sig`);
    try {
      const bundle = await loadBundle(source, { pins: signers, releaseFloor: () => 0 });
      refuseMisplaced(bundle, name, bundles);
      bundles.push(bundle);
    } catch (error) {
      if (!(error instanceof P2c2rError)) throw error;
      skipped.push({ name, code: error.code, reason: error.message });
    }
  }
  bundles.sort((a, b) =>
    a.manifest.id === b.manifest.id
      ? a.manifest.release - b.manifest.release
      : a.manifest.id < b.manifest.id
      ? -1
      : 1
  );
  return { bundles, skipped };
}

/** A bundle's files in a folder; the signature is `manifest.sig` in it unless another file is named. */
export function fileSource(folder: string, signatureFile = `${folder}/manifest.sig`): BundleSource {
  return {
    async read(name) {
      const isSignature = name === "manifest.sig";
      try {
        return await Deno.readFile(isSignature ? signatureFile : `${folder}/${name}`);
      } catch (cause) {
        if (!(cause instanceof Deno.errors.NotFound)) throw cause;
        const code = isSignature ? "bundle.signature" : "bundle.malformed";
        throw new P2c2rError(code, `Cannot read bundle: ${name} is missing`, { cause });
      }
    },
  };
}

function refuseMisplaced({ manifest }: Bundle, name: string, others: readonly Bundle[]): void {
  const { id, version, release } = manifest;
  if (`${id}/${version}` !== name) {
    throw new P2c2rError("bundle.malformed", `Cannot use bundle: folder ${name} holds ${id}/${version}`);
  }
  const twin = others.find((other) => other.manifest.id === id && other.manifest.release === release);
  if (twin === undefined) return;
  throw new P2c2rError(
    "bundle.release",
    `Cannot use ${id} ${version}: version ${twin.manifest.version} has release ${release} as well`,
  );
}

async function foldersIn(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter((entry) => entry.isDirectory && pattern.test(entry.name)).map((entry) =>
      entry.name
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
