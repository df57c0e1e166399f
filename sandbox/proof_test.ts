import { assert } from "../tests/deps.ts";
import { selfTestCore } from "../tests/hostile/self_test_core.ts";
import type { CellKind, CellListener } from "./isolate/cell.ts";
import { processes } from "./isolate/process.ts";
import { threads } from "./isolate/thread.ts";
import type { Outcome } from "./outcome.ts";
import { selfTest } from "./proof.ts";
import { SELF_TEST_CORE } from "./proof_core.ts";

/** Cells whose kernels have these outcomes, one after the other. */
function cellsOf(outcomes: readonly Outcome[]): CellKind {
  const left = [...outcomes];
  const start = () => {
    let listener: CellListener | undefined;
    return {
      post() {
        const outcome = left.shift();
        if (outcome !== undefined) listener?.message({ type: "outcome", outcome });
      },
      listen(next: CellListener) {
        const isFirst = listener === undefined;
        listener = next;
        if (isFirst) next.message({ type: "ready" });
      },
      end: () => Promise.resolve(),
    };
  };
  return { ...threads, start };
}

const right: Outcome = { type: "output", output: Uint8Array.of(4, 0, 0, 0), fuel: 1, computeUs: 1 };
const exhausted: Outcome = {
  type: "failure",
  code: "kernel.exhausted",
  message: "exhausted",
  fuel: 1_000_000,
  computeUs: 1,
};
const late: Outcome = { type: "failure", code: "kernel.late", message: "late", fuel: 0, computeUs: 1 };

for (const kind of [threads, processes]) {
  Deno.test(`selfTest() passes on this machine: ${kind.name}`, async () => {
    const { overrunMs } = await selfTest(kind);
    assert.ok(overrunMs >= -1 && overrunMs < 1_000, `${overrunMs} ms`);
  });
}

Deno.test("selfTest() passes when the runaway is late and the bomb gets its pages and no more", async () => {
  await selfTest(cellsOf([right, late, exhausted, right]));
});

Deno.test("selfTest() fails when a runaway is not stopped, a bomb not bounded, or the next task is wrong", async () => {
  const five: Outcome = { ...right, output: Uint8Array.of(5, 0, 0, 0) };
  for (
    const outcomes of [
      [five],
      [late],
      [right, right],
      [right, late, right],
      [right, late, { ...exhausted, fuel: 7 }],
      [right, late, exhausted, five],
      [right, late, exhausted, late],
    ]
  ) {
    await assert.rejects(selfTest(cellsOf(outcomes)), { code: "worker.untested" });
  }
});

Deno.test("selfTest() says so when no cell can start", async () => {
  const start = () => {
    throw new Error("no threads here");
  };
  await assert.rejects(selfTest({ ...threads, start }), {
    code: "kernel.environment",
    message: /no threads here/,
  });
});

Deno.test("SELF_TEST_CORE holds the bytes of its readable source", () => {
  assert.equal(SELF_TEST_CORE, selfTestCore().toHex());
});
