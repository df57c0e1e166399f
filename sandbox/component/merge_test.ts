import { P2c2rError } from "../../protocol/errors.ts";
import { assert } from "../../tests/deps.ts";
import { answer, EXPORTS, fn, kernel } from "../../tests/hostile/kernels.ts";
import { assemble, kind, type ModuleParts, op, type } from "../../tests/hostile/wasm_builder.ts";
import { readModule } from "../wasm/mod.ts";
import { mergeCores } from "./merge.ts";
import type { Import, Item, Plan } from "./plan.ts";

const { i32, i64 } = type;
const NOW = "wasi:clocks/monotonic-clock@0.2.3";
const RANDOM = "wasi:random/random@0.2.3";

/** The exports that a plan wants of core number `from`. */
function planOf(
  cores: readonly (readonly [Uint8Array, ...Import[]])[],
  from: number,
  parts: Partial<Plan> = {},
): Plan {
  const of = (name: string) => ({ from, export: name });
  return {
    cores: cores.map(([bytes, ...imports]) => ({ bytes, imports })),
    starts: [],
    memory: of("memory"),
    realloc: of("cabi_realloc"),
    run: of("run"),
    check: of("check"),
    postRun: of("cabi_post_run"),
    postCheck: of("cabi_post_check"),
    ...parts,
  };
}

function items(module: string, entries: Readonly<Record<string, Item>>): Import {
  return { module, items: new Map(Object.entries(entries)) };
}

