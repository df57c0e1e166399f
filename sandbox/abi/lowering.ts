// Puts a task's bytes into a kernel's memory, at the places that the kernel's own allocator names. Each place is
// compared with the memory's size and with the places given before; an allocator that lies ends the call.
import { P2c2rError } from "../../protocol/errors.ts";
import type { KernelExports } from "./exports.ts";

/** Where a task lies in a kernel's memory. */
export interface Placed {
  readonly inPtr: number;
  readonly assetsPtr: number;
}

const LIST_ENTRY_BYTES = 8;
const LIST_ALIGN = 4;

/** The regions handed out during one call, as pairs of start and end. */
export class Lowering {
  readonly #exports: KernelExports;
  readonly #regions: number[] = [];

  constructor(exports: KernelExports) {
    this.#exports = exports;
  }

  /** Places input and assets in the order of the canonical ABI: a list, and behind it what its entries point at. */
  placeTask(input: Uint8Array, assets: readonly Uint8Array[]): Placed {
    const inPtr = this.place(input);
    const assetsPtr = this.#take(assets.length * LIST_ENTRY_BYTES, LIST_ALIGN);
    for (const [i, asset] of assets.entries()) {
      const start = this.place(asset);
      const entry = new DataView(
        this.#exports.memory.buffer,
        assetsPtr + i * LIST_ENTRY_BYTES,
        LIST_ENTRY_BYTES,
      );
      entry.setUint32(0, start, true);
      entry.setUint32(4, asset.length, true);
    }
    return { inPtr, assetsPtr };
  }

  /** Copies `bytes` into a region of their own and returns its start. */
  place(bytes: Uint8Array): number {
    const start = this.#take(bytes.length, 1);
    new Uint8Array(this.#exports.memory.buffer, start, bytes.length).set(bytes);
    return start;
  }

  /** The memory may grow, and so its buffer change, in every call into the kernel: nothing here keeps a view. */
  #take(size: number, align: number): number {
    const start = this.#exports.cabi_realloc(0, 0, align, size) >>> 0;
    const end = start + size;
    if (start % align !== 0 || end > this.#exports.memory.buffer.byteLength) {
      throw new P2c2rError("kernel.trapped", "The kernel's allocator named a place outside its memory.");
    }
    if (size > 0) this.#claim(start, end);
    return start;
  }

  #claim(start: number, end: number): void {
    const regions = this.#regions;
    for (let i = 0; i < regions.length; i += 2) {
      if (start < (regions[i + 1] as number) && (regions[i] as number) < end) {
        throw new P2c2rError("kernel.trapped", "The kernel's allocator gave the same memory twice.");
      }
    }
    regions.push(start, end);
  }
}
