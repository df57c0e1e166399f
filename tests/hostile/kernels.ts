// Kernels by hand: one that behaves, and the means to make one misbehave in a single place.
import { assemble, type Func, kind, type Limits, type ModuleParts, op, type } from "./wasm_builder.ts";

const { i32, i64 } = type;

/** Where a kernel of this file puts its answer. */
export const ANSWER_AT = 16;
/** The global that holds the end of what `cabi_realloc` has given away. */
const HEAP = 0;
const HEAP_START = 1024;

/** Function numbers of the ABI's five, in the order in which they are assembled. */
export const fn = { realloc: 0, run: 1, check: 2, postRun: 3, postCheck: 4 } as const;

/** A kernel's parts; what is left out behaves. */
export interface KernelParts {
  /** Parameters: old, old size, align, new size. */
  readonly realloc?: readonly number[];
  /** Parameters: input, its length, list of assets, its length. */
  readonly run?: readonly number[];
  /** Parameters: as `run`, output, its length, seed. */
  readonly check?: readonly number[];
  readonly postRun?: readonly number[];
  readonly postCheck?: readonly number[];
  readonly memory?: Limits;
  /** Added to or put over the module. */
  readonly module?: Partial<ModuleParts>;
  /** Functions behind the ABI's. */
  readonly more?: readonly Func[];
}

/** Leaves the address of an answer on the stack. */
export function answer(tag: number, ptr: readonly number[], len: readonly number[]): number[] {
  return [
    ...[...op.i32(ANSWER_AT), ...op.i32(tag), ...op.store8()],
    ...[...op.i32(ANSWER_AT), ...ptr, ...op.store32(4)],
    ...[...op.i32(ANSWER_AT), ...len, ...op.store32(8)],
    ...op.i32(ANSWER_AT),
  ];
}

/** Answers with the input itself. */
export const echo = answer(0, op.get(0), op.get(1));

/** Lets every output pass. */
export const pass = answer(0, op.i32(0), op.i32(0));

/** Never comes back. */
export const spin = [...op.loop, ...op.br(0), ...op.end, ...op.unreachable];

/** Gives memory from HEAP_START on, at the alignment asked for; traps where there is none. Uses local 4. */
export const bump = [
  // start = (heap + align - 1) & -align
  ...[...op.getGlobal(HEAP), ...op.get(2), ...op.add, ...op.i32(1), ...op.sub],
  ...[...op.i32(0), ...op.get(2), ...op.sub, ...op.and, ...op.tee(4)],
  ...[...op.get(3), ...op.add, ...op.setGlobal(HEAP)],
  ...op.get(4),
];

/** The bytes of a core module that keeps the ABI, but for the parts given. */
export function kernel(parts: KernelParts = {}): Uint8Array<ArrayBuffer> {
  const reset = [...op.i32(HEAP_START), ...op.setGlobal(HEAP)];
  return assemble({
    functions: [
      { params: [i32, i32, i32, i32], results: [i32], locals: 4, body: parts.realloc ?? bump },
      { params: [i32, i32, i32, i32], results: [i32], locals: 4, body: parts.run ?? echo },
      { params: [i32, i32, i32, i32, i32, i32, i64], results: [i32], locals: 4, body: parts.check ?? pass },
      { params: [i32], results: [], body: parts.postRun ?? reset },
      { params: [i32], results: [], body: parts.postCheck ?? reset },
      ...(parts.more ?? []),
    ],
    memories: [parts.memory ?? { initial: 4, maximum: 4 }],
    globals: [HEAP_START],
    exports: EXPORTS,
    ...parts.module,
  });
}

/** The exports of the kernel ABI. */
export const EXPORTS = [
  { name: "memory", kind: kind.memory, index: 0 },
  { name: "cabi_realloc", kind: kind.func, index: fn.realloc },
  { name: "run", kind: kind.func, index: fn.run },
  { name: "check", kind: kind.func, index: fn.check },
  { name: "cabi_post_run", kind: kind.func, index: fn.postRun },
  { name: "cabi_post_check", kind: kind.func, index: fn.postCheck },
];
