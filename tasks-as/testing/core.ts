/** Calls a kernel's core module through its ABI, for tests and benchmarks: no limits, no watchdog. */

import { METER_EXPORTS } from "../../sandbox/meter/mod.ts";

/** More than any test uses. */
const BUDGET = 2n ** 52n;

/** What `run` answered. */
export type RunResult =
  | { readonly type: "ok"; readonly output: Uint8Array<ArrayBuffer> }
  | { readonly type: "err"; readonly message: string };

/** What `check` answered. */
export type CheckResult = { readonly type: "ok" } | { readonly type: "err"; readonly message: string };

/** One instance of a core module. A call that traps throws `WebAssembly.RuntimeError`. */
export interface Core {
  run(input: Uint8Array, assets: readonly Uint8Array[]): RunResult;
  check(input: Uint8Array, assets: readonly Uint8Array[], output: Uint8Array, seed: bigint): CheckResult;
  /** What the module exports, for who looks at more than the ABI. */
  readonly exports: WebAssembly.Exports;
  /** Fuel that the last call used; 0 for a module that is not metered. */
  readonly fuelUsed: number;
  /** Overwrites all memory that no call owns, as an earlier call might have left it. */
  fillFreeMemory(byte: number): void;
}

interface CoreExports {
  readonly memory: WebAssembly.Memory;
  cabi_realloc(old: number, oldSize: number, align: number, newSize: number): number;
  run(inPtr: number, inLen: number, assetsPtr: number, assetsLen: number): number;
  check(
    inPtr: number,
    inLen: number,
    assetsPtr: number,
    assetsLen: number,
    outPtr: number,
    outLen: number,
    seed: bigint,
  ): number;
  readonly [METER_EXPORTS.fuel]?: { value: bigint };
  cabi_post_run(result: number): void;
  cabi_post_check(result: number): void;
}

/** The committed core module of a kernel, compiled. */
export async function loadCore(kernel: string, version: string): Promise<WebAssembly.Module> {
  const url = new URL(`../bundles/${kernel}/${version}/core.wasm`, import.meta.url);
  return await WebAssembly.compile(await Deno.readFile(url));
}

/** A new instance; further calls reuse it. */
export function instantiateCore(module: WebAssembly.Module): Core {
  const { exports: raw } = new WebAssembly.Instance(module, {});
  const exports = raw as unknown as CoreExports;
  const counter = exports[METER_EXPORTS.fuel] ?? { value: BUDGET };
  return {
    exports: raw,
    get fuelUsed() {
      return Number(BUDGET - counter.value);
    },
    run(input, assets) {
      counter.value = BUDGET;
      const result = exports.run(...placeArguments(exports, input, assets));
      const { tag, bytes } = readResult(exports.memory, result);
      exports.cabi_post_run(result);
      return tag === 0 ? { type: "ok", output: bytes } : { type: "err", message: sentenceOf(bytes) };
    },
    check(input, assets, output, seed) {
      counter.value = BUDGET;
      const placed = placeArguments(exports, input, assets);
      const result = exports.check(...placed, place(exports, output), output.length, seed);
      const { tag, bytes } = readResult(exports.memory, result);
      exports.cabi_post_check(result);
      return tag === 0 ? { type: "ok" } : { type: "err", message: sentenceOf(bytes) };
    },
    fillFreeMemory(byte) {
      counter.value = BUDGET;
      const free = exports.cabi_realloc(0, 0, 1, 1);
      exports.cabi_post_run(0);
      new Uint8Array(exports.memory.buffer).fill(byte, free);
    },
  };
}

function placeArguments(
  exports: CoreExports,
  input: Uint8Array,
  assets: readonly Uint8Array[],
): [number, number, number, number] {
  const inPtr = place(exports, input);
  const list = exports.cabi_realloc(0, 0, 4, assets.length * 8);
  assets.forEach((asset, i) => {
    const start = place(exports, asset);
    const view = new DataView(exports.memory.buffer);
    view.setUint32(list + i * 8, start, true);
    view.setUint32(list + i * 8 + 4, asset.length, true);
  });
  return [inPtr, input.length, list, assets.length];
}

function place(exports: CoreExports, bytes: Uint8Array): number {
  const start = exports.cabi_realloc(0, 0, 1, bytes.length);
  new Uint8Array(exports.memory.buffer).set(bytes, start);
  return start;
}

/** The bytes are copied: the post-return gives their memory back. */
function readResult(
  memory: WebAssembly.Memory,
  result: number,
): { tag: number; bytes: Uint8Array<ArrayBuffer> } {
  const view = new DataView(memory.buffer);
  const start = view.getUint32(result + 4, true);
  const size = view.getUint32(result + 8, true);
  return { tag: view.getUint8(result), bytes: new Uint8Array(memory.buffer).slice(start, start + size) };
}

function sentenceOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
