// A bundle: from bytes of unknown origin to a compiled kernel that this machine may run, or a coded refusal.
import { P2c2rError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import { kernelCore } from "../component/mod.ts";
import { meter } from "../meter/mod.ts";
import { compileCore } from "./core_rules.ts";
import { lendMemory, type LentCore } from "./lent_core.ts";
import { sha256Hex } from "./digest.ts";
import { type Manifest, MANIFEST_BYTES_MAX, parseManifest } from "./manifest.ts";
import { type Pins, SIGNATURE_BYTES_MAX, verifySignature } from "./signature.ts";

/**
 * Where a bundle's files come from: `manifest.json`, `manifest.sig`, `core.wasm`. What is read is copied and verified;
 * a source throws a coded error for a file that it cannot get.
 */
export interface BundleSource {
  read(name: string): Promise<Uint8Array>;
}

/** What this machine accepts. */
export interface BundleRules {
  readonly pins: Pins;
  /** The lowest release of a kernel that may be installed: that of the newest one seen. 0 where none was. */
  readonly releaseFloor: (id: string) => number;
}

/** A kernel that may run here. */
export interface Bundle {
  /** SHA-256 of `manifestBytes`, lower-case hex: the kernel's name in every identity. */
  readonly digest: string;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  /** The bytes of `manifest.sig`. */
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Id of the key that signed it. */
  readonly signedBy: string;
  /** The metered core module, which is what runs. */
  readonly core: Uint8Array<ArrayBuffer>;
  /** The core as it is. */
  readonly module: WebAssembly.Module;
  /** The core as isolates run it. */
  readonly lent: LentCore;
}

/**
 * Reads and verifies a bundle. Nothing in the manifest is looked at before its signature counts, nothing in the core
 * before its digest does.
 *
 * @throws {P2c2rError} bundle.malformed, bundle.signature, bundle.release, bundle.digest, bundle.imports, bundle.memory,
 * and what the source throws.
 */
export async function loadBundle(source: BundleSource, rules: BundleRules): Promise<Bundle> {
  const manifestBytes = await readFile(source, "manifest.json", MANIFEST_BYTES_MAX);
  const signature = await readFile(source, "manifest.sig", SIGNATURE_BYTES_MAX);
  const signedBy = await verifySignature(manifestBytes, signature, rules.pins);
  const manifest = parseManifest(manifestBytes);
  const floor = rules.releaseFloor(manifest.id);
  if (manifest.release < floor) {
    const { id, version, release } = manifest;
    throw new P2c2rError(
      "bundle.release",
      `Cannot install ${id} ${version}: its release is ${release}, release ${floor} was installed before`,
    );
  }
  const core = await readNamed(source, manifest, "core.wasm");
  const module = await compileCore(core, manifest.limits.memoryPages, manifest.imports);
  return {
    digest: await sha256Hex(manifestBytes),
    manifest,
    manifestBytes,
    signature,
    signedBy,
    core,
    module,
    lent: await lendMemory(core),
  };
}

/**
 * Reads a bundle that nobody has signed yet and verifies everything else: what a signer does before signing. The core
 * module has to be what the meter makes of the component, so that what runs is what the component says.
 *
 * @throws {P2c2rError} as {@link loadBundle}, and bundle.derived for a core that was not made from the component
 */
export async function examineUnsigned(
  source: BundleSource,
): Promise<Pick<Bundle, "digest" | "manifest" | "manifestBytes">> {
  const manifestBytes = await readFile(source, "manifest.json", MANIFEST_BYTES_MAX);
  const manifest = parseManifest(manifestBytes);
  const component = await readNamed(source, manifest, "component.wasm");
  const core = await readNamed(source, manifest, "core.wasm");
  await compileCore(core, manifest.limits.memoryPages, manifest.imports);
  refuseForeign(manifest, component, core);
  return { digest: await sha256Hex(manifestBytes), manifest, manifestBytes };
}

function refuseForeign(
  { id, version, meter: { nan } }: Manifest,
  component: Uint8Array,
  core: Uint8Array,
): void {
  if (sameBytes(meter(kernelCore(component), { nan }), core)) return;
  const state = "core.wasm is not what the meter makes of the component";
  throw new P2c2rError("bundle.derived", `Cannot use ${id} ${version}: ${state}`);
}

async function readNamed(
  source: BundleSource,
  manifest: Manifest,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(source, name, limits.blobBytesMax);
  if (await sha256Hex(bytes) === manifest.files[name]) return bytes;
  throw new P2c2rError(
    "bundle.digest",
    `Cannot use ${manifest.id} ${manifest.version}: ${name} has other bytes`,
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The copy is what was verified and what runs, whatever the source does with its bytes later. */
async function readFile(
  source: BundleSource,
  name: string,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(name);
  if (bytes.length <= bytesMax) return bytes.slice();
  throw new P2c2rError(
    "bundle.malformed",
    `Cannot read ${name}: it is ${bytes.length} bytes, limit is ${bytesMax}`,
  );
}
