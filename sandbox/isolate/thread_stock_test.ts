import { assert } from "../../tests/deps.ts";
import type { Thread, ThreadListener } from "./thread.ts";
import { createThreadStock, type ThreadEvent, type ThreadStockOptions } from "./thread_stock.ts";

/** A thread that does what the test says. */
class FakeThread implements Thread {
  listener: ThreadListener | undefined;
  ended = false;
  post(): void {}
  listen(listener: ThreadListener): void {
    this.listener = listener;
  }
  end(): void {
    this.ended = true;
  }
  ready(): void {
    this.listener?.message({ type: "ready" });
  }
}

function stockOf(options: ThreadStockOptions = {}) {
  const threads: FakeThread[] = [];
  const events: ThreadEvent[] = [];
  const start = () => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  };
  const stock = createThreadStock({ start, report: (event) => events.push(event), ...options });
  return { stock, threads, events };
}

Deno.test("take() gives a thread that is ready and starts a spare behind it", async () => {
  const { stock, threads, events } = stockOf();
  const taken = stock.take();
  assert.equal(threads.length, 1);
  threads[0]?.ready();
  assert.equal(await taken, threads[0]);
  assert.equal(threads.length, 2);
  threads[1]?.ready();
  assert.equal(await stock.take(), threads[1]);
  assert.equal(threads.length, 3);
  stock.close();
  threads[2]?.ready();
  await Promise.resolve();
  assert.deepEqual(threads.map((thread) => thread.ended), [false, false, true]);
  assert.deepEqual(events, []);
});

Deno.test("take() fails and reports when a thread cannot start, and does not go on trying by itself", async () => {
  const { stock, threads, events } = stockOf();
  const taken = stock.take();
  threads[0]?.listener?.died("no permission");
  await assert.rejects(taken, {
    code: "kernel.environment",
    message: "Cannot start a thread: no permission",
  });
  assert.equal(threads.length, 1);
  assert.deepEqual(events, [{ type: "failed", message: "no permission" }]);
  stock.close();
});

Deno.test("take() fails and reports when the platform refuses to start a thread at all", async () => {
  const start = () => {
    throw new Error("too many threads");
  };
  const { stock, events } = stockOf({ start });
  await assert.rejects(stock.take(), { code: "kernel.environment" });
  assert.deepEqual(events, [{ type: "failed", message: "too many threads" }]);
  stock.close();
});

Deno.test("take() gives up on a thread that is never ready, and ends it", async () => {
  const { stock, threads, events } = stockOf({ startMsMax: 20 });
  await assert.rejects(stock.take(), { code: "kernel.environment" });
  assert.deepEqual(threads.map((thread) => thread.ended), [true]);
  assert.deepEqual(events, [{ type: "failed", message: "it was not ready after 20 ms" }]);
  stock.close();
});

Deno.test("take() never gives a spare that died while it waited", async () => {
  const { stock, threads, events } = stockOf();
  const first = stock.take();
  threads[0]?.ready();
  await first;
  threads[1]?.ready();
  threads[1]?.listener?.died("out of luck");
  assert.deepEqual(events, [{ type: "died", message: "out of luck" }]);
  const second = stock.take();
  threads[2]?.ready();
  assert.equal(await second, threads[2]);
  stock.close();
});
