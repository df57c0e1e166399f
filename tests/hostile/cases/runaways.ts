// Kernels that do not come back, by themselves.
import { echo, fn, type KernelParts, spin } from "../kernels.ts";
import { op, type } from "../wasm_builder.ts";
import type { HostileCase } from "./case.ts";

/** Out of time on this machine, or out of fuel on every machine. */
const STOPPED = ["kernel.late", "kernel.exhausted"];
/** How deep calls may go differs from machine to machine where nothing counts them. */
const TOO_DEEP = ["kernel.environment", "kernel.exhausted", "kernel.late"];
/** Instructions that catch exceptions may be refused before anything runs. */
const CATCHING = [...TOO_DEEP, "bundle.feature"];

const WALL_MS = 60;
const forever = (
  body: readonly number[],
): number[] => [...op.loop, ...body, ...op.br(0), ...op.end, ...op.unreachable];

/** Of type [] -> [], as number 5, the first behind the ABI's. */
const function5 = (body: readonly number[]): Partial<KernelParts> => ({
  more: [{ params: [], results: [], body }],
});

/** A table of one function: number 5. */
const tableOf5 = {
  tables: [{ initial: 1, maximum: 1 }],
  rawSections: [{ id: 9, body: [1, 0, ...op.i32(0), ...op.end, 1, 5] }],
};
const callTable = [...op.i32(0), 0x11, 5, 0];

const loops: Readonly<Record<string, KernelParts>> = {
  "an endless loop": { run: spin },
  "an endless loop in the allocator": { realloc: spin },
  "an endless loop that a branch table closes": {
    run: [...op.loop, ...op.i32(7), 0x0e, 1, 0, 0, ...op.end, ...op.unreachable],
  },
  "an endless loop that an if closes": {
    run: [...op.loop, ...op.i32(1), ...op.brIf(0), ...op.end, ...op.unreachable],
  },
  "an endless loop that writes": { run: forever([...op.i32(4096), ...op.get(0), ...op.store32()]) },
  "an endless loop that asks for memory": { run: forever([...op.i32(1), ...op.memoryGrow, ...op.drop]) },
  "an endless loop that asks for a larger table": {
    run: forever([...op.nullFunction, ...op.i32(1), ...op.tableGrow(0), ...op.drop]),
    module: { tables: [{ initial: 1, maximum: 100 }] },
  },
  "an endless loop over a call": { run: forever(op.call(5)), ...function5([]) },
  "an endless loop over a call through a table": {
    run: forever(callTable),
    ...function5([]),
    module: tableOf5,
  },
  "an endless loop that divides": {
    run: forever([...op.i32(1_000_003), ...op.i32(17), ...op.divU, ...op.set(4)]),
  },
  "loops within loops that would end in a million years": {
    // for a in 2³¹: for b in 2³¹: nothing
    run: [
      ...[...op.loop, ...op.i32(0), ...op.set(4)],
      ...[...op.loop, ...op.get(4), ...op.i32(1), ...op.add, ...op.tee(4), ...op.i32(0x7fff_ffff), ...op.ne],
      ...[...op.brIf(0), ...op.end],
      ...[...op.get(3), ...op.i32(1), ...op.add, ...op.set(3), ...op.br(0), ...op.end],
      ...echo,
    ],
  },
};

/** In V8's baseline code a loop's head looks up only now and then, which takes long where a round does. */
const rarelyAttentive: Readonly<Record<string, KernelParts>> = {
  "an endless loop that fills memory": {
    run: forever([...op.i32(4096), ...op.i32(1), ...op.i32(100_000), ...op.fill]),
  },
  "an endless loop that copies memory": {
    run: forever([...op.i32(4096), ...op.i32(8192), ...op.i32(50_000), ...op.copy]),
  },
};

const recursions: Readonly<Record<string, KernelParts>> = {
  "endless recursion": { run: [...op.call(5), ...echo], ...function5([...op.call(5), ...op.call(5)]) },
  "endless recursion of two functions": {
    run: [...op.call(5), ...echo],
    more: [
      { params: [], results: [], body: op.call(6) },
      { params: [], results: [], body: op.call(5) },
    ],
  },
  "endless recursion through a table": {
    run: [...op.call(5), ...echo],
    ...function5([...callTable, ...op.call(5)]),
    module: tableOf5,
  },
  "endless recursion with a thousand locals": {
    run: [...op.call(5), ...echo],
    more: [{ params: [], results: [], locals: 1000, body: [...op.call(5), ...op.get(999), ...op.drop] }],
  },
  "an allocator that recurses": {
    realloc: [...op.get(0), ...op.get(1), ...op.get(2), ...op.get(3), ...op.call(fn.realloc)],
  },
  "an allocator that recurses through run": {
    realloc: [...op.get(0), ...op.get(1), ...op.get(2), ...op.get(3), ...op.call(fn.run)],
    run: [...op.get(0), ...op.get(1), ...op.get(2), ...op.get(3), ...op.call(fn.realloc)],
  },
};

/** block (try_table (catch_all 0) … end) end */
const caught = (body: readonly number[]): number[] => [
  ...[...op.block, 0x1f, 0x40, 1, 0x02, 0],
  ...[...body, ...op.end, ...op.end],
];

/** No loop and no call, so an engine never looks up: 64 MiB filled a hundred times in one straight line. */
const fillAll = [...op.i32(0), ...op.i32(1), ...op.i32(1023 * 65_536), ...op.fill];

/** Everything that goes on for ever. */
export const runaways: readonly HostileCase[] = [
  ...Object.entries(rarelyAttentive).map(([name, parts]) => ({
    name,
    parts,
    task: { wallMs: WALL_MS },
    codes: STOPPED,
    deaf: true as const,
  })),
  ...Object.entries(loops).map(([name, parts]) => ({
    name,
    parts,
    task: { wallMs: WALL_MS },
    codes: STOPPED,
  })),
  ...Object.entries(recursions).map(([name, parts]) => ({ name, parts, codes: TOO_DEEP })),
  {
    name: "recursion that catches whatever is thrown and goes on",
    parts: {
      run: [...op.call(5), ...echo],
      ...function5([...op.loop, ...caught(op.call(5)), ...op.br(0), ...op.end]),
    },
    task: { wallMs: 100 },
    codes: CATCHING,
  },
  {
    name: "a loop that catches whatever is thrown and goes on",
    parts: { run: forever(caught(op.unreachable)) },
    task: { wallMs: WALL_MS },
    codes: [...STOPPED, "kernel.trapped", "bundle.feature"],
  },
  {
    name: "recursion that doubles with every level, two hundred deep",
    parts: {
      run: [...op.i32(200), ...op.call(5), ...echo],
      more: [{
        params: [type.i32],
        results: [],
        body: [
          ...[...op.get(0), ...op.eqz, ...op.if, ...op.return, ...op.end],
          ...[...op.get(0), ...op.i32(1), ...op.sub, ...op.call(5)],
          ...[...op.get(0), ...op.i32(1), ...op.sub, ...op.call(5)],
        ],
      }],
    },
    task: { wallMs: WALL_MS },
    codes: STOPPED,
  },
  {
    name: "a straight line that nothing can interrupt",
    parts: {
      run: [...Array.from({ length: 100 }, () => fillAll).flat(), ...echo],
      memory: { initial: 1023, maximum: 1023 },
    },
    task: { wallMs: 10, manifest: { limits: { memoryPages: 1023 } } },
    codes: STOPPED,
    deaf: true,
  },
];
