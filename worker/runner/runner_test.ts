import { P2c2rError } from "../../protocol/mod.ts";
import {
  type Bundle,
  createCellStock,
  createIsolate,
  generateSigner,
  type Isolate,
  loadBundle,
  type Outcome,
  threads,
} from "../../sandbox/mod.ts";
import { assert } from "../../tests/deps.ts";
import { signKernel, slowInput, tinyCores } from "../../tests/e2e/worker_kernels.ts";
import { ManualClock } from "../_manual_clock.ts";
import type { Job, JobOutcome } from "../session/mod.ts";
import { Runner, type RunnerOptions } from "./runner.ts";

const signer = await generateSigner();
const kernel = await signKernel(tinyCores.slowEcho, signer);
const bundle: Bundle = await loadBundle({
  read: (name) =>
    Promise.resolve(
      name === "manifest.sig" ? kernel.signature : [...kernel.blobs.values()][name === "core.wasm" ? 1 : 0]!,
    ),
}, { pins: new Map([[signer.keyId, signer.publicKey]]), releaseFloor: () => 0 });

/** An isolate whose tasks end when the test says so. */
class HeldIsolate implements Isolate {
  input = new Uint8Array();
  wallMs = 0;
  end: (outcome: Outcome) => void = () => {};
  closed = false;

