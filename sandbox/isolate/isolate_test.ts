import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { Outcome } from "../outcome.ts";
import { createIsolate, type Isolate, type IsolateOptions } from "./isolate.ts";
import type { RunMessage } from "./messages.ts";
import { FakeCell } from "./_fake_cell.ts";
import { type CellEvent, createCellStock } from "./cell_stock.ts";
import { threads as kind } from "./thread.ts";

const bundle = await bundleOf(kernel());
const other = await bundleOf(kernel(), { id: "other" });
const INPUT = Uint8Array.of(1, 2, 3);

interface Setting {
  readonly isolate: Isolate;
  readonly cells: FakeCell[];
  readonly events: CellEvent[];
  /** Starts a task, and is there when the task is with the thread or answered. */
  run(bundle?: Bundle, assets?: Readonly<Record<string, Uint8Array>>, wallMs?: number): Promise<{
    readonly outcome: Promise<Outcome>;
    readonly message: RunMessage | undefined;
  }>;
}

async function withIsolate(
  work: (setting: Setting) => Promise<void>,
  { errors = [], takes = "modules", ...options }: Omit<IsolateOptions, "stock"> & {
    readonly errors?: (string | undefined)[];
    readonly takes?: "modules" | "bytes";
  } = {},
): Promise<void> {
  const cells: FakeCell[] = [];
  const events: CellEvent[] = [];
  const start = () => {
    const cell = new FakeCell(errors.shift());
    cells.push(cell);
    return cell;
  };
  const report = (event: CellEvent) => events.push(event);
  const stock = createCellStock({ kind: { ...kind, takes, start }, spares: 0, report });
  const isolate = createIsolate({ stock, ...options });
  const count = () => cells.reduce((sum, cell) => sum + cell.posted.length, 0);
  try {
    await work({
      isolate,
      cells,
      events,
      async run(kernelBundle = bundle, assets = {}, wallMs = 1_000) {
        const before = count();
        const named = Object.entries(assets).map(([digest, bytes]) => ({ digest, bytes }));
        let settled = false;
        const task = { bundle: kernelBundle, input: INPUT, assets: named, fuelLimit: 1_000, wallMs };
        const outcome = isolate.run(task).finally(() => settled = true);
        // Taking a cell needs a few turns of the microtask queue, and nothing else.
        for (let i = 0; i < 50 && count() === before && !settled; i++) await Promise.resolve();
        return { outcome, message: count() === before ? undefined : cells.at(-1)?.posted.at(-1) };
      },
    });
  } finally {
    await isolate.close();
    await stock.close();
  }
}

async function answered(setting: Setting, ...task: Parameters<Setting["run"]>): Promise<RunMessage> {
  const { outcome, message } = await setting.run(...task);
  setting.cells.at(-1)?.answer();
  assert.equal((await outcome).type, "output");
  assert.ok(message !== undefined);
  return message;
}

Deno.test("run() sends a module and an asset once per cell", async () => {
  await withIsolate(async (setting) => {
    const a = Uint8Array.of(1);
    const b = Uint8Array.of(2);
    const first = await answered(setting, bundle, { a, b });
    const second = await answered(setting, bundle, { b, a });
    const third = await answered(setting, other, { a });
    assert.deepEqual(first.newAssets, [["a", a], ["b", b]]);
    assert.deepEqual(first.assets, ["a", "b"]);
    assert.deepEqual([second.newAssets, second.assets], [[], ["b", "a"]]);
    assert.deepEqual(third.newAssets, []);
    assert.equal(first.code?.lent, bundle.lent.module);
    assert.deepEqual(first.code?.memory, { initial: 4, maximum: 4 });
    assert.deepEqual([second.code, third.code?.lent], [undefined, other.lent.module]);
  });
});

