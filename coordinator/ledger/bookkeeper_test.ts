// The bookkeeper at one desk: a store in memory, a clock that stands still, and faults on request. Past 300 lines because
// every test needs that desk and nothing else does.
import { P2c2rError } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { StoreClock } from "../../tests/contract/store_clock.ts";
import { type Flush, openStore, type Store } from "../store/mod.ts";
import type { KernelTrust } from "../verify/mod.ts";
import { unpackAudit } from "./audit.ts";
import { Bookkeeper, type BookkeeperState, bookkeeping } from "./bookkeeper.ts";
import type { NotedEffect } from "./notes.ts";

interface Desk {
  readonly store: Store;
  readonly clock: StoreClock;
  readonly book: Bookkeeper;
  readonly states: BookkeeperState[];
  /** Flushes that reached the store. */
  readonly flushes: Flush[];
  /** While set, writing a flush fails: before it is written, or after. */
  fault: "before" | "after" | undefined;
  /** While set, the ledger takes a transaction and fails to say so. */
  readonly postFault: { on: boolean };
}

async function openDesk(store: Store, clock = new StoreClock()): Promise<Desk> {
  const states: BookkeeperState[] = [];
  const flushes: Flush[] = [];
  const commit = async (flush: Flush): Promise<boolean> => {
    if (desk.fault === "before") throw new P2c2rError("store.failed", "Cannot write flush: a test says so");
    const written = await store.flushes.commit(flush);
    if (written) flushes.push(flush);
    if (desk.fault === "after") throw new P2c2rError("store.failed", "Cannot confirm flush: a test says so");
    return written;
  };
  const postFault = { on: false };
  const post = async (...transaction: Parameters<Store["ledger"]["post"]>): Promise<boolean> => {
    const applied = await store.ledger.post(...transaction);
    if (postFault.on) throw new P2c2rError("store.failed", "Cannot confirm posting: a test says so");
    return applied;
  };
  const book = await Bookkeeper.open({
    store: { ...store, flushes: { ...store.flushes, commit }, ledger: { ...store.ledger, post } },
    instance: crypto.randomUUID(),
    project: (no) => `p${no}`,
    kernel: (no) => ({ id: `k${no}`, version: "1.0.0", price: 1_000_000 }),
    nowMs: clock.nowMs,
    schedule: clock.schedule,
    onState: (state) => states.push(state),
  });
  const desk: Desk = { store, clock, book, states, flushes, fault: undefined, postFault };
  return desk;
}

async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const store = await openStore({ path: ":memory:" });
  try {
    await work(await openDesk(store));
  } finally {
    await store.close();
  }
}

const charge = (fuel: number): NotedEffect => ({ type: "charge", project: 1, kernel: 1, fuel });
const claim = { worker: "w1", kernel: 1, by: "project" } as const;
const audit: NotedEffect = {
  type: "audit",
  task: 1,
  attempt: 1,
  project: 1,
  worker: "w1",
  kernel: 2,
  verdict: "served",
  fuel: 10,
  latencyMs: 1,
};
const trusted: KernelTrust = { stage: "trusted", progress: 0, right: 9, wrong: 0 };

Deno.test("Bookkeeper writes what was noted as one flush after 100 ms, and nothing when nothing was", () =>
  withDesk(async ({ book, clock, flushes, store }) => {
    await clock.pass(1_000);
    book.note(charge(3));
    book.note(audit);
    book.note({ ...audit, project: 0, worker: null });
    book.note({ type: "trust", worker: "w1", kernel: 2, trust: trusted });
    await clock.pass(99);
    assert.equal(flushes.length, 0);
    await clock.pass(1);
    assert.deepEqual(flushes.map(({ seq, count }) => ({ seq, count })), [{ seq: 0, count: 2 }]);
    await clock.pass(60_000);
    assert.equal(flushes.length, 1);
    assert.equal(clock.nextMs, undefined);
    const [batch] = await store.audit.batches(0, 10);
    const records = unpackAudit(batch?.audit ?? new Uint8Array());
    assert.deepEqual(records.map(({ project, worker, kernel }) => [project, worker, kernel]), [
      ["p1", "w1", "k2@1.0.0"],
      [null, null, "k2@1.0.0"],
    ]);
    assert.deepEqual((await store.workers.load("w1"))?.record.kernels.get("k2@1.0.0"), trusted);
  }));

