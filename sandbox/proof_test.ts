import { assert } from "../tests/deps.ts";
import { selfTestCore } from "../tests/hostile/self_test_core.ts";
import type { Thread, ThreadListener } from "./isolate/thread.ts";
import type { Outcome } from "./outcome.ts";
import { SELF_TEST_CORE, selfTest } from "./proof.ts";

/** A thread whose kernels have these outcomes, one after the other. */
function threadOf(outcomes: readonly Outcome[]): () => Thread {
  const left = [...outcomes];
  return () => {
    let listener: ThreadListener | undefined;
    return {
      post() {
        const outcome = left.shift();
        if (outcome !== undefined) listener?.message({ type: "outcome", outcome });
      },
      listen(next) {
        listener = next;
        next.message({ type: "ready" });
      },
      end() {},
    };
  };
}

const right: Outcome = { type: "output", output: Uint8Array.of(4, 0, 0, 0), fuel: 1, computeUs: 1 };
const late: Outcome = { type: "failure", code: "kernel.late", message: "late", fuel: 0, computeUs: 1 };

Deno.test("selfTest() passes on this machine", async () => {
  const { overrunMs } = await selfTest();
  assert.ok(overrunMs >= -1 && overrunMs < 1_000, `${overrunMs} ms`);
});

Deno.test("selfTest() passes when the runaway is late and the bomb gets its pages and no more", async () => {
  await selfTest({ start: threadOf([right, late, right]) });
});

Deno.test("selfTest() fails when a runaway is not stopped, a bomb not bounded, or the next task is wrong", async () => {
  const five: Outcome = { ...right, output: Uint8Array.of(5, 0, 0, 0) };
  for (const outcomes of [[five], [late], [right, right], [right, late, five], [right, late, late]]) {
    await assert.rejects(selfTest({ start: threadOf(outcomes) }), { code: "worker.untested" });
  }
});

Deno.test("selfTest() says so when no thread can start", async () => {
  const start = () => {
    throw new Error("no threads here");
  };
  await assert.rejects(selfTest({ start }), { code: "kernel.environment", message: /no threads here/ });
});

Deno.test("SELF_TEST_CORE holds the bytes of its readable source", () => {
  assert.equal(SELF_TEST_CORE, selfTestCore().toHex());
});
