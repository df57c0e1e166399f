// From a component to the files of its bundle, judged by the rules that a signer and a worker have.
import { P2c2rError } from "../protocol/errors.ts";
import { limits as most } from "../protocol/limits.ts";
import {
  examineUnsigned,
  type KernelLimits,
  type Manifest,
  METER_VERSION,
  WEIGHTS_VERSION,
} from "../sandbox/mod.ts";
import { kernelCore } from "../sandbox/component/mod.ts";
import { meter, type NanBits } from "../sandbox/meter/mod.ts";
import { readModule } from "../sandbox/wasm/mod.ts";

/** What the author of a kernel says about it. */
export interface KernelSettings {
  readonly id: string;
  readonly version: string;
  readonly release: number;
  readonly detection: number;
  /** Who makes the bits of NaN the same on every machine. */
  readonly nan: NanBits;
  /** By key of {@link LIMITS}. */
  readonly limits: Readonly<Record<string, number>>;
}

/** A limit that an author may set. How much memory a kernel may have is its own to declare. */
export const LIMITS: readonly {
  readonly key: Exclude<keyof KernelLimits, "memoryPages">;
  readonly flag: string;
  readonly says: string;
  readonly byDefault: number;
}[] = [
  { key: "inputBytesMax", flag: "input-bytes-max", says: "largest input", byDefault: 65_536 },
  { key: "outputBytesMax", flag: "output-bytes-max", says: "largest output", byDefault: most.inputBytesMax },
  { key: "assetsMax", flag: "assets-max", says: "most assets of a task", byDefault: 0 },
  { key: "assetBytesMax", flag: "asset-bytes-max", says: "largest asset", byDefault: most.blobBytesMax },
  { key: "fuelMax", flag: "fuel-max", says: "most fuel of a run", byDefault: 1_000_000_000 },
  { key: "checkFuelMax", flag: "check-fuel-max", says: "most fuel of a check", byDefault: 100_000_000 },
  {
    key: "wallMsMax",
    flag: "wall-ms-max",
    says: "longest run in milliseconds, on any machine",
    byDefault: 5_000,
  },
];

/** The files of a bundle, without a signature, and a line about them. */
export interface MadeBundle {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly summary: string;
}

/**
 * Makes a bundle of a component and examines it as whoever signs it will.
 *
 * @throws {P2c2rError} bundle.* with what is wrong and where
 */
export async function makeBundle(
  component: Uint8Array<ArrayBuffer>,
  settings: KernelSettings,
): Promise<MadeBundle> {
  const merged = kernelCore(component);
  const core = meter(merged, { nan: settings.nan });
  const { imports, memories: [memory] } = readModule(merged);
  if (memory?.maximum === undefined) {
    throw new P2c2rError("bundle.memory", "Cannot take component: its memory declares no maximum", {
      hint: "Say how large it may grow: asc --maximumMemory PAGES, wasm-ld --max-memory=BYTES.",
    });
  }
  const manifest: Manifest = {
    format: 1,
    id: settings.id,
    version: settings.version,
    release: settings.release,
    engine: "wasm",
    abi: "p2c2r:kernel@1.0.0",
    meter: { version: METER_VERSION, weights: WEIGHTS_VERSION, nan: settings.nan },
    limits: { memoryPages: memory.maximum, ...settings.limits } as unknown as KernelLimits,
    detection: settings.detection,
    imports: [...new Set(imports.map(({ module }) => module))].sort(),
    files: { "component.wasm": await sha256Hex(component), "core.wasm": await sha256Hex(core) },
  };
  const files = new Map([
    ["manifest.json", new TextEncoder().encode(JSON.stringify(manifest, null, 2) + "\n")],
    ["component.wasm", component],
    ["core.wasm", core],
  ]);
  await examineUnsigned({ read: (name) => Promise.resolve(files.get(name) ?? new Uint8Array(0)) });
  const count = `${imports.length} function${imports.length === 1 ? "" : "s"}`;
  const world = imports.length === 0 ? "imports nothing" : `imports ${count} of WASI`;
  const summary = `component ${component.length} B, core ${core.length} B metered, ` +
    `at most ${memory.maximum} pages of memory, ${world}`;
  return { files, summary };
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