Deno.test("Bookkeeper books a period's flushes together, once its ten seconds are over", () =>
  withDesk(async ({ book, clock, flushes, store }) => {
    for (let n = 0; n < 20; n += 1) {
      book.note(charge(1));
      await clock.pass(100);
    }
    assert.equal(flushes.length, 20);
    assert.deepEqual(await store.ledger.statement("project:p1", 10), []);
    assert.equal(book.balance("p1"), -20);
    await clock.pass(bookkeeping.periodMs);
    const lines = await store.ledger.statement("project:p1", 10);
    assert.deepEqual(lines.map(({ microCredits }) => microCredits), [-20]);
    assert.equal(book.balance("p1"), -20);
    assert.deepEqual((await store.flushes.abandoned("another"))[0]?.flushes, []);
  }));

Deno.test("Bookkeeper writes a failed flush again under its number and loses nothing noted meanwhile", () =>
  withDesk(async (desk) => {
    const { book, clock, flushes, states, store } = desk;
    desk.fault = "before";
    book.note(charge(5));
    await clock.pass(100);
    assert.deepEqual(states, ["failing"]);
    book.note(charge(7));
    await clock.pass(10_000);
    assert.equal(book.state, "failing");
    desk.fault = undefined;
    await clock.pass(bookkeeping.retryMsMax);
    assert.deepEqual(states, ["failing", "well"]);
    assert.deepEqual(flushes.map(({ seq }) => seq), [0, 1]);
    await book.stop();
    assert.equal((await store.ledger.balances(["project:p1"])).get("project:p1"), -12);
  }));

Deno.test("Bookkeeper books nothing twice when the store wrote a flush and said it did not", () =>
  withDesk(async (desk) => {
    const { book, clock, flushes, store } = desk;
    desk.fault = "after";
    book.note(charge(5));
    await clock.pass(1_000);
    desk.fault = undefined;
    await clock.pass(bookkeeping.retryMsMax);
    assert.equal(book.state, "well");
    assert.equal(flushes.length, 1);
    await book.stop();
    assert.equal((await store.ledger.balances(["operator"])).get("operator"), 5);
  }));

Deno.test("Bookkeeper waits longer and longer for a store that fails", () =>
  withDesk(async (desk) => {
    const { book, clock } = desk;
    desk.fault = "before";
    book.note(charge(5));
    const waits: (number | undefined)[] = [];
    for (let n = 0; n < 8; n += 1) {
      waits.push(clock.nextMs);
      await clock.pass(clock.nextMs ?? 0);
    }
    assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    desk.fault = undefined;
    await book.stop();
  }));

Deno.test("Bookkeeper says when no more notes fit, and when they do again", () =>
  withDesk(async (desk) => {
    const { book, clock, states } = desk;
    desk.fault = "before";
    book.note(audit);
    await clock.pass(100);
    for (let n = 0; n < bookkeeping.auditRecordsMax; n += 1) book.note(audit);
    assert.deepEqual(states, ["failing", "full"]);
    assert.equal(book.state, "full");
    desk.fault = undefined;
    await clock.pass(bookkeeping.retryMsMax);
    assert.deepEqual(states, ["failing", "full", "well"]);
    await book.stop();
  }));