function refusal(plan: Plan): string {
  try {
    mergeCores(plan);
    return "merged";
  } catch (error) {
    if (error instanceof P2c2rError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** A core with a table of `size` functions, which calls the function at an index. */
function tableCore(size: number): Uint8Array<ArrayBuffer> {
  return assemble({
    functions: [
      // call_indirect with the type of a function i32 -> i32 in table 0
      { params: [i32, i32], results: [i32], body: [...op.get(1), ...op.get(0), 0x11, 1, 0] },
      { params: [i32], results: [i32], body: [...op.get(0), ...op.i32(1000), ...op.add] },
    ],
    tables: [{ initial: size, maximum: size }],
    exports: [{ name: "call", kind: kind.func, index: 0 }, { name: "table", kind: kind.table, index: 0 }],
  });
}

/** Puts its own function, which adds a global and a byte of memory, into slot 1 of the table it imports. */
const fillerParts: ModuleParts = {
  rawTypes: [[0x60, 1, i32, 1, i32]],
  imports: [{ module: "main", name: "step", type: 0 }],
  functions: [{
    params: [i32],
    results: [i32],
    body: [...op.get(0), ...op.call(0), ...op.getGlobal(1), ...op.add],
  }],
  globals: [7],
  rawSections: [
    // imports: main.step, main.memory, table.table, main.base (i32)
    {
      id: 2,
      body: [
        ...[4, 4, ...chars("main"), 4, ...chars("step"), 0, 0],
        ...[4, ...chars("main"), 6, ...chars("memory"), 2, 0, 1],
        ...[5, ...chars("table"), 5, ...chars("table"), 1, 0x70, 0, 2],
        ...[4, ...chars("main"), 4, ...chars("base"), 3, i32, 0],
      ],
    },
    // slot 1 of table 0, at global.get 0 (main.base): its own function
    { id: 9, body: [1, 0, 0x23, 0, 0x0b, 1, 1] },
  ],
};

function chars(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

Deno.test("mergeCores() gives functions, tables, globals and memories their new numbers, in code and in segments", () => {
  const filler = assemble({ ...fillerParts, imports: [] });
  // main: run(input length) = call(0 or 1 by length, length); step(x) = x * 2 by add; memory; base = 1
  const main = kernel({
    more: [],
    module: {
      rawTypes: [[0x60, 2, i32, i32, 1, i32]],
      imports: [{ module: "table", name: "call", type: 0 }],
      functions: [
        { params: [i32, i32, i32, i32], results: [i32], body: [...op.i32(64)] },
        {
          params: [i32, i32, i32, i32],
          results: [i32],
          locals: 1,
          body: [
            ...[...op.i32(32), ...op.get(1), ...op.i32(50), ...op.call(0), ...op.store32()],
            ...answer(0, op.i32(32), op.i32(4)),
          ],
        },
        {
          params: [i32, i32, i32, i32, i32, i32, i64],
          results: [i32],
          body: answer(0, op.i32(0), op.i32(0)),
        },
        { params: [i32], results: [], body: [] },
        { params: [i32], results: [], body: [] },
        { params: [i32], results: [i32], body: [...op.get(0), ...op.get(0), ...op.add] },
      ],
      globals: [],
      rawSections: [{ id: 6, body: [1, i32, 0, 0x41, 1, 0x0b] }],
      exports: [
        ...EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
        { name: "step", kind: kind.func, index: 6 },
        { name: "base", kind: kind.global, index: 0 },
      ],
      data: [{ at: 200, bytes: [1, 2, 3] }],
    },
  });
  const plan = planOf([
    [tableCore(2)],
    [main, { module: "table", from: 0 }],
    [filler, { module: "main", from: 1 }, items("table", { table: { from: 0, export: "table" } })],
  ], 1);
  // Slot 0 stays empty: only the filler's function is in the table, at the index that main's global names.
  const merged = mergeCores(plan);
  assert.deepEqual(mergeCores(plan), merged);
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(merged)), []);
  const exports = new WebAssembly.Instance(new WebAssembly.Module(merged)).exports as unknown as {
    memory: WebAssembly.Memory;
    run(a: number, b: number, c: number, d: number): number;
  };
  const at = exports.run(0, 1, 0, 0);
  const view = new DataView(exports.memory.buffer);
  // step(50) + 7
  assert.equal(view.getUint32(view.getUint32(at + 4, true), true), 107);
  assert.deepEqual([...new Uint8Array(exports.memory.buffer, 200, 3)], [1, 2, 3]);
  assert.throws(() => exports.run(0, 0, 0, 0), WebAssembly.RuntimeError);
});

Deno.test("mergeCores() runs start functions in order and exports a post-return that does nothing where there is none", () => {
  const starter = (module: Partial<ModuleParts>) =>
    kernel({
      more: [{ params: [], results: [], body: push(1) }, { params: [], results: [], body: push(2) }],
      module,
    });
  // A number that says in which order digits were pushed: memory[8] = memory[8] * 10 + digit
  function push(digit: number): number[] {
    return [
      ...op.i32(8),
      ...op.i32(8),
      ...op.load32(),
      ...op.i32(10),
      0x6c,
      ...op.i32(digit),
      ...op.add,
      ...op.store32(),
    ];
  }
  const main = starter({
    start: 5,
    exports: [...EXPORTS.filter((one) => one.name !== "cabi_post_check"), {
      name: "init",
      kind: kind.func,
      index: 6,
    }],
  });
  const init = { from: 0, export: "init" };
  const merged = mergeCores(planOf([[main]], 0, { starts: [init, init], postCheck: undefined }));
  const exports = new WebAssembly.Instance(new WebAssembly.Module(merged)).exports as unknown as {
    memory: WebAssembly.Memory;
    cabi_post_check(result: number): void;
  };
  assert.equal(new DataView(exports.memory.buffer).getUint32(8, true), 122);
  assert.equal(exports.cabi_post_check(0), undefined);
  const taking = kernel({
    module: { exports: [...EXPORTS, { name: "init", kind: kind.func, index: fn.postRun }] },
  });
  assert.match(
    refusal(planOf([[taking]], 0, { starts: [init] })),
    /called at the start takes or gives something/,
  );
  assert.match(
    refusal(planOf([[kernel()]], 0, { starts: [init] })),
    /called at the start takes or gives something/,
  );
});

Deno.test("mergeCores() imports each function of WASI once, by its allocator, with the type that WASI has", () => {
  const importing = (imports: ModuleParts["imports"], types: number[][]): Uint8Array<ArrayBuffer> =>
    kernel({
      module: {
        rawTypes: types,
        imports: imports ?? [],
        exports: EXPORTS.map((one) =>
          one.kind === kind.func ? { ...one, index: one.index + (imports?.length ?? 0) } : one
        ),
      },
    });
  const nowType = [0x60, 0, 1, i64];
  const bytesType = [0x60, 2, i64, i32, 0];
  const now: Item = { interface: NOW, function: "now", realloc: undefined };
  const bytes = (from: number, name: string): Item => ({
    interface: RANDOM,
    function: "get-random-bytes",
    realloc: { from, export: name },
  });
  const core = importing([
    { module: "a", name: "now", type: 0 },
    { module: "b", name: "again", type: 0 },
    { module: "b", name: "bytes", type: 1 },
  ], [nowType, bytesType]);
  // Only a core before it can give the allocator: the first one's own does.
  const first = assemble({
    functions: [{ params: [i32, i32, i32, i32], results: [i32], body: op.get(0) }],
    exports: [{ name: "one", kind: kind.func, index: 0 }, { name: "two", kind: kind.func, index: 0 }],
  });
  const third = assemble({
    rawTypes: [bytesType],
    imports: [{ module: "c", name: "bytes", type: 0 }],
    functions: [{ params: [], results: [], body: [] }],
  });
  const merged = mergeCores(planOf([
    [first],
    [core, items("a", { now }), items("b", { again: now, bytes: bytes(0, "one") })],
    [third, items("c", { bytes: bytes(0, "two") })],
  ], 1));
  const module = readModule(merged);
  assert.deepEqual(module.imports.map(({ module: from, name }) => `${from} ${name}`), [
    `${NOW} now`,
    `${RANDOM} get-random-bytes`,
    `${RANDOM} get-random-bytes 1`,
  ]);
  const reallocs = module.exports.filter(({ name }) => name.startsWith("host_realloc_"));
  assert.deepEqual(reallocs.map(({ name }) => name), ["host_realloc_0", "host_realloc_1"]);
  const wrong = importing([{ module: "a", name: "now", type: 0 }], [bytesType]);
  assert.match(
    refusal(planOf([[wrong, items("a", { now })]], 0)),
    /import now as \(i64 i32 -> \), WASI has it as \( -> i64\)/,
  );
});

Deno.test("mergeCores() refuses cores that do not fit together, and says what does not fit", () => {
  const fits = (parts: ModuleParts, give: Item, ...more: Import[]) =>
    refusal(planOf([[kernel()], [assemble(parts), items("m", { x: give }), ...more]], 0));
  const taking = (type: number[]): ModuleParts => ({
    rawTypes: [type],
    imports: [{ module: "m", name: "x", type: 0 }],
    functions: [{ params: [], results: [], body: [] }],
  });
  const run = { from: 0, export: "run" };
  const runType = [0x60, 4, i32, i32, i32, i32, 1, i32];
  assert.equal(fits(taking(runType), run), "merged");
  assert.match(
    fits(taking([0x60, 0, 0]), run),
    /^bundle\.malformed: .*x is imported as something else than it is/,
  );
  assert.match(
    fits(taking(runType), { from: 0, export: "walk" }),
    /walk is not exported by the core that should give it/,
  );
  assert.match(fits(taking(runType), { from: 0, export: "memory" }), /memory is not exported/);
  const memory = (initial: number, maximum: number): ModuleParts => ({
    functions: [],
    rawSections: [{ id: 2, body: [1, 1, ...chars("m"), 1, ...chars("x"), 2, 1, initial, maximum] }],
  });
  // kernel() has 4 to 4 pages.
  const own = { from: 0, export: "memory" };
  assert.equal(fits(memory(4, 4), own), "merged");
  assert.equal(fits(memory(1, 9), own), "merged");
  assert.match(fits(memory(5, 9), own), /imported as something else/);
  assert.match(fits(memory(1, 3), own), /imported as something else/);
  const alone = refusal(planOf([[assemble({ functions: [] })]], 0));
  assert.match(alone, /they have 0 memories, not one/);
  assert.match(refusal(planOf([[kernel()], [kernel()]], 0)), /they have 2 memories, not one/);
  const nobody = planOf([[kernel()], [assemble(taking(runType))]], 0);
  assert.match(refusal(nobody), /m\.x is imported and given by nobody/);
  assert.match(refusal(planOf([[Uint8Array.of(1, 2, 3)]], 0)), /one of them is not a valid core module/);
});