Deno.test("run() sends an asset once that a task names twice", async () => {
  await withIsolate(async ({ isolate, cells }) => {
    const asset = { digest: "a", bytes: Uint8Array.of(1) };
    const outcome = isolate.run({
      bundle,
      input: INPUT,
      assets: [asset, asset],
      fuelLimit: 1_000,
      wallMs: 1_000,
    });
    for (let i = 0; i < 50 && cells[0]?.posted.length === 0; i++) await Promise.resolve();
    cells[0]?.answer();
    await outcome;
    assert.deepEqual(cells[0]?.posted[0]?.assets, ["a", "a"]);
    assert.equal(cells[0]?.posted[0]?.newAssets.length, 1);
  });
});

Deno.test("run() lets the cell drop what passes the budget, and sends it again when it is needed", async () => {
  await withIsolate(async (setting) => {
    const assets = { a: new Uint8Array(6_000), b: new Uint8Array(6_000) };
    await answered(setting, bundle, { a: assets.a });
    const second = await answered(setting, bundle, { b: assets.b });
    const third = await answered(setting, bundle, { a: assets.a });
    assert.deepEqual([second.droppedAssets, second.droppedModules], [["a"], []]);
    assert.deepEqual(third.newAssets.map(([digest]) => digest), ["a"]);
  }, { assetBytesMax: 10_000 });
});

Deno.test("run() counts small assets for more than their bytes", async () => {
  await withIsolate(async (setting) => {
    const dropped: string[] = [];
    for (let i = 0; i < 50; i++) {
      dropped.push(...(await answered(setting, bundle, { [`${i}`]: Uint8Array.of(i) })).droppedAssets);
    }
    assert.ok(dropped.length > 25, `${dropped.length} dropped`);
  }, { assetBytesMax: 10_000 });
});

Deno.test("run() counts small modules for more than their bytes", async () => {
  await withIsolate(async (setting) => {
    const dropped = [];
    for (const digest of ["a", "b", "c", "d"]) {
      dropped.push(...(await answered(setting, { ...bundle, digest }, {})).droppedModules);
    }
    assert.deepEqual(dropped, ["a"], "three modules of 64 KiB and a little fit");
  }, { assetBytesMax: 210_000 });
});

Deno.test("run() keeps a kernel's module although the asset with the digest of its manifest goes", async () => {
  await withIsolate(async (setting) => {
    await answered(setting, bundle, { [bundle.digest]: new Uint8Array(6_000) });
    const second = await answered(setting, bundle, { b: new Uint8Array(6_000) });
    assert.deepEqual([second.droppedAssets, second.droppedModules], [[bundle.digest], []]);
  }, { assetBytesMax: 10_000 });
});

Deno.test("run() sends the bytes of a kernel's code where a cell takes no modules", async () => {
  await withIsolate(async (setting) => {
    assert.equal((await answered(setting)).code?.lent, bundle.lent.bytes);
    assert.equal((await answered(setting)).code, undefined);
  }, { takes: "bytes" });
});

Deno.test("run() fails when its cell dies, and the next task gets a new cell that knows nothing yet", async () => {
  await withIsolate(async (setting) => {
    await answered(setting, bundle, { a: INPUT });
    const { outcome } = await setting.run(bundle, { a: INPUT });
    setting.cells[0]?.listener?.died("out of memory");
    const failure = await outcome;
    assert.equal(failure.type === "failure" && failure.code, "kernel.environment");
    assert.deepEqual(setting.events, [{ type: "died", message: "out of memory", kernel: bundle.digest }]);
    const again = await answered(setting, bundle, { a: INPUT });
    assert.equal(setting.cells.length, 2);
    assert.equal(again.newAssets.length, 1);
    assert.equal(again.code?.lent, bundle.lent.module);
  });
});

Deno.test("run() gives up on a cell that does not come back, and takes no answer from it any more", async () => {
  await withIsolate(async (setting) => {
    const { outcome } = await setting.run(bundle, {}, 5);
    const failure = await outcome;
    assert.equal(failure.type === "failure" && failure.code, "kernel.late");
    assert.deepEqual(setting.events.map((event) => event.type), ["stuck"]);
    assert.equal(setting.cells[0]?.ended, true);
    const next = await setting.run();
    setting.cells[0]?.answer();
    setting.cells[1]?.listener?.died("to tell the two apart");
    assert.equal((await next.outcome).type, "failure");
  }, { graceMs: 10 });
});

