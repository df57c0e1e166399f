// Kernels that lie about places and lengths, in both directions of the canonical ABI.
import { answer, ANSWER_AT, echo, type KernelParts } from "../kernels.ts";
import { op } from "../wasm_builder.ts";
import { ERR, type HostileCase, MEMORY_BYTES, OK } from "./case.ts";

const ASSETS = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];

const outside: Readonly<Record<string, KernelParts>> = {
  "an answer at the last address": { run: op.i32(-1) },
  "an answer at the last aligned address": { run: op.i32(-4) },
  "an answer at half of all addresses": { run: op.i32(-0x8000_0000) },
  "an answer that ends behind the memory": { run: op.i32(MEMORY_BYTES - 8) },
  "an answer behind the memory": { run: op.i32(MEMORY_BYTES) },
  "an answer that is not aligned": { run: [...echo, ...op.drop, ...op.i32(ANSWER_AT + 1)] },
  "an output behind the memory": { run: answer(OK, op.i32(MEMORY_BYTES), op.i32(1)) },
  "an output that ends behind the memory": { run: answer(OK, op.i32(MEMORY_BYTES - 3), op.i32(4)) },
  "an output whose end wraps around": { run: answer(OK, op.i32(16), op.i32(-8)) },
  "an output at the last address, as long as can be": { run: answer(OK, op.i32(-1), op.i32(-1)) },
  "an output of negative length": { run: answer(OK, op.get(0), op.i32(-0x8000_0000)) },
  "an empty output behind the memory": { run: answer(OK, op.i32(MEMORY_BYTES + 1), op.i32(0)) },
  "a sentence behind the memory": { run: answer(ERR, op.i32(MEMORY_BYTES), op.i32(1)) },
  "a sentence whose end wraps around": { run: answer(ERR, op.i32(2048), op.i32(-1)) },
  "an empty sentence behind the memory": { run: answer(ERR, op.i32(-1), op.i32(0)) },
};

const isList = [...op.get(2), ...op.i32(4), ...op.eq];
const honest = [
  ...[...op.getGlobal(0), ...op.i32(3), ...op.add, ...op.i32(-4), ...op.and, ...op.tee(4)],
  ...[...op.get(3), ...op.add, ...op.setGlobal(0)],
];
/** Honest, but for the list of assets. */
const listAt = (address: readonly number[]): number[] => [
  ...[...isList, ...op.if, ...address, ...op.return, ...op.end],
  ...[...honest, ...op.get(4)],
];

const strayAllocators: Readonly<Record<string, KernelParts>> = {
  "an allocator that names the last address": { realloc: op.i32(-1) },
  "an allocator that names half of all addresses": { realloc: op.i32(-0x8000_0000) },
  "an allocator that names the end of the memory": { realloc: op.i32(MEMORY_BYTES) },
  "an allocator whose place ends behind the memory": { realloc: op.i32(MEMORY_BYTES - 1) },
  "an allocator whose list is not aligned": { realloc: listAt(op.i32(50_001)) },
  "an allocator whose list ends behind the memory": { realloc: listAt(op.i32(MEMORY_BYTES - 8)) },
};

const doubleAllocators: Readonly<Record<string, KernelParts>> = {
  "an allocator that gives the same place for everything": { realloc: op.i32(4096) },
  "an allocator that gives address nought for everything": { realloc: op.i32(0) },
  "an allocator that gives a place inside the one before": {
    realloc: [...honest, ...op.getGlobal(0), ...op.i32(4), ...op.sub],
  },
  "an allocator that puts the list over the input": { realloc: listAt(op.i32(1024)) },
  "an allocator that puts the list over the input's last bytes": { realloc: listAt(op.i32(1024 + 4)) },
  // The list is 16 bytes and ends one byte inside the input, which lies at 1024.
  "an allocator that ends the list in the input": { realloc: listAt(op.i32(1024 - 12)) },
};

const of = (says: RegExp) => ([name, parts]: [string, KernelParts]): HostileCase => ({
  name,
  parts,
  task: { assets: ASSETS },
  codes: ["kernel.trapped"],
  says,
});

const last = MEMORY_BYTES - 12;

/** Places and lengths. */
export const lies: readonly HostileCase[] = [
  ...Object.entries(outside).map(of(/answered with a place outside its memory/)),
  ...Object.entries(strayAllocators).map(of(/allocator named a place outside its memory/)),
  ...Object.entries(doubleAllocators).map(of(/gave the same memory twice/)),
  ...[2, 255].map((tag) =>
    of(/neither an output nor an error/)([
      `an answer that is neither output nor error: ${tag}`,
      { run: answer(tag, op.get(0), op.get(1)) },
    ])
  ),
  {
    name: "an answer in the last bytes of the memory, about the last byte",
    parts: {
      run: [
        ...[...op.i32(last), ...op.i32(OK), ...op.store8()],
        ...[...op.i32(last), ...op.i32(MEMORY_BYTES - 1), ...op.store32(4)],
        ...[...op.i32(last), ...op.i32(1), ...op.store32(8)],
        ...op.i32(last),
      ],
    },
    codes: ["output"],
    output: [0],
  },
  {
    name: "an empty output at the end of the memory",
    parts: { run: answer(OK, op.i32(MEMORY_BYTES), op.i32(0)) },
    codes: ["output"],
    output: [],
  },
  {
    name: "an output that is the answer itself",
    parts: { run: answer(OK, op.i32(ANSWER_AT), op.i32(12)) },
    codes: ["output"],
    output: [0, 0, 0, 0, ANSWER_AT, 0, 0, 0, 12, 0, 0, 0],
  },
];
