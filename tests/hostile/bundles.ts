// Bundles out of nothing: a core module, a manifest around it, a signature by a key made for the test. Browsers load
// this as well, so it goes through no door behind which something is that they do not have.
import {
  type Bundle,
  type BundleSource,
  generateSigner,
  loadBundle,
  type Manifest,
  type Signer,
  signManifest,
} from "../../sandbox/bundle/mod.ts";
import { limits } from "../../protocol/limits.ts";
import { meter, METER_VERSION, WEIGHTS_VERSION } from "../../sandbox/meter/mod.ts";

/** Parts of a manifest that a test cares about. */
export interface ManifestParts {
  readonly id?: string;
  readonly version?: string;
  readonly release?: number;
  readonly imports?: readonly string[];
  readonly meter?: Partial<Manifest["meter"]>;
  readonly limits?: Partial<Manifest["limits"]>;
  /** Where the core comes from; by default something that is no component. */
  readonly component?: Uint8Array<ArrayBuffer>;
}

/** The three files that are needed to run, and the component's digest's preimage. */
export type Files = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

const COMPONENT = new TextEncoder().encode("a component");

/** A manifest that fits a core module. */
export async function manifestOf(core: Uint8Array, parts: ManifestParts = {}): Promise<Manifest> {
  return {
    format: 1,
    id: parts.id ?? "probe",
    version: parts.version ?? "1.0.0",
    release: parts.release ?? 1,
    engine: "wasm",
    abi: "p2c2r:kernel@1.0.0",
    meter: { version: METER_VERSION, weights: WEIGHTS_VERSION, nan: "canonical", ...parts.meter },
    limits: {
      memoryPages: 4,
      inputBytesMax: 4096,
      outputBytesMax: 65_536,
      assetsMax: 3,
      assetBytesMax: 65_536,
      // More than any test spins through before its watchdog comes.
      fuelMax: limits.fuelMax,
      checkFuelMax: limits.fuelMax,
      wallMsMax: 2_000,
      ...parts.limits,
    },
    detection: 0.9,
    imports: parts.imports ?? [],
    files: { "component.wasm": await sha256(parts.component ?? COMPONENT), "core.wasm": await sha256(core) },
  };
}

/** The canonical bytes of a manifest. */
export function manifestBytes(manifest: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(manifest, null, 2) + "\n");
}

/** All files of a signed bundle. */
export async function filesOf(
  core: Uint8Array<ArrayBuffer>,
  signer: Signer,
  parts: ManifestParts = {},
): Promise<Files> {
  const manifest = manifestBytes(await manifestOf(core, parts));
  return {
    "manifest.json": manifest,
    "manifest.sig": await signManifest(manifest, signer),
    "core.wasm": core,
    "component.wasm": parts.component ?? COMPONENT,
  };
}

/** A source over files in memory. */
export function sourceOf(files: Files): BundleSource {
  return {
    read(name) {
      const bytes = files[name];
      return bytes === undefined ? Promise.reject(new Error(`no ${name}`)) : Promise.resolve(bytes);
    },
  };
}

/** Meters, signs, verifies and compiles in one go. */
export async function bundleOf(core: Uint8Array<ArrayBuffer>, parts: ManifestParts = {}): Promise<Bundle> {
  return await bundleAround(meter(core), parts);
}

/** The same around a core module as it is. */
export async function bundleAround(
  core: Uint8Array<ArrayBuffer>,
  parts: ManifestParts = {},
): Promise<Bundle> {
  const signer = await generateSigner();
  const pins = new Map([[signer.keyId, signer.publicKey]]);
  return await loadBundle(sourceOf(await filesOf(core, signer, parts)), { pins, releaseFloor: () => 0 });
}

/** SHA-256 in lower-case hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}
