import { assert } from "../../tests/deps.ts";
import { limits as wire, P2c2rError } from "../../protocol/mod.ts";
import type { BackendEffect } from "../scheduler/shell.ts";
import { FakeShell, testKernel } from "./_fakes.ts";
import { gatewayLimits } from "./limits.ts";
import type { Answered, Client, Refused, TaskRequest, Ticket } from "./task.ts";
import { type Purse, TaskDesk } from "./task_desk.ts";

class Rig {
  readonly shell = new FakeShell();
  readonly ends: (Answered | Refused)[] = [];
  readonly purse: { state: Purse["state"]; left: number } = { state: "well", left: 10_000 };
  readonly assets = new Map<string, number>();
  readonly client: Client = {
    no: 5,
    answered: (_, answer) => this.ends.push(answer),
    refused: (_, refusal) => this.ends.push(refusal),
  };
  readonly desk: TaskDesk;

  constructor() {
    const purse = this.purse;
    this.desk = new TaskDesk({
      shell: this.shell,
      purse: {
        get state() {
          return purse.state;
        },
        reserve: (_, amount) => {
          if (purse.left < amount) return false;
          purse.left -= amount;
          return true;
        },
        release: (_, amount) => purse.left += amount,
      },
      assetBytes: (project, digest) => this.assets.get(`${project} ${digest}`),
      priceOf: (kernel, fuel) => fuel * kernel.price / 1e6,
      limits: { ...gatewayLimits, idempotencyMs: 1_000 },
    });
  }

  submit(request: TaskRequest = task()): Ticket {
    const ticket = this.desk.admit(this.client, 9, request);
    this.desk.start(ticket);
    return ticket;
  }

  reply(ticket: Ticket, fields: Partial<BackendEffect & { readonly type: "reply" }> = {}): void {
    this.desk.toBackend({
      type: "reply",
      task: ticket.task,
      project: 1,
      backend: 5,
      request: 9,
      kernel: 3,
      output: Uint8Array.of(1, 2),
      tier: "peer",
      verified: "checked",
      worker: "w",
      attempts: 1,
      fuel: 110,
      latencyMs: 3,
      ...fields,
    });
  }

  code(act: () => unknown): string {
    try {
      act();
      return "admitted";
    } catch (error) {
      assert.ok(error instanceof P2c2rError);
      return error.code;
    }
  }
}

const known = "ab".repeat(32);

function task(fields: Partial<TaskRequest> = {}): TaskRequest {
  return {
    project: { no: 1, id: "p", weight: 3 },
    kernel: testKernel,
    input: new Uint8Array(10),
    assets: [],
    deadlineMs: 50,
    priority: 2,
    verify: "sampled",
    exclude: ["aa"],
    fuelLimit: null,
    idempotencyKey: null,
    trace: null,
    ...fields,
  };
}

Deno.test("start() tells the core all it may know of a task", () => {
  const { shell, desk, client } = new Rig();
  const ticket = desk.admit(client, 9, task());
  assert.deepEqual(shell.events, []);
  desk.start(ticket);
  assert.deepEqual(shell.events, [{
    type: "submitted",
    nowMs: 10_000,
    spec: {
      task: 1,
      project: 1,
      backend: 5,
      request: 9,
      kernel: 3,
      input: new Uint8Array(10),
      assets: [],
      fuelLimit: 1_000,
      identity: ticket.identity,
      dueMs: 10_050,
      priority: 2,
      verify: "sampled",
      weight: 3,
      exclude: ["aa"],
    },
  }]);
});

Deno.test("admit() refuses what cannot be computed, with the code for it, and holds nothing back for it", () => {
  const rig = new Rig();
  const [atLimit, overLimit] = ["ef".repeat(32), "f0".repeat(32)];
  rig.assets.set(`p ${known}`, 10).set(`p ${atLimit}`, 1_024).set(`p ${overLimit}`, 1_025);
  const cases: readonly [Partial<TaskRequest>, string][] = [
    [{}, "admitted"],
    [{ input: new Uint8Array(64) }, "admitted"],
    [{ input: new Uint8Array(65) }, "task.too_large"],
    [
      { kernel: { ...testKernel, inputBytesMax: 1e9 }, input: new Uint8Array(wire.inputBytesMax + 1) },
      "task.too_large",
    ],
    [{ assets: [known] }, "admitted"],
    [{ assets: [atLimit] }, "admitted"],
    [{ assets: [overLimit] }, "task.too_large"],
    [{ assets: ["cd".repeat(32)] }, "task.asset_unknown"],
    [{ assets: [known], project: { no: 2, id: "q", weight: 3 } }, "task.asset_unknown"],
    [{ assets: [known, known] }, "task.too_large"],
    [{ kernel: { ...testKernel, price: 1e12 } }, "task.balance"],
  ];
  for (const [fields, expected] of cases) {
    const { left } = rig.purse;
    assert.equal(rig.code(() => rig.submit(task(fields))), expected, JSON.stringify(Object.keys(fields)));
    if (expected !== "admitted") assert.equal(rig.purse.left, left);
  }
});

