// Kernels that want more memory than is theirs, look outside it, or remember what they should not.
import { answer, bump, echo, type KernelParts } from "../kernels.ts";
import { kind, op, type } from "../wasm_builder.ts";
import { answerNumber, type HostileCase, INPUT, MEMORY_BYTES, OK, put } from "./case.ts";
import { EXPORTS } from "../kernels.ts";

const TRAPPED = ["kernel.trapped"];
const growAll = [
  ...op.loop,
  ...[...op.i32(1), ...op.memoryGrow, ...op.i32(-1), ...op.ne, ...op.brIf(0)],
  ...op.end,
];
const mul = [0x6c];
const f64 = (value: number) => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)];

const traps: Readonly<Record<string, KernelParts>> = {
  "an instruction that traps": { run: op.unreachable },
  "an allocator that traps": { realloc: op.unreachable },
  "division by zero": { run: [...op.i32(1), ...op.i32(0), ...op.divU] },
  "a remainder by zero": { run: [...op.i32(1), ...op.i32(0), 0x70] },
  "a quotient that does not fit": { run: [...op.i32(-0x8000_0000), ...op.i32(-1), 0x6d] },
  "a number cut down to an integer that it is not": { run: [...f64(NaN), 0xaa] },
  "an infinity cut down to an integer": { run: [...f64(Infinity), 0xab] },
  "a load at the last address": { run: [...op.i32(-4), ...op.load32()] },
  "a load whose offset wraps around": { run: [...op.i32(-1), ...op.load8(0xffff_ffff)] },
  "a load that ends behind the memory": { run: [...op.i32(MEMORY_BYTES - 3), ...op.load32()] },
  "a store behind the memory": {
    run: [...op.i32(MEMORY_BYTES - 3), ...op.i32(1), ...op.store32(), ...echo],
  },
  "a copy from outside the memory": {
    run: [...op.i32(0), ...op.i32(8), ...op.i32(-1), ...op.copy, ...echo],
  },
  "a copy to outside the memory": {
    run: [...op.i32(MEMORY_BYTES - 4), ...op.i32(0), ...op.i32(5), ...op.copy, ...echo],
  },
  "a fill that ends behind the memory": {
    run: [...op.i32(1), ...op.i32(1), ...op.i32(MEMORY_BYTES), ...op.fill, ...echo],
  },
  "data outside the memory": { module: { data: [{ at: MEMORY_BYTES - 1, bytes: [1, 2] }] } },
  "a table whose first functions lie outside it": {
    module: {
      tables: [{ initial: 1, maximum: 1 }],
      rawSections: [{ id: 9, body: [1, 0, ...op.i32(1), ...op.end, 1, 1] }],
    },
  },
  "a call through an empty place of a table": {
    run: [...op.get(0), ...op.i32(0), 0x11, 3, 0, ...echo],
    module: { tables: [{ initial: 1, maximum: 1 }] },
    realloc: bump,
  },
  "a call behind the end of a table": {
    run: [...op.get(0), ...op.i32(77), 0x11, 3, 0, ...echo],
    module: { tables: [{ initial: 1, maximum: 1 }] },
  },
  "a call through a table with another type": {
    run: [...op.i32(0), 0x11, 5, 0, ...echo],
    more: [{ params: [], results: [], body: [] }],
    module: {
      tables: [{ initial: 1, maximum: 1 }],
      rawSections: [{ id: 9, body: [1, 0, ...op.i32(0), ...op.end, 1, 1] }],
    },
  },
};

