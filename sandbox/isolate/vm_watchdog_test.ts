import { assert } from "../../tests/deps.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("watch() returns what the call returns and throws what it throws", () => {
  const watch = createVmWatchdog();
  const value = { some: "object" };
  const error = new WebAssembly.RuntimeError("unreachable");
  assert.equal(watch(() => value, 100), value);
  assert.equal(watch(() => undefined, 100), undefined);
  assert.throws(() =>
    watch(() => {
      throw error;
    }, 100), (thrown) => thrown === error);
});

Deno.test("watch() stops a call that spins, and the next call is right", () => {
  const watch = createVmWatchdog();
  const start = performance.now();
  assert.throws(() =>
    watch(() => {
      for (;;);
    }, 40), { code: "kernel.late" });
  const tookMs = performance.now() - start;
  assert.ok(tookMs >= 39 && tookMs < 1_000, `${tookMs} ms`);
  assert.equal(watch(() => 7, 40), 7);
});

Deno.test("watch() stops a call that catches everything", () => {
  const watch = createVmWatchdog();
  const defiant = () => {
    for (;;) {
      try {
        for (;;);
      } catch {
        // Go on.
      } finally {
        busy(1);
      }
    }
  };
  assert.throws(() => watch(defiant, 20), { code: "kernel.late" });
});

Deno.test("watch() never lets its timer fire behind a call that ends at the limit", () => {
  // A termination that nobody takes back ends this whole process: without the margin within a few hundred rounds.
  const watch = createVmWatchdog({ share: 0.25, msMax: 50 });
  let stopped = 0;
  const rounds = 600;
  for (let i = 0; i < rounds; i++) {
    try {
      watch(() => busy(3 + 2 * (i / rounds)), 4);
    } catch {
      // Late, as it should be.
      stopped += 1;
    }
  }
  assert.equal(stopped, rounds);
});