Deno.test("arrive() knows a quarantine that is not written yet", () =>
  withDesk(async ({ book, store }) => {
    const introduction = { id: "w1", publicKey: "key", software: "worker/1" };
    assert.equal((await book.arrive(introduction)).quarantinedUntilMs, 0);
    const record = { quarantinedUntilMs: 99, offences: 1, kernels: new Map([["k1@1.0.0", trusted]]) };
    book.note({ type: "record", worker: "w1", record });
    assert.deepEqual(await book.arrive(introduction), record);
    assert.equal((await store.workers.load("w1"))?.publicKey, "key");
  }));

Deno.test("arrive() refuses workers while what is noted of them cannot be written", () =>
  withDesk(async (desk) => {
    desk.fault = "before";
    const record = { quarantinedUntilMs: 99, offences: 1, kernels: new Map() };
    desk.book.note({ type: "record", worker: "w1", record });
    await assert.rejects(desk.book.arrive({ id: "w1", publicKey: "key", software: "" }), {
      code: "store.failed",
    });
    desk.fault = undefined;
    await desk.book.stop();
  }));

Deno.test("deposit() adds credit once per key and project, also in the middle of charges", () =>
  withDesk(async ({ book, clock }) => {
    book.note(charge(10));
    assert.deepEqual(await book.deposit("p1", 100, "first"), { applied: true, balance: 90 });
    await clock.pass(100);
    assert.deepEqual(await book.deposit("p1", 100, "first"), { applied: false, balance: 90 });
    assert.deepEqual(await book.deposit("p2", 100, "first"), { applied: true, balance: 100 });
    await clock.pass(20_000);
    assert.deepEqual(await book.deposit("p1", 1, "second"), { applied: true, balance: 91 });
    assert.equal(book.available("p1"), 91);
    for (const wrong of [0, -1, 0.5, NaN, 2 ** 53]) {
      await assert.rejects(book.deposit("p1", wrong, "third"), { code: "request.invalid" });
    }
  }));

Deno.test("credits() and deposit() count nothing twice that the ledger took without saying so", () =>
  withDesk(async (desk) => {
    const { book, clock } = desk;
    book.note(charge(10));
    book.note({ type: "pend", ...claim, fuel: 100 });
    book.note({ type: "grant", ...claim, fuel: 100 });
    await book.flush();
    desk.postFault.on = true;
    await clock.pass(bookkeeping.periodMs);
    await assert.rejects(book.credits(["w1"]), { code: "store.failed" });
    await assert.rejects(book.deposit("p1", 100, "first"), { code: "store.failed" });
    desk.postFault.on = false;
    assert.deepEqual(
      (await book.credits(["w1"])).get("w1"),
      { claimed: 70, pending: 0, granted: 70, refused: 0 },
    );
    assert.deepEqual(await book.deposit("p1", 100, "first"), { applied: true, balance: 90 });
    await book.stop();
  }));

Deno.test("credits() sees claims, grants and refusals before and after they are booked", () =>
  withDesk(async ({ book, clock }) => {
    book.note({ type: "pend", ...claim, fuel: 100 });
    book.note({ type: "pend", ...claim, by: "operator", fuel: 10 });
    book.note({ type: "grant", ...claim, by: "operator", fuel: 10 });
    book.note({ type: "void", ...claim, fuel: 40 });
    const expected = { claimed: 77, pending: 42, granted: 7, refused: 28 };
    await book.flush();
    assert.deepEqual((await book.credits(["w1"])).get("w1"), expected);
    await clock.pass(20_000);
    assert.deepEqual((await book.credits(["w1", "new"])).get("w1"), expected);
    const none = { claimed: 0, pending: 0, granted: 0, refused: 0 };
    assert.deepEqual((await book.credits(["w1", "new"])).get("new"), none);
  }));