const bombs: readonly HostileCase[] = [
  {
    name: "a memory bomb that touches all it can get",
    parts: {
      run: [
        ...growAll,
        ...[...op.i32(4096), ...op.i32(1)],
        ...[...op.memorySize, ...op.i32(65_536), ...mul, ...op.i32(4096), ...op.sub, ...op.fill],
        ...[...op.memorySize, ...answerNumber],
      ],
      memory: { initial: 1, maximum: 3 },
    },
    codes: ["output"],
    output: [3, 0, 0, 0],
  },
  {
    name: "a demand for all memory there can be",
    parts: { run: [...op.i32(65_535), ...op.memoryGrow, ...answerNumber] },
    codes: ["output"],
    output: [255, 255, 255, 255],
  },
  {
    name: "a demand for less than no memory",
    parts: { run: [...op.i32(-1), ...op.memoryGrow, ...answerNumber] },
    codes: ["output"],
    output: [255, 255, 255, 255],
  },
  {
    name: "memory that grows while the task is put into it",
    // Every region is a page of its own, taken by growing; the input must still arrive where it was put.
    parts: {
      realloc: [...op.i32(1), ...op.memoryGrow, ...op.i32(65_536), ...mul],
      memory: { initial: 1, maximum: 6 },
    },
    task: { assets: [Uint8Array.of(1), Uint8Array.of(2)], manifest: { limits: { memoryPages: 6 } } },
    codes: ["output"],
    output: [...INPUT],
  },
  {
    name: "a table bomb",
    parts: {
      run: [
        ...op.loop,
        ...[...op.nullFunction, ...op.i32(1000), ...op.tableGrow(0), ...op.i32(-1), ...op.ne, ...op.brIf(0)],
        ...[...op.end, 0xfc, 0x10, 0, ...answerNumber],
      ],
      module: { tables: [{ initial: 1, maximum: 60_000, element: [type.funcref] }] },
    },
    codes: ["output"],
    output: [0x79, 0xe6, 0, 0], // 1 + 59 × 1000: the next thousand does not fit
  },
];

/** Answers with the number in `what`, then puts 7 there. */
const remembering = (what: { read: readonly number[]; write: readonly number[] }): number[] => [
  ...[...what.read, ...op.set(4), ...what.write],
  ...[...op.i32(32), ...op.get(4), ...op.store32(), ...answer(OK, op.i32(32), op.i32(4))],
];

const memories: readonly HostileCase[] = [
  {
    name: "a kernel that leaves a note in its memory",
    parts: { run: remembering({ read: [...op.i32(9000), ...op.load32()], write: put(9000, [7]) }) },
  },
  {
    name: "a kernel that leaves a note at the very end of its memory",
    parts: {
      run: remembering({
        read: [...op.i32(MEMORY_BYTES - 4), ...op.load32()],
        write: put(MEMORY_BYTES - 4, [7]),
      }),
    },
  },
  {
    name: "a kernel that leaves a note below everything it was given",
    parts: { run: remembering({ read: [...op.i32(0), ...op.load32()], write: put(0, [7]) }) },
  },
  {
    name: "a kernel that leaves a note in a global",
    parts: {
      run: remembering({ read: op.getGlobal(1), write: [...op.i32(7), ...op.setGlobal(1)] }),
      module: { globals: [1024, 0] },
    },
  },
  {
    name: "a kernel that leaves a note in a global that it exports",
    parts: {
      run: remembering({ read: op.getGlobal(1), write: [...op.i32(7), ...op.setGlobal(1)] }),
      module: { globals: [1024, 0], exports: [...EXPORTS, { name: "note", kind: kind.global, index: 1 }] },
    },
  },
  {
    name: "a kernel that leaves a note in a memory that has grown",
    parts: {
      run: remembering({
        read: [...op.i32(1), ...op.memoryGrow, ...op.drop, ...op.i32(65_536 + 8), ...op.load32()],
        write: put(65_536 + 8, [7]),
      }),
      memory: { initial: 1, maximum: 4 },
    },
  },
  {
    name: "a kernel that counts how large its memory was found",
    parts: {
      run: [
        ...[
          ...op.memorySize,
          ...op.i32(1),
          ...op.sub,
          ...op.set(4),
          ...op.i32(1),
          ...op.memoryGrow,
          ...op.drop,
        ],
        ...[...op.get(4), ...answerNumber],
      ],
      memory: { initial: 1, maximum: 4 },
    },
  },
  {
    name: "a kernel that leaves a note in a table",
    parts: {
      run: remembering({
        // table.get 0 · ref.is_null · eqz, so 1 once a function stands there
        read: [...op.i32(0), 0x25, 0, 0xd1, ...op.eqz],
        write: [...op.i32(0), 0xd2, 1, 0x26, 0],
      }),
      module: { tables: [{ initial: 1, maximum: 1 }] },
    },
  },
  {
    name: "a kernel that changes its own data",
    parts: {
      run: remembering({ read: [...op.i32(512), ...op.load32()], write: put(512, [7]) }),
      module: { data: [{ at: 512, bytes: [0, 0, 0, 0] }] },
    },
  },
].map((one) => ({ ...one, codes: ["output"], output: [0, 0, 0, 0], runsBefore: 3 }));

/** Memory, tables and what stays in them. */
export const memory: readonly HostileCase[] = [
  ...Object.entries(traps).map(([name, parts]) => ({ name, parts, codes: TRAPPED })),
  ...bombs,
  ...memories,
];
