/** The manifest of a kernel: read from its folder by the build, written with digests into the bundle. */

import { METER_VERSION, type NanBits, WEIGHTS_VERSION } from "../../sandbox/meter/mod.ts";

/** What a kernel may use, in WebAssembly pages, bytes, units of fuel and milliseconds. */
export interface KernelLimits {
  readonly memoryPages: number;
  readonly inputBytesMax: number;
  readonly outputBytesMax: number;
  readonly assetsMax: number;
  readonly assetBytesMax: number;
  readonly fuelMax: number;
  readonly checkFuelMax: number;
  readonly wallMsMax: number;
}

/** `tasks-as/<kernel>/manifest.json`; the bundle's manifest adds the meter's versions, and the files' digests. */
export interface KernelManifest {
  readonly format: 1;
  readonly id: string;
  readonly version: string;
  readonly release: number;
  readonly engine: "wasm";
  readonly abi: "p2c2r:kernel@1.0.0";
  readonly limits: KernelLimits;
  readonly detection: number;
  readonly imports: readonly string[];
}

const KEYS = [
  "format",
  "id",
  "version",
  "release",
  "engine",
  "abi",
  "limits",
  "detection",
  "imports",
];
const LIMIT_KEYS = [
  "memoryPages",
  "inputBytesMax",
  "outputBytesMax",
  "assetsMax",
  "assetBytesMax",
  "fuelMax",
  "checkFuelMax",
  "wallMsMax",
];
const MEMORY_PAGES_MAX = 65_536;
/** The most that the wire carries. */
const FUEL_MAX = 1_000_000_000_000;

/**
 * Reads and checks a source manifest.
 *
 * @throws {Error} with a sentence that names the key that is wrong.
 */
export function parseManifest(text: string, folder: string): KernelManifest {
  const refuse = (what: string): never => {
    throw new Error(`Cannot build ${folder}: manifest.json ${what}`);
  };
  const expectKeys = (value: unknown, keys: readonly string[], where: string): Record<string, unknown> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse(`${where} is not an object`);
    }
    const found = Object.keys(value).join(", ");
    if (found !== keys.join(", ")) {
      refuse(`${where} has the keys ${found}; expected, in this order: ${keys.join(", ")}`);
    }
    return value as Record<string, unknown>;
  };
  const expectInteger = (value: unknown, min: number, max: number, key: string): number => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      refuse(`${key} is ${value}; expected an integer from ${min} to ${max}`);
    }
    return value as number;
  };

  const top = expectKeys(JSON.parse(text), KEYS, "top level");
  const limits = expectKeys(top["limits"], LIMIT_KEYS, "limits");
  if (top["id"] !== folder) refuse(`id is ${top["id"]}; expected the folder's name, ${folder}`);
  if (!/^\d+\.\d+\.\d+$/.test(String(top["version"]))) refuse(`version is ${top["version"]}; expected a.b.c`);
  if (top["format"] !== 1 || top["engine"] !== "wasm" || top["abi"] !== "p2c2r:kernel@1.0.0") {
    refuse('expected format 1, engine "wasm", abi "p2c2r:kernel@1.0.0"');
  }
  if (!Array.isArray(top["imports"]) || top["imports"].length !== 0) refuse("imports is not an empty list");
  const detection = top["detection"];
  if (typeof detection !== "number" || !(detection >= 0 && detection <= 1)) {
    refuse(`detection is ${detection}; expected a number from 0 to 1`);
  }
  expectInteger(top["release"], 1, Number.MAX_SAFE_INTEGER, "release");
  for (const key of LIMIT_KEYS) expectInteger(limits[key], 0, Number.MAX_SAFE_INTEGER, `limits.${key}`);
  expectInteger(limits["memoryPages"], 1, MEMORY_PAGES_MAX, "limits.memoryPages");

  for (const key of ["fuelMax", "checkFuelMax"]) expectInteger(limits[key], 1, FUEL_MAX, `limits.${key}`);
  return top as unknown as KernelManifest;
}

/** The kernels here write floats through `lib/floats`, which knows one NaN. */
export const NAN: NanBits = "own";

/** The bundle's manifest: fixed key order, two spaces, a newline at the end, so that its digest is stable. */
export function manifestBytes(manifest: KernelManifest, files: Readonly<Record<string, string>>): Uint8Array {
  const { format, id, version, release, engine, abi, ...rest } = manifest;
  const meter = { version: METER_VERSION, weights: WEIGHTS_VERSION, nan: NAN };
  const document = { format, id, version, release, engine, abi, meter, ...rest, files };
  return new TextEncoder().encode(JSON.stringify(document, null, 2) + "\n");
}