Deno.test("credits() and deposit() see the same money at every tick of a booking under way", () =>
  withDesk(async ({ book, clock }) => {
    const workers = Array.from({ length: 250 }, (_, n) => `w${n}`);
    for (const worker of workers) {
      book.note({ type: "pend", ...claim, worker, fuel: 100 });
      book.note({ type: "grant", ...claim, worker, fuel: 40 });
    }
    book.note(charge(10));
    const expected = { claimed: 70, pending: 42, granted: 28, refused: 0 };
    await clock.pass(100);
    await clock.pass(bookkeeping.periodMs - 200);
    for (let tick = 0; tick < 15; tick += 1) {
      for (const [worker, credit] of await book.credits(workers)) assert.deepEqual(credit, expected, worker);
      assert.equal((await book.deposit("p1", 1, `tick ${tick}`)).balance, tick + 1 - 10);
      await clock.pass(100);
    }
    assert.equal(clock.nextMs, undefined);
  }));

Deno.test("stop() writes and books everything, tries again, and says when it cannot", () =>
  withDesk(async (desk) => {
    const { book, clock, store } = desk;
    book.note(charge(5));
    desk.fault = "before";
    const stopped = book.stop();
    await clock.pass(300);
    desk.fault = undefined;
    await clock.pass(400);
    await stopped;
    assert.equal((await store.ledger.balances(["operator"])).get("operator"), 5);
    assert.deepEqual(await store.flushes.abandoned("another"), []);
    assert.throws(() => book.note(charge(1)), /stop/);

    const next = await openDesk(store, clock);
    next.fault = "before";
    next.book.note(charge(5));
    const failed = assert.rejects(next.book.stop(), { code: "store.failed" });
    await clock.pass(10_000);
    await failed;
  }));

Deno.test("open() books what a killed run left, and its pending credit lapses", () =>
  withDesk(async ({ book, clock, store }) => {
    await book.deposit("p1", 1_000, "credit");
    book.note(charge(100));
    book.note({ type: "pend", ...claim, fuel: 100 });
    book.note({ type: "grant", ...claim, fuel: 30 });
    await book.flush();
    book.note(charge(50)); // Never written: the run is killed here.
    clock.kill();

    const next = await openDesk(store, clock);
    assert.equal(next.book.balance("p1"), 900);
    const credit = (await next.book.credits(["w1"])).get("w1");
    assert.deepEqual(credit, { claimed: 70, pending: 0, granted: 21, refused: 49 });
    const [line] = await store.ledger.statement("worker:w1:pending", 1);
    assert.equal(line?.reason, "lapsed");
    assert.equal((await store.ledger.balances(["operator"])).get("operator"), 100 - 21);
    assert.deepEqual((await store.flushes.abandoned("another")).map(({ flushes }) => flushes), [[]]);
    assert.equal(await store.audit.prune(clock.nowMs() + 1, 10), 1);
    await next.book.stop();

    const third = await openDesk(store, clock);
    assert.equal(third.book.balance("p1"), 900);
    assert.deepEqual((await third.book.credits(["w1"])).get("w1"), credit);
  }));

Deno.test("open() finishes the booking that a killed run had begun, and books no part of it twice", () =>
  withDesk(async ({ book, clock, store }) => {
    for (let n = 0; n < 250; n += 1) {
      book.note({ type: "pend", worker: `w${n}`, kernel: 1, fuel: 10, by: "project" });
      book.note({ type: "grant", worker: `w${n}`, kernel: 1, fuel: 10, by: "project" });
    }
    await clock.pass(100);
    await clock.pass(bookkeeping.periodMs);
    const begun = (await store.ledger.balancesOf("pending")).size +
      (await store.ledger.balancesOf("granted")).size;
    assert(begun > 0 && begun < 250);
    clock.kill();

    const next = await openDesk(store, clock);
    const granted = [...(await store.ledger.balancesOf("granted")).values()];
    assert.deepEqual([granted.length, new Set(granted)], [250, new Set([7])]);
    assert.equal((await store.ledger.balancesOf("pending")).size, 0);
    assert.equal(await store.ledger.balances(["operator"]).then((sums) => sums.get("operator")), -1_750);
    await next.book.stop();
  }));
