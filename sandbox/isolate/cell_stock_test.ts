import { assert } from "../../tests/deps.ts";
import type { Cell, CellListener } from "./cell.ts";
import { type CellEvent, type CellStockOptions, createCellStock } from "./cell_stock.ts";
import { threads as kind } from "./thread.ts";

/** A cell that does what the test says. */
class FakeCell implements Cell {
  listener: CellListener | undefined;
  ended = false;
  post(): void {}
  listen(listener: CellListener): void {
    this.listener = listener;
  }
  end(): Promise<void> {
    this.ended = true;
    return Promise.resolve();
  }
  ready(): void {
    this.listener?.message({ type: "ready" });
  }
}

function stockOf(options: Partial<CellStockOptions> = {}) {
  const cells: FakeCell[] = [];
  const events: CellEvent[] = [];
  const start = () => {
    const cell = new FakeCell();
    cells.push(cell);
    return cell;
  };
  const stock = createCellStock({
    kind: { ...kind, start },
    report: (event) => events.push(event),
    ...options,
  });
  return { stock, cells, events };
}

Deno.test("take() gives a cell that is ready and starts a spare behind it", async () => {
  const { stock, cells, events } = stockOf();
  const taken = stock.take();
  assert.equal(cells.length, 1);
  cells[0]?.ready();
  assert.equal(await taken, cells[0]);
  assert.equal(cells.length, 2);
  cells[1]?.ready();
  assert.equal(await stock.take(), cells[1]);
  assert.equal(cells.length, 3);
  const closed = stock.close();
  cells[2]?.ready();
  await closed;
  assert.deepEqual(cells.map((cell) => cell.ended), [false, false, true]);
  assert.deepEqual(events, []);
});

Deno.test("take() fails and reports when a cell cannot start, and does not go on trying by itself", async () => {
  const { stock, cells, events } = stockOf();
  const taken = stock.take();
  cells[0]?.listener?.died("no permission");
  await assert.rejects(taken, {
    code: "kernel.environment",
    message: "Cannot start a thread: no permission",
  });
  assert.equal(cells.length, 1);
  assert.deepEqual(events, [{ type: "failed", message: "no permission" }]);
  await stock.close();
});

Deno.test("take() fails and reports when the platform refuses to start a cell at all", async () => {
  const start = () => {
    throw new Error("too many threads");
  };
  const { stock, events } = stockOf({ kind: { ...kind, start } });
  await assert.rejects(stock.take(), { code: "kernel.environment" });
  assert.deepEqual(events, [{ type: "failed", message: "too many threads" }]);
  await stock.close();
});

Deno.test("take() gives up on a cell that is never ready, and ends it", async () => {
  const { stock, cells, events } = stockOf({ startMsMax: 20 });
  await assert.rejects(stock.take(), { code: "kernel.environment" });
  assert.deepEqual(cells.map((cell) => cell.ended), [true]);
  assert.deepEqual(events, [{ type: "failed", message: "it was not ready after 20 ms" }]);
  await stock.close();
});

Deno.test("take() never gives a spare that died while it waited", async () => {
  const { stock, cells, events } = stockOf();
  const first = stock.take();
  cells[0]?.ready();
  await first;
  cells[1]?.ready();
  cells[1]?.listener?.died("out of luck");
  assert.deepEqual(events, [{ type: "died", message: "out of luck" }]);
  const second = stock.take();
  cells[2]?.ready();
  assert.equal(await second, cells[2]);
  await stock.close();
});

Deno.test("take() takes no cell that begins with another word than ready", async () => {
  const words = [undefined, "ready", { type: "outcome" }, { type: "outcome", outcome: { type: "output" } }];
  for (const word of words) {
    const { stock, cells, events } = stockOf();
    const taken = stock.take();
    cells[0]?.listener?.message(word);
    await assert.rejects(taken, { code: "kernel.environment" });
    assert.deepEqual([cells[0]?.ended, events.map(({ type }) => type)], [true, ["failed"]]);
    await stock.close();
  }
});

Deno.test("close() ends a spare that is still starting at once, and none that somebody waits for", async () => {
  const { stock, cells, events } = stockOf();
  const first = stock.take();
  cells[0]?.ready();
  await first;
  await stock.close();
  assert.deepEqual(cells.map((cell) => cell.ended), [false, true]);
  const late = stockOf();
  const awaited = late.stock.take();
  await late.stock.close();
  late.cells[0]?.ready();
  assert.equal(await awaited, late.cells[0]);
  assert.deepEqual(late.cells.map((cell) => cell.ended), [false]);
  assert.deepEqual([...events, ...late.events], []);
});