Deno.test("run() replaces a cell that dies between two tasks", async () => {
  await withIsolate(async (setting) => {
    await answered(setting);
    setting.cells[0]?.listener?.died("between");
    await answered(setting);
    assert.equal(setting.cells.length, 2);
    assert.deepEqual(setting.events, [{ type: "died", message: "between" }]);
  });
});

Deno.test("run() reports a cell that cannot start and tries again with the next task", async () => {
  await withIsolate(async (setting) => {
    const { outcome } = await setting.run();
    const failure = await outcome;
    assert.equal(failure.type === "failure" && failure.code, "kernel.environment");
    assert.match(failure.type === "failure" ? failure.message : "", /Cannot start a thread: no more threads/);
    assert.deepEqual(setting.events, [{ type: "failed", message: "no more threads" }]);
    await answered(setting);
  }, { errors: ["no more threads"] });
});

Deno.test("run() passes on the limits of the manifest, not those of the caller where they are wider", async () => {
  await withIsolate(async (setting) => {
    assert.equal((await answered(setting, bundle, {}, 500)).wallMs, 500);
    assert.equal((await answered(setting, bundle, {}, 50_000)).wallMs, bundle.manifest.limits.wallMsMax);
  });
});

Deno.test("run() treats a second task at the same time as a bug", async () => {
  await withIsolate(async (setting) => {
    const { outcome } = await setting.run();
    await assert.rejects(
      setting.isolate.run({ bundle, input: INPUT, assets: [], fuelLimit: 1_000, wallMs: 1_000 }),
      /Bug: an isolate runs one task at a time/,
    );
    setting.cells[0]?.answer();
    assert.equal((await outcome).type, "output");
  });
});

Deno.test("close() fails the task in hand, ends the cell and refuses what comes later", async () => {
  await withIsolate(async (setting) => {
    const { outcome } = await setting.run();
    await setting.isolate.close();
    const later = await setting.isolate.run({
      bundle,
      input: INPUT,
      assets: [],
      fuelLimit: 1_000,
      wallMs: 1_000,
    });
    for (const failure of [await outcome, later]) {
      assert.equal(failure.type === "failure" && failure.code, "kernel.environment");
    }
    assert.equal(setting.cells[0]?.ended, true);
    assert.equal(setting.cells.length, 1);
  });
});

Deno.test("run() fails and goes on in another cell when its cell says what is no outcome of the task", async () => {
  const output = (length: number) => ({
    type: "output",
    output: new Uint8Array(length),
    fuel: 1,
    computeUs: 1,
  });
  const { outputBytesMax } = bundle.manifest.limits;
  const wrong = [
    undefined,
    { type: "ready" },
    { type: "outcome", outcome: output(outputBytesMax + 1) },
    { type: "outcome", outcome: { ...output(1), fuel: -1 } },
  ];
  await withIsolate(async (setting) => {
    for (const message of wrong) {
      const { outcome } = await setting.run();
      setting.cells.at(-1)?.listener?.message(message);
      const failure = await outcome;
      assert.equal(failure.type === "failure" && failure.code, "kernel.environment");
      assert.deepEqual(setting.events.pop(), {
        type: "died",
        message: "it spoke out of turn",
        kernel: bundle.digest,
      });
    }
    const { outcome } = await setting.run();
    setting.cells.at(-1)?.listener?.message({ type: "outcome", outcome: output(outputBytesMax) });
    assert.equal((await outcome).type, "output");
    setting.cells.at(-1)?.answer();
    assert.deepEqual(setting.events, [{ type: "died", message: "it spoke out of turn" }], "a second answer");
    await answered(setting);
  });
});

Deno.test("run() has the next cell started as soon as one is lost, so that the next task does not wait for it", async () => {
  await withIsolate(async (setting) => {
    const { outcome } = await setting.run();
    setting.cells[0]?.listener?.died("out of memory");
    assert.equal(setting.cells.length, 2);
    assert.equal((await outcome).type, "failure");
  });
});
