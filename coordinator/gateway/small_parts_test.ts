// The small parts of the gateways, each with the one rule that matters.
import { assert } from "../../tests/deps.ts";
import { testKernel } from "./_fakes.ts";
import { ByteBudget } from "./byte_budget.ts";
import { identityOf, sha256Sync } from "./identity.ts";
import { InHand } from "./in_hand.ts";
import { KernelTable } from "./kernels.ts";
import { gatewayLimits } from "./limits.ts";
import { partBytesMax } from "../byte_pool.ts";
import { ownBytes } from "./own_bytes.ts";
import { Projects } from "./projects.ts";
import { RateMeter } from "./rate_meter.ts";
import { newSessionId, Sessions } from "./sessions.ts";
import { sourceOf, Sources } from "./sources.ts";
import { Sweep } from "./sweep.ts";
import { turnEnd } from "./turn.ts";
import type { Assignment } from "./worker_messages.ts";

const digestA = "aa".repeat(32);
const digestB = "bb".repeat(32);
const hashOf = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();

Deno.test("identityOf() is SHA-256 over project, kernel, number of assets, assets and input", async () => {
  const input = Uint8Array.of(1, 2, 3);
  const project = [0, 0, 0, 0, 0, 0, 0x14, 0x40];
  const parts = Uint8Array.of(
    ...project,
    ...Uint8Array.fromHex(digestA),
    1,
    ...Uint8Array.fromHex(digestB),
    ...input,
  );
  assert.equal(identityOf(5, digestA, [digestB], input), await hashOf(parts));
  const limit = Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0);
  const limited = Uint8Array.of(
    ...project,
    ...Uint8Array.fromHex(digestA),
    129,
    ...Uint8Array.fromHex(digestB),
    ...limit,
    ...input,
  );
  assert.equal(identityOf(5, digestA, [digestB], input, 7), await hashOf(limited));
  const others = [
    identityOf(5, digestB, [digestB], input),
    identityOf(5, digestA, [], input),
    identityOf(5, digestA, [digestB, digestB], input),
    identityOf(5, digestA, [digestB], Uint8Array.of(1, 2)),
    identityOf(5, digestA, [digestB], input),
    identityOf(5, digestA, [digestB], input, 7),
    identityOf(5, digestA, [digestB], input, 8),
    identityOf(6, digestA, [digestB], input),
  ];
  assert.equal(new Set(others).size, others.length);
});

Deno.test("sourceOf() is the first 16 hex digits of SHA-256 over project and worker", async () => {
  const expected = (await hashOf(new TextEncoder().encode("p\nw"))).slice(0, 16);
  assert.equal(sourceOf("p", "w"), expected);
  const sources = new Sources();
  assert.deepEqual([sources.of("p", "w"), sources.of("p", "w"), sources.of("p", null)], [
    expected,
    expected,
    null,
  ]);
  assert.notEqual(sources.of("q", "w"), expected);
});

Deno.test("sha256Sync() agrees with WebCrypto", async () => {
  assert.equal(sha256Sync("abc").toHex(), await hashOf(new TextEncoder().encode("abc")));
});

Deno.test("ownBytes() copies what is short or a small part of its frame, and nothing else", () => {
  const frame = new Uint8Array(16 * partBytesMax);
  assert.notEqual(ownBytes(frame.subarray(0, partBytesMax)).buffer, frame.buffer);
  assert.notEqual(ownBytes(frame.subarray(0, frame.length / 8 - 1)).buffer, frame.buffer);
  assert.equal(ownBytes(frame.subarray(0, frame.length / 8)).buffer, frame.buffer);
});

Deno.test("InHand gives an attempt once, for its own fence, and forgets the oldest beyond its bound", () => {
  const inHand = new InHand(2);
  const assignment = (attempt: number): Assignment => ({
    type: "assign",
    worker: 1,
    attempt,
    fence: attempt * 10,
    work: { kernel: 3, input: new Uint8Array(0), assets: [], fuelLimit: 9 },
    budgetMs: 1,
    leaseMs: 1,
    priority: 0,
  });
  for (const attempt of [1, 2, 3]) inHand.add(assignment(attempt));
  assert.equal(inHand.take(1, 10), undefined);
  assert.equal(inHand.take(2, 10), undefined);
  assert.equal(inHand.take(2, 20)?.attempt, 2);
  assert.equal(inHand.take(2, 20), undefined);
});

