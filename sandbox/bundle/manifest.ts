// The manifest: what a kernel is called, what it may use and which files it is made of. Its bytes name the kernel.
import { limits } from "../../protocol/limits.ts";
import { isInterface } from "../wasi/mod.ts";
import { METER_VERSION, type NanBits, WEIGHTS_VERSION } from "../meter/mod.ts";
import {
  expectExactly,
  expectInteger,
  expectObject,
  expectText,
  jsonBytes,
  type JsonObject,
  malformed,
  readJson,
} from "./strict_json.ts";

/** Largest manifest, in bytes. */
export const MANIFEST_BYTES_MAX = 16_384;

/** Most WebAssembly pages (64 KiB) a kernel may ask for: 1 GiB. */
const MEMORY_PAGES_MAX = 16_384;

/**
 * How the core module was written: by which version of the meter, with which version of its table of weights, and whether
 * it made the bits of NaN the same on every machine or left that to the kernel's own code.
 */
export interface MeterVersions {
  readonly version: number;
  readonly weights: number;
  readonly nan: NanBits;
}

/** What a kernel may use; pages of 64 KiB, bytes, units of fuel, milliseconds. */
export interface KernelLimits {
  /** The most its memory may declare as its maximum. */
  readonly memoryPages: number;
  readonly inputBytesMax: number;
  readonly outputBytesMax: number;
  readonly assetsMax: number;
  /** Of each asset. */
  readonly assetBytesMax: number;
  /** The most a run may use. What uses more is exhausted, on every machine at the same point. */
  readonly fuelMax: number;
  /** The most a check may use. */
  readonly checkFuelMax: number;
  readonly wallMsMax: number;
}

/** `manifest.json` of a bundle. */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  readonly version: string;
  /** Grows with every version that is published; an older one is not installed over a newer one. */
  readonly release: number;
  readonly engine: "wasm";
  readonly abi: "p2c2r:kernel@1.0.0";
  readonly meter: MeterVersions;
  readonly limits: KernelLimits;
  /** Measured chance, 0 to 1, that `check` catches a lie that matters. */
  readonly detection: number;
  /** The interfaces of WASI that it imports functions of, sorted: `wasi:cli/exit@0.2.3`. */
  readonly imports: readonly string[];
  /**
   * SHA-256 of every other file by its name, lower-case hex, sorted by name: `component.wasm`, which is the kernel, and
   * `core.wasm`, the one core module that was derived from it and metered.
   */
  readonly files: Readonly<Record<string, string>>;
}

/** What a kernel's id looks like; it is also a folder's name. */
export const ID_PATTERN = /^[a-z][a-z0-9-]{0,39}$/;
/** What a kernel's version looks like; it is also a folder's name. */
export const VERSION_PATTERN = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;
const SHA256_PATTERN = /^[0-9a-f]{64}$/;
/** What a file may be called. */
const FILE_PATTERN = /^[a-z][a-z0-9_-]{0,31}\.(wasm|js)$/;
const FILES_MAX = 16;

const KEYS = [
  "format",
  "id",
  "version",
  "release",
  "engine",
  "abi",
  "meter",
  "limits",
  "detection",
  "imports",
  "files",
];

/**
 * Reads a manifest. Only the one canonical spelling is accepted, so two manifests that say the same are the same bytes.
 *
 * @throws {P2c2rError} bundle.malformed
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MANIFEST_BYTES_MAX) {
    throw malformed("manifest", `is ${bytes.length} bytes, limit is ${MANIFEST_BYTES_MAX}`);
  }
  const top = expectObject(readJson(bytes, "manifest"), KEYS, "manifest");
  const manifest: Manifest = {
    format: expectExactly(top, "format", 1),
    id: expectText(top, "id", ID_PATTERN),
    version: expectText(top, "version", VERSION_PATTERN),
    release: expectInteger(top, "release", 1, Number.MAX_SAFE_INTEGER),
    engine: expectExactly(top, "engine", "wasm"),
    abi: expectExactly(top, "abi", "p2c2r:kernel@1.0.0"),
    meter: parseMeter(top.fields["meter"]),
    limits: parseLimits(top.fields["limits"]),
    detection: parseDetection(top),
    imports: parseImports(top),
    files: parseFiles(top.fields["files"]),
  };
  if (!sameBytes(jsonBytes(manifest), bytes)) {
    throw malformed("manifest", "is not in the canonical spelling (two spaces, one newline at the end)");
  }
  return manifest;
}

function parseMeter(value: unknown): MeterVersions {
  const meter = expectObject(value, ["version", "weights", "nan"], "manifest.meter");
  return {
    version: expectExactly(meter, "version", METER_VERSION),
    weights: expectExactly(meter, "weights", WEIGHTS_VERSION),
    nan: expectExactly(meter, "nan", meter.fields["nan"] === "own" ? "own" : "canonical"),
  };
}

function parseLimits(value: unknown): KernelLimits {
  const of = expectObject(value, [
    "memoryPages",
    "inputBytesMax",
    "outputBytesMax",
    "assetsMax",
    "assetBytesMax",
    "fuelMax",
    "checkFuelMax",
    "wallMsMax",
  ], "manifest.limits");
  return {
    memoryPages: expectInteger(of, "memoryPages", 1, MEMORY_PAGES_MAX),
    inputBytesMax: expectInteger(of, "inputBytesMax", 0, limits.inputBytesMax),
    outputBytesMax: expectInteger(of, "outputBytesMax", 0, limits.outputBytesMax),
    assetsMax: expectInteger(of, "assetsMax", 0, limits.taskAssetsMax),
    assetBytesMax: expectInteger(of, "assetBytesMax", 0, limits.blobBytesMax),
    fuelMax: expectInteger(of, "fuelMax", 1, limits.fuelMax),
    checkFuelMax: expectInteger(of, "checkFuelMax", 1, limits.fuelMax),
    wallMsMax: expectInteger(of, "wallMsMax", 1, limits.deadlineMsMax),
  };
}

function parseDetection(top: JsonObject): number {
  const value = top.fields["detection"];
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    throw malformed("manifest.detection", "is not a number from 0 to 1");
  }
  return value;
}

function parseImports(top: JsonObject): readonly string[] {
  const value = top.fields["imports"];
  if (!Array.isArray(value)) throw malformed("manifest.imports", "is not a list");
  for (const [i, name] of (value as unknown[]).entries()) {
    if (typeof name !== "string" || !isInterface(name)) {
      const shown = JSON.stringify(name)?.slice(0, 100);
      throw malformed("manifest.imports", `names ${shown}, which the sandbox does not answer`);
    }
    if (i > 0 && value[i - 1] >= name) {
      throw malformed("manifest.imports", "is not sorted, or names one twice");
    }
  }
  return value as string[];
}

function parseFiles(value: unknown): Manifest["files"] {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const files = expectObject(value, names, "manifest.files");
  if (names.length > FILES_MAX || !names.every((name) => FILE_PATTERN.test(name)) || !isSorted(names)) {
    throw malformed("manifest.files", `is not a sorted list of at most ${FILES_MAX} plain names`);
  }
  for (const name of ["component.wasm", "core.wasm"]) {
    if (!names.includes(name)) throw malformed("manifest.files", `does not have ${name}`);
  }
  return Object.fromEntries(names.map((name) => [name, expectText(files, name, SHA256_PATTERN)]));
}

function isSorted(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || (texts[i - 1] as string) < text);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
