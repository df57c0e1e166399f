import { assert } from "../../tests/deps.ts";
import { bundleOf } from "../../tests/hostile/bundles.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { Outcome } from "../outcome.ts";
import { createIsolate, type Isolate, type IsolateOptions } from "./isolate.ts";
import type { RunMessage } from "./messages.ts";
import type { Thread, ThreadListener } from "./thread.ts";
import { createThreadStock, type ThreadEvent } from "./thread_stock.ts";

const bundle = await bundleOf(kernel());
const other = await bundleOf(kernel(), { id: "other" });
const INPUT = Uint8Array.of(1, 2, 3);

/** A thread that is ready at once, or cannot start, and answers when the test says so. */
class FakeThread implements Thread {
  readonly posted: RunMessage[] = [];
  listener: ThreadListener | undefined;
  ended = false;
  readonly #error: string | undefined;

  constructor(error: string | undefined) {
    this.#error = error;
  }

  post(message: RunMessage, transfer: Transferable[]): void {
    // As a real one: what is transferred is gone on this side, what is not is a copy.
    this.posted.push(structuredClone({ ...message, module: undefined }, { transfer }) as RunMessage);
    this.modules.push(message.module);
  }
  readonly modules: (WebAssembly.Module | undefined)[] = [];

  listen(listener: ThreadListener): void {
    this.listener = listener;
    if (this.#error !== undefined) listener.died(this.#error);
    else if (this.posted.length === 0) listener.message({ type: "ready" });
  }

  end(): void {
    this.ended = true;
  }

  answer(): void {
    const output = Uint8Array.of(9);
    this.listener?.message({ type: "outcome", outcome: { type: "output", output, fuel: 106, computeUs: 5 } });
  }
}

interface Setting {
  readonly isolate: Isolate;
  readonly threads: FakeThread[];
  readonly events: ThreadEvent[];
  /** Starts a task, and is there when the task is with the thread or answered. */
  run(bundle?: Bundle, assets?: Readonly<Record<string, Uint8Array>>, wallMs?: number): Promise<{
    readonly outcome: Promise<Outcome>;
    readonly message: RunMessage | undefined;
  }>;
}

async function withIsolate(
  work: (setting: Setting) => Promise<void>,
  { errors = [], ...options }: Omit<IsolateOptions, "stock"> & { readonly errors?: (string | undefined)[] } =
    {},
): Promise<void> {
  const threads: FakeThread[] = [];
  const events: ThreadEvent[] = [];
  const start = () => {
    const thread = new FakeThread(errors.shift());
    threads.push(thread);
    return thread;
  };
  const stock = createThreadStock({ start, spares: 0, report: (event) => events.push(event) });
  const isolate = createIsolate({ stock, ...options });
  const count = () => threads.reduce((sum, thread) => sum + thread.posted.length, 0);
  try {
    await work({
      isolate,
      threads,
      events,
      async run(kernelBundle = bundle, assets = {}, wallMs = 1_000) {
        const before = count();
        const named = Object.entries(assets).map(([digest, bytes]) => ({ digest, bytes }));
        let settled = false;
        const task = { bundle: kernelBundle, input: INPUT, assets: named, fuelLimit: 1_000, wallMs };
        const outcome = isolate.run(task).finally(() => settled = true);
        // Taking a thread needs a few turns of the microtask queue, and nothing else.
        for (let i = 0; i < 50 && count() === before && !settled; i++) await Promise.resolve();
        return { outcome, message: count() === before ? undefined : threads.at(-1)?.posted.at(-1) };
      },
    });
  } finally {
    await isolate.close();
    stock.close();
  }
}

async function answered(setting: Setting, ...task: Parameters<Setting["run"]>): Promise<RunMessage> {
  const { outcome, message } = await setting.run(...task);
  setting.threads.at(-1)?.answer();
  assert.equal((await outcome).type, "output");
  assert.ok(message !== undefined);
  return message;
}

Deno.test("run() sends a module and an asset once per thread", async () => {
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
    assert.deepEqual(setting.threads[0]?.modules, [bundle.module, undefined, other.module]);
  });
});

