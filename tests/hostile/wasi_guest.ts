// A kernel for the host's tests: a memory, an allocator that counts, and calls by name as a core would make them.
import { P2c2rError } from "../../protocol/errors.ts";
import { assert } from "../deps.ts";
import { functionIn } from "../../sandbox/wasi/interfaces.ts";
import { WasiHost } from "../../sandbox/wasi/host.ts";
import type { ResourceKind } from "../../sandbox/wasi/handles.ts";
import type { TaskIdentity } from "../../sandbox/wasi/random.ts";

/** Where results are written: aligned to 8, behind what `put` fills. */
export const RESULT_AT = 1024;
const HEAP_AT = 4096;

export const identity: TaskIdentity = {
  kernel: "ab".repeat(32),
  input: Uint8Array.of(1, 2, 3),
  assets: ["cd".repeat(32)],
  judged: undefined,
};

/** A host and the memory of whoever calls it. */
export class TestGuest {
  readonly host: WasiHost;
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  /** Sizes and alignments asked for. */
  readonly allocations: (readonly [size: number, align: number])[] = [];
  /** Runs inside the allocator. */
  onAllocate: () => void = () => {};
  #heap = HEAP_AT;

  constructor({ of = identity, fuelMax = 1_000_000_000 } = {}) {
    this.host = new WasiHost(of, fuelMax);
  }

  /** Calls `wasi:<name>@0.2.3` as a core does, with the place of a result where the function's type has one. */
  call(name: string, ...args: (number | bigint)[]): number | bigint | undefined {
    const [interfaceName = "", functionName = ""] = name.split("#");
    const of = functionIn(`wasi:${interfaceName}@0.2.3`, functionName);
    if (of === undefined) throw new Error(`The host has no ${name}`);
    const params = (of.type.split(" -> ")[0] ?? "").split(" ").filter((one) => one !== "");
    const all = params.length === args.length + 1 ? [...args, RESULT_AT] : args;
    const types = all.map((arg) => typeof arg === "bigint" ? "i64" : "i32");
    if (types.join() !== params.join()) throw new Error(`${name} takes ${params}, not ${types}`);
    // What was there before must not show through.
    if (all.length > args.length) new Uint8Array(this.memory.buffer, RESULT_AT, 32).fill(0xee);
    return this.host.bind(of, {
      memory: () => this.memory,
      realloc: (_old, _oldSize, align, size) => this.#allocate(size, align),
    })(...all);
  }

  drop(kind: ResourceKind, handle: number): void {
    this.host.bindDrop(kind)(handle);
  }

  /** The result's bytes. */
  result(size: number): number[] {
    return [...new Uint8Array(this.memory.buffer, RESULT_AT, size)];
  }

  view(): DataView {
    return new DataView(this.memory.buffer, RESULT_AT);
  }

  /** The bytes of a result that is a list. */
  list(offset = 0, entryBytes = 1): Uint8Array {
    const view = this.view();
    const length = view.getUint32(offset + 4, true) * entryBytes;
    return new Uint8Array(this.memory.buffer, view.getUint32(offset, true), length).slice();
  }

  /** Puts bytes at 0 and returns address and length. */
  put(bytes: Uint8Array): [number, number] {
    new Uint8Array(this.memory.buffer).set(bytes, 0);
    return [0, bytes.length];
  }

  #allocate(size: number, align: number): number {
    this.allocations.push([size, align]);
    this.onAllocate();
    const start = Math.ceil(this.#heap / align) * align;
    this.#heap = start + size;
    return start;
  }
}

/** Expects a coded refusal whose sentence fits. */
export function refused(work: () => unknown, message: RegExp, code = "kernel.trapped"): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof P2c2rError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

/** Expects the refusal of a handle. */
export function trapsOnHandle(work: () => unknown): void {
  refused(work, /used a handle of kind .* that it does not hold/);
}