  run(task: Parameters<Isolate["run"]>[0]): Promise<Outcome> {
    this.input = task.input.slice();
    this.wallMs = task.wallMs;
    return new Promise((resolve) => this.end = resolve);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

class Scene {
  readonly clock = new ManualClock();
  readonly isolates: HeldIsolate[] = [];
  readonly computed: [number, JobOutcome][] = [];
  readonly returned: [number, string][] = [];
  readonly runner: Runner;

  constructor(options: Partial<RunnerOptions> = {}) {
    this.runner = new Runner({
      slots: 1,
      duty: 1,
      clock: this.clock,
      kernels: { get: () => bundle },
      assets: { now: () => [], get: () => Promise.resolve([]), clear: () => {} },
      unfit: () => undefined,
      createIsolate: () => {
        const isolate = new HeldIsolate();
        this.isolates.push(isolate);
        return isolate;
      },
      computed: (job, outcome) => this.computed.push([job, outcome]),
      returned: (job, reason) => this.returned.push([job, reason]),
      ...options,
    });
  }

  start(job: number, part: Partial<Job> = {}): void {
    this.runner.start({
      job,
      kernel: bundle.digest,
      input: slowInput(1, [job]),
      assets: [],
      dueMs: this.clock.nowMs() + 1_000,
      fuelLimit: 1e6,
      priority: 0,
      ...part,
    });
  }

  /** The job that the first isolate is at. */
  get at(): number | undefined {
    return this.isolates[0]?.input[4];
  }

  async end(): Promise<void> {
    this.isolates[0]!.end({ type: "output", output: new Uint8Array(), fuel: 7, computeUs: 9 });
    await settled();
  }

  codes(): [number, string][] {
    return this.computed.map(([job, outcome]) => [job, outcome.type === "output" ? "output" : outcome.code]);
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("Runner computes with the real sandbox, as many at a time as it has slots, and reports cost", async () => {
  const computed = new Map<number, JobOutcome>();
  const done = Promise.withResolvers<void>();
  const stock = createCellStock({ kind: threads });
  const scene = new Scene({
    slots: 2,
    createIsolate: () => createIsolate({ stock }),
    computed: (job, outcome) => {
      computed.set(job, outcome);
      if (computed.size === 5) done.resolve();
    },
  });
  for (let job = 1; job <= 5; job++) scene.start(job);
  await done.promise;
  await Promise.all([scene.runner.close(), stock.close()]);
  for (let job = 1; job <= 5; job++) {
    const outcome = computed.get(job);
    assert.deepEqual(outcome?.type === "output" && outcome.output, slowInput(1, [job]));
    assert.ok(outcome!.fuel > 0);
    assert.equal(outcome?.fuel, computed.get(1)?.fuel, "the same work");
    assert.ok(outcome!.computeUs >= 0);
  }
});

Deno.test("Runner computes first what is due first", async () => {
  const scene = new Scene();
  scene.start(1);
  scene.start(2, { dueMs: 5_000 });
  scene.start(3, { dueMs: 3_000 });
  const order = [scene.at];
  await scene.end();
  order.push(scene.at);
  await scene.end();
  order.push(scene.at);
  assert.deepEqual(order, [1, 3, 2]);
});

Deno.test("Runner fails a task whose time has passed without computing it", async () => {
  const scene = new Scene();
  scene.start(1);
  scene.start(2);
  scene.clock.advance(1_000);
  await scene.end();
  assert.deepEqual(scene.codes(), [[1, "output"], [2, "kernel.late"]]);
  assert.equal(scene.at, 1);
});

Deno.test("Runner gives the watchdog no more time than the answer is of use, but a second at least", () => {
  const scene = new Scene({ slots: 3 });
  scene.start(1, { dueMs: scene.clock.nowMs() + 10 });
  scene.start(2, { dueMs: scene.clock.nowMs() + 1_500 });
  scene.start(3, { dueMs: scene.clock.nowMs() + 60_000 });
  assert.deepEqual(scene.isolates.map(({ wallMs }) => wallMs), [1_000, 1_500, 2_000]);
});

Deno.test("Runner.cancel() reports a waiting job at once, and one that computes when its kernel ends", async () => {
  const scene = new Scene();
  scene.start(1);
  scene.start(2);
  scene.runner.cancel(2);
  assert.deepEqual(scene.codes(), [[2, "task.cancelled"]]);
  scene.runner.cancel(1);
  assert.equal(scene.computed.length, 1);
  await scene.end();
  assert.deepEqual(
    scene.codes(),
    [[2, "task.cancelled"], [1, "output"]],
    "the session turns it into a failure",
  );
});

Deno.test("Runner.forget() reports nothing, and the slot goes on with the next job", async () => {
  const scene = new Scene();
  [1, 2, 3].forEach((job) => scene.start(job));
  scene.runner.forget(1);
  scene.runner.forget(2);
  await scene.end();
  assert.equal(scene.at, 3);
  await scene.end();
  assert.deepEqual(scene.codes(), [[3, "output"]]);
});

Deno.test("Runner.returnWaiting() gives back what holds no slot, also what waits for assets", async () => {
  const assets = Promise.withResolvers<never[]>();
  const scene = new Scene({
    assets: {
      now: (digests) => digests.length === 0 ? [] : undefined,
      get: () => assets.promise,
      clear: () => {},
    },
  });
  scene.start(1);
  scene.start(2);
  scene.start(3, { assets: ["a"] });
  assert.deepEqual([...scene.runner.returnWaiting()].sort(), [2, 3]);
  assets.resolve([]);
  await scene.end();
  assert.deepEqual(scene.codes(), [[1, "output"]]);
});

Deno.test("Runner hands back a task whose assets it could not reach, and fails one whose assets are not right", async () => {
  const errors = [
    new P2c2rError("connection.lost", "no line"),
    new P2c2rError("request.not_found", "unknown"),
    new P2c2rError("kernel.environment", "another digest"),
    new Error("disk"),
  ];
  const scene = new Scene({
    assets: { now: () => undefined, get: () => Promise.reject(errors.shift()), clear: () => {} },
  });
  for (let job = 1; job <= 4; job++) {
    scene.start(job);
    await settled();
  }
  assert.deepEqual(scene.returned, [[1, "no line"]]);
  assert.deepEqual(scene.codes(), [[2, "task.asset_unknown"], [3, "kernel.environment"], [
    4,
    "kernel.environment",
  ]]);
});

Deno.test("Runner.rest() gives threads back when their tasks have ended, and wake() starts them again", async () => {
  let cleared = 0;
  const scene = new Scene({
    slots: 2,
    assets: { now: () => [], get: () => Promise.resolve([]), clear: () => cleared++ },
  });
  scene.runner.wake();
  assert.equal(scene.isolates.length, 2);
  scene.start(1);
  await scene.runner.rest();
  assert.deepEqual([cleared, scene.isolates.map(({ closed }) => closed).toSorted()], [1, [false, true]]);
  const busy = scene.isolates.find(({ closed }) => !closed)!;
  busy.end({ type: "output", output: new Uint8Array(), fuel: 1, computeUs: 1 });
  await settled();
  assert.equal(busy.closed, true);
  scene.runner.warm();
  assert.equal(scene.isolates.length, 2, "nothing warms up while the worker rests");
  scene.runner.wake();
  assert.equal(scene.isolates.length, 4);
});

Deno.test("Runner hands back what waits for a kernel that is not run any more", async () => {
  const unfit = new Map<string, string>();
  const scene = new Scene({ unfit: (kernel) => unfit.get(kernel) });
  scene.start(1);
  scene.start(2);
  unfit.set(bundle.digest, "it ended too much");
  await scene.end();
  assert.deepEqual([scene.codes(), scene.returned], [[[1, "output"]], [[2, "it ended too much"]]]);
});