Deno.test("run() sends an asset once that a task names twice", async () => {
  await withIsolate(async ({ isolate, threads }) => {
    const asset = { digest: "a", bytes: Uint8Array.of(1) };
    const outcome = isolate.run({
      bundle,
      input: INPUT,
      assets: [asset, asset],
      fuelLimit: 1_000,
      wallMs: 1_000,
    });
    for (let i = 0; i < 50 && threads[0]?.posted.length === 0; i++) await Promise.resolve();
    threads[0]?.answer();
    await outcome;
    assert.deepEqual(threads[0]?.posted[0]?.assets, ["a", "a"]);
    assert.equal(threads[0]?.posted[0]?.newAssets.length, 1);
  });
});

Deno.test("run() lets the thread drop what passes the budget, and sends it again when it is needed", async () => {
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

Deno.test("run() keeps a kernel's module although the asset with the digest of its manifest goes", async () => {
  await withIsolate(async (setting) => {
    await answered(setting, bundle, { [bundle.digest]: new Uint8Array(6_000) });
    const second = await answered(setting, bundle, { b: new Uint8Array(6_000) });
    assert.deepEqual([second.droppedAssets, second.droppedModules], [[bundle.digest], []]);
  }, { assetBytesMax: 10_000 });
});

Deno.test("run() neither detaches nor shares the caller's bytes, and sends no more of a frame than its view", async () => {
  await withIsolate(async ({ isolate, threads }) => {
    const frame = new Uint8Array(10_000).fill(7);
    const input = frame.subarray(100, 104);
    const asset = { digest: "a", bytes: frame.subarray(200, 206) };
    const outcome = isolate.run({ bundle, input, assets: [asset], fuelLimit: 1_000, wallMs: 1_000 });
    for (let i = 0; i < 50 && threads[0]?.posted.length === 0; i++) await Promise.resolve();
    threads[0]?.answer();
    await outcome;
    assert.equal(frame.length, 10_000);
    assert.equal(threads[0]?.posted[0]?.input.buffer.byteLength, 4);
    assert.equal(threads[0]?.posted[0]?.newAssets[0]?.[1].buffer.byteLength, 6);
  });
});

Deno.test("run() fails when its thread dies, and the next task gets a new thread that knows nothing yet", async () => {
  await withIsolate(async (setting) => {
    await answered(setting, bundle, { a: INPUT });
    const { outcome } = await setting.run(bundle, { a: INPUT });
    setting.threads[0]?.listener?.died("out of memory");
    const failure = await outcome;
    assert.equal(failure.type === "failure" && failure.code, "kernel.environment");
    assert.deepEqual(setting.events, [{ type: "died", message: "out of memory" }]);
    const again = await answered(setting, bundle, { a: INPUT });
    assert.equal(setting.threads.length, 2);
    assert.equal(again.newAssets.length, 1);
    assert.deepEqual(setting.threads[1]?.modules, [bundle.module]);
  });
});

Deno.test("run() gives up on a thread that does not come back, and takes no answer from it any more", async () => {
  await withIsolate(async (setting) => {
    const { outcome } = await setting.run(bundle, {}, 5);
    const failure = await outcome;
    assert.equal(failure.type === "failure" && failure.code, "kernel.late");
    assert.deepEqual(setting.events.map((event) => event.type), ["stuck"]);
    assert.equal(setting.threads[0]?.ended, true);
    const next = await setting.run();
    setting.threads[0]?.answer();
    setting.threads[1]?.listener?.died("to tell the two apart");
    assert.equal((await next.outcome).type, "failure");
  }, { graceMs: 10 });
});

Deno.test("run() replaces a thread that dies between two tasks", async () => {
  await withIsolate(async (setting) => {
    await answered(setting);
    setting.threads[0]?.listener?.died("between");
    await answered(setting);
    assert.equal(setting.threads.length, 2);
    assert.deepEqual(setting.events, [{ type: "died", message: "between" }]);
  });
});

Deno.test("run() reports a thread that cannot start and tries again with the next task", async () => {
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
    setting.threads[0]?.answer();
    assert.equal((await outcome).type, "output");
  });
});

Deno.test("close() fails the task in hand, ends the thread and refuses what comes later", async () => {
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
    assert.equal(setting.threads[0]?.ended, true);
    assert.equal(setting.threads.length, 1);
  });
});
