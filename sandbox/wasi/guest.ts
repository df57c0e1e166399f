// A kernel's memory as the host sees it: every place that the kernel names is compared before it is read or written.
import { P2c2rError } from "../../protocol/errors.ts";

/** The memory, and the allocator where the function at hand has results that need one. */
export interface GuestPorts {
  /** Looked up on each use: growing replaces the buffer. */
  readonly memory: () => WebAssembly.Memory;
  readonly realloc: (old: number, oldSize: number, align: number, newSize: number) => number;
}

/** Shut while a kernel's allocator runs: meanwhile the kernel may not call the host. One for all functions of a task. */
export interface Gate {
  shut: boolean;
}

/** One kernel's memory. */
export class Guest {
  readonly #ports: GuestPorts;
  readonly #gate: Gate;

  constructor(ports: GuestPorts, gate: Gate) {
    this.#ports = ports;
    this.#gate = gate;
  }

  /** `size` bytes at an address. */
  bytes(address: number, size: number): Uint8Array {
    const start = address >>> 0;
    const { buffer } = this.#ports.memory();
    if (start + size > buffer.byteLength) throw outside();
    return new Uint8Array(buffer, start, size);
  }

  /** A view of `size` bytes at an address that is a multiple of `align`. */
  view(address: number, size: number, align: number): DataView {
    const start = address >>> 0;
    const { buffer } = this.#ports.memory();
    if (start % align !== 0 || start + size > buffer.byteLength) throw outside();
    return new DataView(buffer, start, size);
  }

  /** Memory of the kernel's own allocator. Nothing is asked for where nothing is needed. */
  allocate(size: number, align: number): number {
    if (size === 0) return align;
    this.#gate.shut = true;
    const address = this.#ports.realloc(0, 0, align, size) >>> 0;
    this.#gate.shut = false;
    if (address % align !== 0 || address + size > this.#ports.memory().buffer.byteLength) throw outside();
    return address;
  }
}

function outside(): P2c2rError {
  return new P2c2rError("kernel.trapped", "The kernel named a place outside its memory.");
}