Deno.test("Sessions finds a session for its owner only", () => {
  const sessions = new Sessions<{ readonly id: string; readonly no: number; readonly owner: string }>();
  const session = { id: "s", no: 4, owner: "o" };
  sessions.add(session);
  assert.deepEqual([sessions.find("s", "o"), sessions.at(4), [...sessions.of("o")]], [session, session, [
    session,
  ]]);
  assert.equal(sessions.find("s", "other"), undefined);
  sessions.remove(session);
  assert.deepEqual([sessions.find("s", "o"), sessions.at(4), sessions.of("o").size, sessions.size], [
    undefined,
    undefined,
    0,
    0,
  ]);
});

Deno.test("newSessionId() is 192 random bits", () => {
  assert.match(newSessionId(), /^[\w-]{32}$/);
  assert.notEqual(newSessionId(), newSessionId());
});

Deno.test("KernelTable finds a version, and without one the highest release", () => {
  const signature = new Uint8Array(1);
  const older = { ...testKernel, no: 1, version: "1.0.0", release: 1 };
  const table = new KernelTable([{ kernel: testKernel, signature }, { kernel: older, signature }]);
  assert.equal(table.find("echo", null), testKernel);
  assert.equal(table.find("echo", "1.0.0"), older);
  assert.equal(table.find("echo", "9.9.9"), undefined);
  assert.equal(table.find("other", null), undefined);
  assert.equal(table.at(1), older);
});

Deno.test("Projects numbers ids from 1: 0 stands for nobody", () => {
  const projects = new Projects();
  assert.deepEqual([projects.of("a").no, projects.of("b").no, projects.of("a").no], [1, 2, 1]);
  assert.equal(projects.idOf(2), "b");
  assert.throws(() => projects.idOf(0), RangeError);
});

Deno.test("ByteBudget takes what fits", () => {
  const budget = new ByteBudget(10);
  assert.deepEqual([budget.take(6), budget.take(5), budget.take(4)], [true, false, true]);
  budget.give(6);
  assert.deepEqual([budget.taken, budget.fits(6), budget.fits(7)], [4, true, false]);
});

Deno.test("RateMeter measures over the last samples", () => {
  let count = 0;
  const meter = new RateMeter(() => count);
  assert.equal(meter.perS, 0);
  for (let second = 0; second < 30; second++) {
    meter.sweep(second * 1_000);
    count += second < 15 ? 100 : 10;
  }
  assert.equal(meter.perS, 10);
});

Deno.test("turnEnd() runs what a turn gathered after it, in order, and goes on after a bug", async () => {
  const bugs: unknown[] = [];
  const done: number[] = [];
  const defer = turnEnd((error) => bugs.push(error));
  defer(() => done.push(1));
  defer(() => {
    throw new Error("a bug");
  });
  defer(() => done.push(2));
  assert.deepEqual(done, []);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([done, bugs.length], [[1, 2], 1]);
});

Deno.test("Sweep looks at all its parts, excuses them after a standstill, and goes on after a bug", () => {
  let nowMs = 0;
  let wake = () => {};
  const looks: (readonly [number, boolean])[] = [];
  const bugs: unknown[] = [];
  const clock = {
    nowMs: () => nowMs,
    after: (_: number, run: () => void) => {
      wake = run;
      return () => wake = () => {};
    },
  };
  const broken = {
    sweep: () => {
      throw new Error("a bug");
    },
  };
  const part = { sweep: (at: number, excused: boolean) => void looks.push([at, excused]) };
  const sweep = new Sweep(clock, gatewayLimits, [broken, part], (error) => bugs.push(error));
  for (const at of [1_000, 2_000, 60_000]) {
    nowMs = at;
    wake();
  }
  assert.deepEqual(looks, [[1_000, false], [2_000, false], [60_000, true]]);
  assert.equal(bugs.length, 3);
  sweep.stop();
  wake();
  assert.equal(looks.length, 3);
});
