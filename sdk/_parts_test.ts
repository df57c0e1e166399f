import { assert, fc } from "../tests/deps.ts";
import { Fifo, limits, P2c2rError } from "../protocol/mod.ts";
import { backoffMs } from "./_backoff.ts";
import type { Call, CallState } from "./_call.ts";
import { KernelHandle } from "./_kernel_table.ts";
import { checkedOptions, checkedWork } from "./_options.ts";
import { problemError } from "./_problem.ts";
import { defineKernel } from "./mod.ts";
import type { ConnectOptions, RunOptions } from "./types.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
    return "passed";
  } catch (error) {
    assert.ok(error instanceof P2c2rError, String(error));
    assert.match(error.message, /^Cannot .+: .+/);
    return error.code;
  }
}

Deno.test("backoffMs() doubles its bound from 250 ms to 15 s and draws below it", () => {
  assert.deepEqual([0, 1, 2, 5, 6, 7, 1000].map((n) => backoffMs(n, 1)), [
    250,
    500,
    1000,
    8000,
    15_000,
    15_000,
    15_000,
  ]);
  assert.equal(backoffMs(3, 0), 0);
  assert.equal(backoffMs(3, 0.5), 1000);
});

Deno.test("Fifo gives back in order what a plain list would", () => {
  const operation = fc.oneof(fc.constant("shift" as const), fc.nat(), fc.constant("many" as const));
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const fifo = new Fifo<number>();
      let list: number[] = [];
      for (const one of operations) {
        if (one === "shift") assert.equal(fifo.shift(), list.shift());
        else if (one === "many") {
          for (let i = 0; i < 3000; i++) fifo.push(i), list.push(i);
          for (let i = 0; i < 2500; i++) assert.equal(fifo.shift(), list.shift());
        } else fifo.push(one), list.push(one);
        assert.equal(fifo.length, list.length);
        assert.equal(fifo.peek(), list[0]);
      }
      assert.deepEqual(fifo.list(), list);
      list = [1, 2];
      fifo.reset(list);
      assert.deepEqual(fifo.list(), [1, 2]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("problemError() takes code, detail, hint and retry time from problem+json", () => {
  const body = { code: "rate.limited", detail: "10 in 1 s", hint: "Wait a little.", retryMs: 40 };
  const error = problemError("Cannot submit", 429, JSON.stringify(body));
  assert.equal(error.code, "rate.limited");
  assert.equal(error.message, "Cannot submit: 10 in 1 s");
  assert.equal(error.hint, "Wait a little.");
  assert.equal(error.retryMs, 40);
});

Deno.test("problemError() makes sense of answers that no coordinator wrote", () => {
  const of = (status: number, body: string) => problemError("Cannot connect", status, body);
  assert.equal(of(502, "<html>").code, "connection.lost");
  assert.equal(of(401, "").code, "auth.refused");
  assert.equal(of(429, "[]").code, "rate.limited");
  for (
    const body of ["null", "3", `"x"`, `{"code":"toString","detail":7,"retryMs":"soon","hint":null}`, "{"]
  ) {
    const error = of(404, body);
    assert.equal(error.code, "connection.lost");
    assert.equal(error.message, "Cannot connect: the server answered HTTP 404");
    assert.equal(error.retryMs, undefined);
    assert.notEqual(error.hint, "");
  }
});

Deno.test("checkedOptions() reads every form of address", () => {
  const of = (url: string) => {
    const { httpUrl, socketUrl } = checkedOptions(url, { apiKey: "p2c2r_key" });
    return [httpUrl, socketUrl];
  };
  assert.deepEqual(of("http://a:8765"), ["http://a:8765", "ws://a:8765/v1/backend"]);
  assert.deepEqual(of("wss://a/p2c2r/"), ["https://a/p2c2r", "wss://a/p2c2r/v1/backend"]);
  assert.deepEqual(of("https://a?x=1#y"), ["https://a", "wss://a/v1/backend"]);
});

Deno.test("checkedOptions() refuses what cannot connect, by name", () => {
  const wrong: [string, ConnectOptions][] = [
    ["a:8765", { apiKey: "k" }],
    ["", { apiKey: "k" }],
    ["ftp://a", { apiKey: "k" }],
    ["http://a", { apiKey: "" }],
    ["http://a", { apiKey: "a b" }],
    ["http://a", { apiKey: "k\n" }],
    ["http://a", { apiKey: "k", connectMs: 0 }],
    ["http://a", { apiKey: "k", graceMs: -1 }],
    ["http://a", { apiKey: "k", graceMs: NaN }],
    ["http://a", { apiKey: "k", queueMax: Infinity }],
  ];
  for (const [url, options] of wrong) {
    assert.equal(codeOf(() => checkedOptions(url, options)), "request.invalid", JSON.stringify(options));
  }
});

Deno.test("checkedWork() refuses what a coordinator would close the connection for", () => {
  const input = new Uint8Array(1);
  const tag = new Uint8Array(1);
  const wrong: Partial<RunOptions>[] = [
    { deadlineMs: 0 },
    { deadlineMs: NaN },
    { deadlineMs: limits.deadlineMsMax + 1 },
    { deadlineMs: "50" as unknown as number },
    { priority: -1 },
    { priority: 0.5 },
    { priority: limits.priorityMax + 1 },
    { verify: "never" as "always" },
    { fuelLimit: -1 },
    { fuelLimit: limits.fuelMax + 1 },
    { idempotencyKey: "" },
    { idempotencyKey: "ä".repeat(33) },
    { idempotencyKey: "\ud800" },
    { exclude: [new Uint8Array(0)] },
    { exclude: [new Uint8Array(limits.tagBytesMax + 1)] },
    { exclude: new Array(limits.taskTagsMax + 1).fill(tag) },
  ];
  for (const options of wrong) {
    assert.equal(
      codeOf(() => checkedWork(input, [], { deadlineMs: 50, ...options })),
      "request.invalid",
      JSON.stringify(options),
    );
  }
  const digests = new Array(limits.taskAssetsMax + 1).fill(new Uint8Array(32));
  assert.equal(codeOf(() => checkedWork(input, digests, { deadlineMs: 50 })), "request.invalid");
  const large = new Uint8Array(limits.inputBytesMax + 1);
  assert.equal(codeOf(() => checkedWork(large, [], { deadlineMs: 50 })), "task.too_large");
  assert.equal(codeOf(() => checkedWork(large.subarray(1), [], { deadlineMs: 0.5 })), "request.invalid");
  assert.equal(codeOf(() => checkedWork(large.subarray(1), [], { deadlineMs: 1 })), "passed");
});

Deno.test("defineKernel() refuses names that cannot travel", () => {
  const codec = { encodeInput: () => new Uint8Array(0), decodeOutput: () => 0 };
  assert.equal(codeOf(() => defineKernel({ id: "", version: "1", ...codec })), "request.invalid");
  assert.equal(codeOf(() => defineKernel({ id: "a", version: "\udc00", ...codec })), "request.invalid");
  assert.equal(
    codeOf(() => defineKernel({ id: "a".repeat(129), version: "1", ...codec })),
    "request.invalid",
  );
  assert.equal(defineKernel({ id: "a", version: "1.0.0", ...codec }).id, "a");
});

Deno.test("KernelHandle puts tasks back in the order of their numbers and forgets those that are over", () => {
  const call = (no: number, state: CallState = "waiting") => ({ no, state }) as Call;
  const handle = new KernelHandle(0, "echo", null);
  const waiting = [call(1), call(2), call(4)];
  for (const one of waiting) handle.push(one);
  waiting[1]!.state = "settled";
  handle.gaveUpOne();
  handle.putBack([call(3), call(0)]);
  assert.equal(handle.live, 4);
  const order: number[] = [];
  for (let next = handle.peek(); next !== undefined; next = handle.peek()) {
    order.push(next.no);
    handle.shift();
  }
  assert.deepEqual(order, [0, 1, 3, 4]);
  assert.equal(handle.live, 0);
});

Deno.test("KernelHandle keeps no more tasks that are over than it must", () => {
  const handle = new KernelHandle(0, "echo", null);
  for (let no = 0; no < 1000; no++) {
    const call = { no, state: "waiting" as CallState } as Call;
    handle.push(call);
    call.state = "settled";
    handle.gaveUpOne();
  }
  assert.ok(handle.waiting.length <= 65, `${handle.waiting.length} kept`);
});
