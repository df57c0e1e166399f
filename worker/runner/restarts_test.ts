import { assert } from "../../tests/deps.ts";
import { lostCellsMax, lostCellsWindowMs, Restarts } from "./restarts.ts";

/** Loses cells at these times; what was said each time. */
function losing(restarts: Restarts, timesMs: readonly number[], kernel = "k"): (string | undefined)[] {
  return timesMs.map((nowMs) => restarts.lost(kernel, "probe 1.0.0", nowMs));
}

const times = (count: number, everyMs: number) => Array.from({ length: count }, (_, i) => i * everyMs);

Deno.test("Restarts takes a kernel out of service with the last cell that the limit allows, and says so once", () => {
  const restarts = new Restarts();
  const said = losing(restarts, times(lostCellsMax, 1));
  const reason = "probe 1.0.0 ended what it runs in 5 times within 10 minutes";
  assert.deepEqual(said, [...Array.from({ length: lostCellsMax - 1 }, () => undefined), reason]);
  assert.equal(restarts.reason("k"), reason);
  assert.equal(restarts.lost("k", "probe 1.0.0", 10), undefined);
});

Deno.test("Restarts keeps a kernel that loses one cell less, and judges each kernel by itself", () => {
  const restarts = new Restarts();
  losing(restarts, times(lostCellsMax - 1, 1));
  losing(restarts, times(lostCellsMax - 1, 1), "other");
  assert.deepEqual([restarts.reason("k"), restarts.reason("other")], [undefined, undefined]);
});

Deno.test("Restarts forgets a cell when the window is over, and not a moment before", () => {
  const spread = (totalMs: number) => {
    const restarts = new Restarts();
    losing(restarts, [...times(lostCellsMax - 1, 1), totalMs]);
    return restarts.reason("k");
  };
  assert.notEqual(spread(lostCellsWindowMs - 1), undefined);
  assert.equal(spread(lostCellsWindowMs), undefined);
});
