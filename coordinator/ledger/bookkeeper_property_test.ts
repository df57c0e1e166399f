// A model of the books, an exact one: fractions of micro-credits per run of the process, summed over what was flushed.
import { P2c2rError } from "../../protocol/mod.ts";
import { assert, fc } from "../../tests/deps.ts";
import { StoreClock } from "../../tests/contract/store_clock.ts";
import { type Flush, openStore, type Store } from "../store/mod.ts";
import type { MoneyEffect } from "./batch.ts";
import { Bookkeeper } from "./bookkeeper.ts";

const prices = [0, 1_000, 333_333];
const fuel = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 1_000_000_000 }));

type Step =
  | {
    readonly type: "charge" | "refund";
    readonly project: number;
    readonly kernel: number;
    readonly fuel: number;
  }
  | {
    readonly type: "pend";
    readonly worker: number;
    readonly kernel: number;
    readonly fuel: number;
    readonly own: boolean;
  }
  | { readonly type: "grant" | "void"; readonly pick: number }
  | {
    readonly type: "deposit";
    readonly project: number;
    readonly microCredits: number;
    readonly key: number;
  }
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "fault"; readonly fault: "before" | "after" | "none" }
  | { readonly type: "kill" }
  | { readonly type: "stop" };

const project = fc.integer({ min: 1, max: 2 });
const kernel = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom("charge", "refund"), project, kernel, fuel }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("pend"), worker: project, kernel, fuel, own: fc.boolean() }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constantFrom("grant", "void"), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("deposit"),
      project,
      microCredits: fc.integer({ min: 1, max: 1_000_000 }),
      key: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.constantFrom(50, 100, 1_000, 11_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("fault"), fault: fc.constantFrom("before", "after", "none") }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("kill", "stop") }) },
);

const parts = 1_000_000_000_000n;

/** What one run is due, to the last part. */
class RunModel {
  /** Noted, not in the store yet. */
  readonly noted: MoneyEffect[] = [];
  readonly #due = new Map<string, bigint>();

  flushed(effects: readonly MoneyEffect[]): void {
    for (const effect of effects) {
      const share = "by" in effect ? 700_000n : 1_000_000n;
      const lane = "by" in effect ? `${effect.worker} by ${effect.by}` : `p${effect.project}`;
      const key = `${effect.type} ${lane}`;
      const due = BigInt(effect.fuel) * BigInt(prices[effect.kernel] ?? 0) * share;
      this.#due.set(key, (this.#due.get(key) ?? 0n) + due);
    }
  }

  whole(key: string): number {
    return Number((this.#due.get(key) ?? 0n) / parts);
  }

  both(type: string, worker: string): number {
    return this.whole(`${type} ${worker} by project`) + this.whole(`${type} ${worker} by operator`);
  }
}

/** One history: a store that lives on, and the runs of the process on it. */
class History {
  readonly #store: Store;
  readonly #clock = new StoreClock();
  readonly #ended: RunModel[] = [];
  /** By project and key. */
  readonly #deposits = new Map<string, { readonly project: number; readonly microCredits: number }>();
  #book: Bookkeeper | undefined;
  #run = new RunModel();
  /** Claims nobody decided yet. */
  #open: Extract<MoneyEffect, { type: "pend" | "grant" | "void" }>[] = [];
  #fault: "before" | "after" | "none" = "none";
  /** What the flush being tried holds: counted once, however often it is tried. */
  #sealed: { readonly seq: number; readonly effects: readonly MoneyEffect[] } | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  async start(): Promise<void> {
    this.#run = new RunModel();
    this.#open = [];
    this.#sealed = undefined;
    this.#fault = "none";
    this.#book = await Bookkeeper.open({
      store: { ...this.#store, flushes: { ...this.#store.flushes, commit: (flush) => this.#commit(flush) } },
      instance: `run-${this.#ended.length}`,
      project: (no) => `p${no}`,
      kernel: (no) => ({ id: `k${no}`, version: "1.0.0", price: prices[no] ?? 0 }),
      nowMs: this.#clock.nowMs,
      schedule: this.#clock.schedule,
      onState: () => {},
    });
  }

