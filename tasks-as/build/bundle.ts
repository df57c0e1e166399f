/** One kernel's folder to the files of its bundle, in memory and on disk. */
import { meter } from "../../sandbox/meter/mod.ts";
import { compileKernel } from "./compile.ts";
import { kernelCore } from "../../sandbox/component/mod.ts";
import { componentOf } from "./component.ts";
import { manifestBytes, NAN, parseManifest } from "./manifest.ts";
import { refuseUnfitCore } from "./refuse.ts";

/** A built bundle: where it belongs, and its files by name. */
export interface Bundle {
  readonly id: string;
  readonly version: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Builds the kernel in `<root>/<kernel>/`; the same sources give the same bytes. */
export async function buildBundle(root: URL, kernel: string): Promise<Bundle> {
  const manifest = parseManifest(await Deno.readTextFile(new URL(`${kernel}/manifest.json`, root)), kernel);
  const witSource = await Deno.readTextFile(new URL("kernel.wit", root));
  const { memoryPages } = manifest.limits;
  const compiled = await compileKernel(root, kernel, memoryPages);
  refuseUnfitCore(compiled, kernel, memoryPages);
  const component = await componentOf(compiled, witSource);
  const extracted = kernelCore(component);
  refuseUnfitCore(extracted, kernel, memoryPages);
  const core = meter(extracted, { nan: NAN });
  const digests = { "component.wasm": await sha256Hex(component), "core.wasm": await sha256Hex(core) };
  return {
    id: manifest.id,
    version: manifest.version,
    files: new Map([
      ["manifest.json", manifestBytes(manifest, digests)],
      ["component.wasm", component],
      ["core.wasm", core],
    ]),
  };
}

/** Writes a bundle to `<root>/bundles/<id>/<version>/` and returns that folder. */
export async function writeBundle(root: URL, bundle: Bundle): Promise<URL> {
  const folder = bundleFolder(root, bundle);
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of bundle.files) await Deno.writeFile(new URL(name, folder), bytes);
  return folder;
}

/**
 * The names of the bundle's files that are missing or differ on disk, and of files that do not belong there.
 */
export async function staleFiles(root: URL, bundle: Bundle): Promise<string[]> {
  const folder = bundleFolder(root, bundle);
  const stale: string[] = [];
  for (const [name, bytes] of bundle.files) {
    const found = await readIfFile(new URL(name, folder));
    if (found === undefined || !equalBytes(found, bytes)) stale.push(name);
  }
  for (const name of await namesIn(folder)) {
    if (!bundle.files.has(name)) stale.push(name);
  }
  return stale.sort();
}

function bundleFolder(root: URL, bundle: Bundle): URL {
  return new URL(`bundles/${bundle.id}/${bundle.version}/`, root);
}

async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function readIfFile(url: URL): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function namesIn(folder: URL): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
