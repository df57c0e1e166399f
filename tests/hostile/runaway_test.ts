import { assert } from "../deps.ts";
import { createCellStock, createIsolate, threads } from "../../sandbox/mod.ts";
import { bundleOf } from "./bundles.ts";
import { codeOf, withArena } from "./arena.ts";
import { answer, echo, fn, kernel, spin } from "./kernels.ts";
import { op, type } from "./wasm_builder.ts";

/** Calls itself for ever. Function 5, behind the ABI's five. */
const recursion = { params: [], results: [], body: [...op.call(5), ...op.call(5)] };

/** Calls itself for ever and catches whatever that throws, then goes on. */
const catchingRecursion = {
  params: [],
  results: [],
  // loop (block (try_table (catch_all 0) call 5 end) end br 0)
  body: [
    ...op.loop,
    ...op.block,
    0x1f,
    0x40,
    1,
    0x02,
    0,
    ...op.call(5),
    ...op.end,
    ...op.end,
    ...op.br(0),
    ...op.end,
  ],
};

Deno.test("run() stops a kernel that spins, wherever it spins, and the next task is right", async () => {
  await withArena(async (arena) => {
    const spinAndTrap = [...spin];
    for (const parts of [{ run: spinAndTrap }, { realloc: spinAndTrap }]) {
      const outcome = await arena.fight(parts, { wallMs: 60 });
      assert.equal(codeOf(outcome), "kernel.late");
      assert.ok(
        outcome.computeUs >= 60_000 && outcome.computeUs < 1_000_000,
        `stopped after ${outcome.computeUs} µs`,
      );
      assert.equal(outcome.fuel, 0);
    }
    assert.deepEqual(arena.events, []);
  });
});

Deno.test("run() never allows a task more wall time than the manifest does", async () => {
  await withArena(async (arena) => {
    const outcome = await arena.fight({ run: spin }, {
      wallMs: 60_000,
      manifest: { limits: { wallMsMax: 40 } },
    });
    assert.equal(codeOf(outcome), "kernel.late");
  });
});

Deno.test("run() stops a hundred runaways in a row in the same thread", async () => {
  await withArena(async (arena) => {
    for (let i = 0; i < 100; i++) {
      assert.equal(codeOf(await arena.fight({ run: spin }, { wallMs: 4 })), "kernel.late");
    }
    assert.deepEqual(arena.events, []);
  });
});

Deno.test("run() ends endless recursion as a failure of the machine, never as one of the task", async () => {
  await withArena(async (arena) => {
    const outcome = await arena.fight({ run: [...op.call(5), ...echo], more: [recursion] });
    assert.equal(codeOf(outcome), "kernel.environment");
    assert.equal(outcome.fuel, 0);
  });
});

Deno.test("run() contains recursion that catches all exceptions and goes on", async () => {
  await withArena(async (arena) => {
    const outcome = await arena.fight({ run: [...op.call(5), ...echo], more: [catchingRecursion] }, {
      wallMs: 100,
    });
    assert.ok(["kernel.environment", "kernel.late"].includes(codeOf(outcome)), codeOf(outcome));
  });
});

Deno.test("run() contains a kernel that lets its own allocator recurse through run", async () => {
  await withArena(async (arena) => {
    const realloc = [...op.get(0), ...op.get(1), ...op.get(2), ...op.get(3), ...op.call(fn.run)];
    const run = [...op.get(0), ...op.get(1), ...op.get(2), ...op.get(3), ...op.call(fn.realloc)];
    assert.equal(codeOf(await arena.fight({ realloc, run })), "kernel.environment");
  });
});

Deno.test("run() gives a kernel the memory it declares and not a page more", async () => {
  await withArena(async (arena) => {
    const grow = [
      ...[...op.loop, ...op.i32(1), ...op.memoryGrow, ...op.i32(-1), ...op.ne, ...op.brIf(0), ...op.end],
      // Touch all of it, then answer with the number of pages.
      ...[
        ...op.i32(4096),
        ...op.i32(1),
        ...op.memorySize,
        ...op.i32(65_536),
        0x6c,
        ...op.i32(4096),
        ...op.sub,
      ],
      ...op.fill,
      ...[...op.i32(32), ...op.memorySize, ...op.store32(), ...answer(0, op.i32(32), op.i32(4))],
    ];
    const outcome = await arena.fight({ run: grow, memory: { initial: 1, maximum: 3 } });
    assert.deepEqual(outcome.type === "output" && [...outcome.output], [3, 0, 0, 0]);
  });
});

Deno.test("run() follows a memory that grows while the task is put into it", async () => {
  await withArena(async (arena) => {
    // Every region is a page of its own, taken by growing; the input must still arrive where it was put.
    const pagePerRegion = [...op.i32(1), ...op.memoryGrow, ...op.i32(65_536), 0x6c];
    const outcome = await arena.fight(
      { realloc: pagePerRegion, memory: { initial: 1, maximum: 6 } },
      { assets: [Uint8Array.of(1), Uint8Array.of(2)], manifest: { limits: { memoryPages: 6 } } },
    );
    assert.equal(codeOf(outcome), "output");
  });
});

Deno.test("run() bounds tables as it bounds memory", async () => {
  await withArena(async (arena) => {
    const growTable = [
      ...[
        ...op.loop,
        ...op.nullFunction,
        ...op.i32(1000),
        ...op.tableGrow(0),
        ...op.i32(-1),
        ...op.ne,
        ...op.brIf(0),
      ],
      ...op.end,
      ...echo,
    ];
    const module = { tables: [{ initial: 1, maximum: 60_000, element: [type.funcref] }] };
    assert.equal(codeOf(await arena.fight({ run: growTable, module })), "output");
  });
});

Deno.test("run() goes on in another thread when not even the watchdog gets through", async () => {
  // No loop and no call, so the engine never looks up: 100 times 64 MiB filled in one straight line.
  const fillAll = [...op.i32(0), ...op.i32(1), ...op.i32(1023 * 65_536), ...op.fill];
  const parts = { run: [...Array.from({ length: 100 }, () => fillAll).flat(), ...echo] };
  const memory = { initial: 1023, maximum: 1023 };
  const deaf = await bundleOf(kernel({ ...parts, memory }), { limits: { memoryPages: 1023 } });
  const honest = await bundleOf(kernel());
  const events: string[] = [];
  const stock = createCellStock({ kind: threads, report: (event) => events.push(event.type) });
  const isolate = createIsolate({ stock, graceMs: 20 });
  const task = { input: Uint8Array.of(1), assets: [], fuelLimit: 1_000 };
  try {
    assert.equal((await isolate.run({ ...task, bundle: honest, wallMs: 1_000 })).type, "output");
    assert.equal(codeOf(await isolate.run({ ...task, bundle: deaf, wallMs: 10 })), "kernel.late");
    assert.equal((await isolate.run({ ...task, bundle: honest, wallMs: 1_000 })).type, "output");
    assert.deepEqual(events, ["stuck"]);
  } finally {
    await isolate.close();
    await stock.close();
  }
});
