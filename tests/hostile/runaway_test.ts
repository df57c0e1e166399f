import { assert } from "../deps.ts";
import { codeOf, withArena } from "./arena.ts";
import { spin } from "./kernels.ts";

Deno.test("run() stops a kernel that spins, wherever it spins, and the next task is right", async () => {
  await withArena(async (arena) => {
    for (const parts of [{ run: spin }, { realloc: spin }]) {
      const outcome = await arena.fight(parts, { wallMs: 60 });
      assert.equal(codeOf(outcome), "kernel.late");
      assert.ok(
        outcome.computeUs >= 60_000 && outcome.computeUs < 20_000_000,
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
