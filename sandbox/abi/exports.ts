// What a core module exports for the kernel world. `compileCore` has compared the functions' types.

/** The exports of one instance. Pointers and lengths go in and come out as 32-bit integers, signed as JavaScript sees them. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly cabi_realloc: (old: number, oldSize: number, align: number, newSize: number) => number;
  readonly run: (inPtr: number, inLen: number, assetsPtr: number, assetsLen: number) => number;
  readonly check: (
    inPtr: number,
    inLen: number,
    assetsPtr: number,
    assetsLen: number,
    outPtr: number,
    outLen: number,
    seed: bigint,
  ) => number;
  readonly cabi_post_check: (result: number) => void;
}

/** A fresh instance. @throws {RangeError} where the machine has no memory for it. */
export function instantiate(module: WebAssembly.Module): KernelExports {
  return new WebAssembly.Instance(module).exports as unknown as KernelExports;
}
