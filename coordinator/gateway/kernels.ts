// The kernels this coordinator serves, found by their number or by name and version.
import type { Kernel } from "../ports.ts";

/** A kernel with what a worker needs to trust it. */
export interface OfferedKernel {
  readonly kernel: Kernel;
  /** The bytes of manifest.sig. */
  readonly signature: Uint8Array;
}

/** All kernels; fixed while the process runs. */
export class KernelTable {
  readonly #offered: readonly OfferedKernel[];
  readonly #byNo = new Map<number, Kernel>();
  readonly #byVersion = new Map<string, Kernel>();
  readonly #newest = new Map<string, Kernel>();

  /** Takes the kernels in any order. */
  constructor(offered: readonly OfferedKernel[]) {
    this.#offered = offered;
    for (const { kernel } of offered) {
      this.#byNo.set(kernel.no, kernel);
      this.#byVersion.set(`${kernel.id}@${kernel.version}`, kernel);
      const newest = this.#newest.get(kernel.id);
      if (newest === undefined || newest.release < kernel.release) this.#newest.set(kernel.id, kernel);
    }
  }

  /** All of them, with signatures. */
  get offered(): readonly OfferedKernel[] {
    return this.#offered;
  }

  /** The kernel with that number. */
  at(no: number): Kernel | undefined {
    return this.#byNo.get(no);
  }

  /** The kernel of that name; without a version the one with the highest release. */
  find(id: string, version: string | null): Kernel | undefined {
    return version === null ? this.#newest.get(id) : this.#byVersion.get(`${id}@${version}`);
  }
}