  async play(one: Step): Promise<void> {
    switch (one.type) {
      case "charge":
      case "refund":
        return this.#note(one);
      case "pend": {
        const by = one.own ? "operator" : "project";
        const claim = {
          type: "pend",
          worker: `w${one.worker}`,
          kernel: one.kernel,
          fuel: one.fuel,
          by,
        } as const;
        this.#open.push(claim);
        return this.#note(claim);
      }
      case "grant":
      case "void": {
        const [decided] = this.#open.splice(this.#open.length === 0 ? 0 : one.pick % this.#open.length, 1);
        if (decided !== undefined) this.#note({ ...decided, type: one.type });
        return;
      }
      case "deposit":
        return await this.#deposit(one.project, one.microCredits, one.key);
      case "pass":
        return await this.#clock.pass(one.ms);
      case "fault":
        this.#fault = one.fault;
        return;
      case "kill":
      case "stop":
        return await this.restart(one.type);
      default:
        one satisfies never;
    }
  }

  async restart(how: "kill" | "stop"): Promise<void> {
    this.#fault = "none";
    if (how === "stop") await this.#book?.stop();
    this.#clock.kill();
    this.#ended.push(this.#run);
    await this.start();
  }

  async judge(): Promise<void> {
    const names = ["p1", "p2"].map((name) => `project:${name}`);
    const kinds = ["pending", "granted", "refused"];
    const accounts = ["w1", "w2"].flatMap((name) => kinds.map((kind) => `worker:${name}:${kind}`));
    const sums = await this.#store.ledger.balances([...names, ...accounts, "operator", "issued", "memo"]);
    assert.equal([...sums.values()].reduce((total, sum) => total + sum, 0), 0);
    const of = (account: string) => sums.get(account) ?? 0;
    const over = (count: (run: RunModel) => number) =>
      this.#ended.reduce((total, run) => total + count(run), 0);
    for (const no of [1, 2]) {
      const paid = [...this.#deposits.values()].filter((one) => one.project === no)
        .reduce((total, { microCredits }) => total + microCredits, 0);
      const used = over((run) => run.whole(`charge p${no}`) - run.whole(`refund p${no}`));
      assert.equal(of(`project:p${no}`), paid - used);
      assert.equal(this.#book?.balance(`p${no}`), paid - used);
      assert.equal(of(`worker:w${no}:granted`), over((run) => run.both("grant", `w${no}`)));
      assert.equal(of(`worker:w${no}:pending`), 0);
      const claimed = over((run) => run.both("pend", `w${no}`));
      assert.equal(of(`worker:w${no}:refused`), claimed - of(`worker:w${no}:granted`));
    }
    assert.equal(
      0 - of("issued"),
      [...this.#deposits.values()].reduce((sum, one) => sum + one.microCredits, 0),
    );
  }

  #note(effect: MoneyEffect): void {
    this.#run.noted.push(effect);
    this.#book?.note(effect);
  }

  async #deposit(no: number, microCredits: number, key: number): Promise<void> {
    const name = `p${no}/${key}`;
    const result = await this.#book?.deposit(`p${no}`, microCredits, `${key}`);
    assert.equal(result?.applied, !this.#deposits.has(name));
    if (result?.applied === true) this.#deposits.set(name, { project: no, microCredits });
  }

  async #commit(flush: Flush): Promise<boolean> {
    const { noted } = this.#run;
    if (this.#sealed?.seq !== flush.seq) this.#sealed = { seq: flush.seq, effects: noted.splice(0) };
    if (this.#fault === "before") throw new P2c2rError("store.failed", "Cannot write flush: a test says so");
    const written = await this.#store.flushes.commit(flush);
    if (written) this.#run.flushed(this.#sealed.effects);
    if (this.#fault === "after") throw new P2c2rError("store.failed", "Cannot confirm flush: a test says so");
    return written;
  }
}

Deno.test("Bookkeeper keeps exact books through kills, stops, faults and any order of events", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
      const store = await openStore({ path: ":memory:" });
      try {
        const history = new History(store);
        await history.start();
        for (const one of steps) await history.play(one);
        await history.restart("kill");
        await history.judge();
      } finally {
        await store.close();
      }
    }),
    { numRuns: 150 },
  );
});