Deno.test("admit() refuses with a retry time while the books cannot be kept, and for good while stopping", () => {
  const rig = new Rig();
  rig.purse.state = "full";
  assert.throws(() => rig.submit(), { code: "task.overload", retryMs: gatewayLimits.overloadRetryMs });
  rig.purse.state = "failing";
  assert.equal(rig.code(() => rig.submit()), "admitted");
  rig.desk.drain();
  assert.equal(rig.code(() => rig.submit()), "coordinator.draining");
});

Deno.test("admit() bounds the bytes of inputs of all tasks in flight", () => {
  const rig = new Rig();
  const kernel = { ...testKernel, inputBytesMax: 1e9, price: 0 };
  const input = new Uint8Array(wire.inputBytesMax);
  const tickets = Array.from(
    { length: wire.queuedBytesMax / input.length },
    () => rig.submit(task({ kernel, input })),
  );
  assert.equal(rig.code(() => rig.submit()), "task.overload");
  rig.reply(tickets[0]!);
  assert.equal(rig.code(() => rig.submit()), "admitted");
});

Deno.test("a task ends once, and what was held back for it is given back", () => {
  const rig = new Rig();
  const ticket = rig.submit();
  assert.equal(rig.purse.left, 10_000 - 1_000, "nothing is known of what it costs, so its limit");
  rig.reply(ticket);
  rig.reply(ticket);
  const refusal = {
    type: "refuse",
    task: ticket.task,
    backend: 5,
    request: 9,
    code: "task.deadline",
  } as const;
  rig.desk.toBackend({ ...refusal, message: "late", retryMs: null, attempts: 1 });
  assert.deepEqual([rig.purse.left, rig.ends.length, rig.desk.inFlight, rig.desk.inputBytes], [
    10_000,
    1,
    0,
    0,
  ]);
  const [answer] = rig.ends as Answered[];
  assert.deepEqual([answer!.price, answer!.tier, answer!.source?.length], [110, "peer", 16]);
});

Deno.test("an answer from the cache costs nothing; trusted compute has no source", () => {
  const rig = new Rig();
  rig.reply(rig.submit(), { verified: "cached", worker: null });
  const [answer] = rig.ends as Answered[];
  assert.deepEqual([answer!.price, answer!.source], [0, null]);
});

Deno.test("counters say how many tasks met their deadline and why others ended", () => {
  const rig = new Rig();
  rig.reply(rig.submit(), { latencyMs: 50 });
  rig.reply(rig.submit(), { latencyMs: 50.1 });
  const { task: no } = rig.submit();
  rig.desk.toBackend({
    type: "refuse",
    task: no,
    backend: 5,
    request: 9,
    code: "task.deadline",
    message: "",
    retryMs: 7,
    attempts: 0,
  });
  assert.deepEqual(rig.desk.counters, {
    submitted: 3,
    answered: 2,
    deadlineMet: 1,
    repeated: 0,
    refused: { "task.deadline": 1 },
  });
  assert.deepEqual((rig.ends[2] as Refused).retryMs, 7);
});

Deno.test("repeated() gives the answer of an idempotency key until it is forgotten or taken back", () => {
  const rig = new Rig();
  const request = task({ idempotencyKey: "k" });
  assert.equal(rig.desk.repeated(request), undefined);
  rig.reply(rig.submit(request));
  assert.deepEqual(rig.desk.repeated(request)?.output, Uint8Array.of(1, 2));
  assert.equal(rig.desk.repeated({ ...request, project: { no: 2, id: "q", weight: 3 } }), undefined);
  assert.throws(() => rig.desk.repeated(task({ idempotencyKey: "k", input: new Uint8Array(11) })), {
    code: "request.invalid",
  });
  rig.desk.toBackend({ type: "revoke", backend: 5, request: 9, output: null, reason: "" });
  assert.equal(rig.desk.repeated(request), undefined);
  rig.reply(rig.submit(request));
  rig.shell.clockMs += 1_001;
  assert.equal(rig.desk.repeated(request), undefined);
});

Deno.test("idle() resolves with the last end; refuseAll() ends what is left; abandon() ends without a word", async () => {
  const rig = new Rig();
  await rig.desk.idle();
  const tickets = [rig.submit(), rig.submit(), rig.submit()];
  const idle = rig.desk.idle();
  rig.desk.abandon([tickets[0]!]);
  rig.reply(tickets[1]!);
  rig.desk.refuseAll(new P2c2rError("coordinator.draining", "stopping"));
  await idle;
  assert.deepEqual(rig.ends.map((end) => "code" in end ? end.code : "answer"), [
    "answer",
    "coordinator.draining",
  ]);
  assert.equal(rig.purse.left, 10_000);
});
