import { assert, fc } from "../../tests/deps.ts";
import { LedgerBatch, type MoneyEffect, type PricedKernel } from "./batch.ts";
import { type Postings, type Reason, transactionsOf } from "./postings.ts";

const kernels: readonly PricedKernel[] = [
  { id: "none", version: "0.0.0", price: 0 },
  { id: "paths", version: "1.0.0", price: 1_000 },
  { id: "spheres", version: "2.1.0", price: 777_777 },
];

function newBatch(share = 0.7): LedgerBatch {
  return new LedgerBatch({
    share,
    kernel: (no) => kernels[no] ?? assert.fail(`no kernel ${no}`),
    project: (no) => `project-${no}`,
  });
}

function amountOf(postings: readonly Postings[], reason: Reason, owner: string): number {
  return postings.find((one) => one.reason === reason)?.amounts.get(owner) ?? 0;
}

const claim = { worker: "w", kernel: 1, by: "project" } as const;

Deno.test("drain() charges the price and pends the worker's share of it", () => {
  const batch = newBatch();
  batch.note({ type: "charge", project: 7, kernel: 1, fuel: 2_000_000 });
  batch.note({ type: "pend", ...claim, fuel: 2_000_000 });
  const postings = batch.drain();
  assert.equal(amountOf(postings, "charge", "project-7"), 2_000);
  assert.equal(amountOf(postings, "share", "w"), 1_400);
  assert.deepEqual(postings.map(({ fuel }) => [...fuel]), [
    [["paths@1.0.0", 2_000_000]],
    [["paths@1.0.0", 2_000_000]],
  ]);
  assert.equal(batch.empty, true);
  assert.deepEqual(batch.drain(), []);
});

Deno.test("drain() carries fractions until they make a whole micro-credit", () => {
  const batch = newBatch();
  const charged = Array.from({ length: 10 }, () => {
    batch.note({ type: "charge", project: 1, kernel: 1, fuel: 300 });
    return amountOf(batch.drain(), "charge", "project-1");
  });
  assert.deepEqual(charged, [0, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
});

Deno.test("drain() keeps the fuel of amounts too small to book for the next posting", () => {
  const batch = newBatch();
  batch.note({ type: "charge", project: 1, kernel: 1, fuel: 600 });
  assert.deepEqual(batch.drain(), []);
  batch.note({ type: "charge", project: 1, kernel: 1, fuel: 600 });
  assert.deepEqual([...batch.drain()[0]?.fuel ?? []], [["paths@1.0.0", 1_200]]);
});

Deno.test("drain() books shadows apart from projects' tasks", () => {
  const batch = newBatch();
  batch.note({ type: "pend", ...claim, by: "operator", fuel: 1_000_000 });
  batch.note({ type: "pend", ...claim, fuel: 2_000_000 });
  const postings = batch.drain();
  assert.equal(amountOf(postings, "shadow", "w"), 700);
  assert.equal(amountOf(postings, "share", "w"), 1_400);
});

Deno.test("note() refuses to grant or void what is not pending", () => {
  const batch = newBatch();
  batch.note({ type: "pend", ...claim, fuel: 100 });
  assert.throws(() => batch.note({ type: "grant", ...claim, fuel: 101 }), /pending/);
  assert.throws(() => batch.note({ type: "void", ...claim, by: "operator", fuel: 1 }), /pending/);
  assert.throws(() => batch.note({ type: "grant", ...claim, kernel: 2, fuel: 1 }), /pending/);
  batch.note({ type: "grant", ...claim, fuel: 60 });
  batch.note({ type: "void", ...claim, fuel: 40 });
  assert.throws(() => batch.note({ type: "void", ...claim, fuel: 1 }), /pending/);
});

Deno.test("drain() is exact where floating point is not", () => {
  const batch = newBatch(1);
  const fuel = 999_999_999_999;
  for (let n = 0; n < 1_000; n += 1) batch.note({ type: "charge", project: 1, kernel: 2, fuel });
  const expected = 1_000n * BigInt(fuel) * 777_777n / 1_000_000n;
  assert.equal(BigInt(amountOf(batch.drain(), "charge", "project-1")), expected);
});

/** Steps of a plausible history: claims are decided at most once, drains come anywhere. */
type Step =
  | {
    readonly type: "charge" | "refund";
    readonly owner: number;
    readonly kernel: number;
    readonly fuel: number;
  }
  | {
    readonly type: "pend";
    readonly owner: number;
    readonly kernel: number;
    readonly fuel: number;
    readonly by: "project" | "operator";
  }
  | { readonly type: "grant" | "void"; readonly pick: number }
  | { readonly type: "drain" };

const owner = fc.integer({ min: 1, max: 3 });
const kernel = fc.integer({ min: 0, max: 2 });
const fuel = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 1_000_000_000_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constantFrom("charge" as const, "refund" as const), owner, kernel, fuel }),
  fc.record({
    type: fc.constant("pend" as const),
    owner,
    kernel,
    fuel,
    by: fc.constantFrom("project" as const, "operator" as const),
  }),
  fc.record({ type: fc.constantFrom("grant" as const, "void" as const), pick: fc.nat() }),
  fc.record({ type: fc.constant("drain" as const) }),
);

/** Runs steps and tells `onDrain` of every drain; the last step is one. */
function play(steps: readonly Step[], onEvent: (effect: MoneyEffect) => void, onDrain: () => void): void {
  const open: Extract<MoneyEffect, { type: "pend" | "grant" | "void" }>[] = [];
  for (const one of steps) {
    switch (one.type) {
      case "drain":
        onDrain();
        break;
      case "charge":
      case "refund":
        onEvent({ type: one.type, project: one.owner, kernel: one.kernel, fuel: one.fuel });
        break;
      case "pend": {
        const effect = {
          type: "pend",
          worker: `w${one.owner}`,
          kernel: one.kernel,
          fuel: one.fuel,
          by: one.by,
        } as const;
        open.push(effect);
        onEvent(effect);
        break;
      }
      default: {
        const [decided] = open.splice(open.length === 0 ? 0 : one.pick % open.length, 1);
        if (decided !== undefined) onEvent({ ...decided, type: one.type });
      }
    }
  }
  onDrain();
}

Deno.test("drain() books exactly the whole part of all that is due, wherever batches are cut", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const batch = newBatch();
    const due = new Map<string, bigint>();
    const booked = new Map<string, bigint>();
    play(steps, (effect) => {
      batch.note(effect);
      const lane = "by" in effect ? `${effect.worker} by ${effect.by}` : `project-${effect.project}`;
      const share = "by" in effect ? 700_000n : 1_000_000n;
      const key = `${effect.type} ${lane}`;
      const parts = BigInt(effect.fuel) * BigInt(kernels[effect.kernel]?.price ?? 0) * share;
      due.set(key, (due.get(key) ?? 0n) + parts);
    }, () => {
      for (const { reason, amounts } of batch.drain()) {
        for (const [name, amount] of amounts) {
          assert(amount > 0);
          booked.set(`${reason} ${name}`, (booked.get(`${reason} ${name}`) ?? 0n) + BigInt(amount));
        }
      }
    });
    const whole = (key: string) => (due.get(key) ?? 0n) / 1_000_000_000_000n;
    for (const name of ["project-1", "project-2", "project-3"]) {
      assert.equal(booked.get(`charge ${name}`) ?? 0n, whole(`charge ${name}`));
      assert.equal(booked.get(`refund ${name}`) ?? 0n, whole(`refund ${name}`));
    }
    for (const name of ["w1", "w2", "w3"]) {
      assert.equal(booked.get(`share ${name}`) ?? 0n, whole(`pend ${name} by project`));
      assert.equal(booked.get(`shadow ${name}`) ?? 0n, whole(`pend ${name} by operator`));
      for (const type of ["grant", "void"]) {
        const both = whole(`${type} ${name} by project`) + whole(`${type} ${name} by operator`);
        assert.equal(booked.get(`${type} ${name}`) ?? 0n, both);
      }
    }
  }));
});

Deno.test("drain() never takes pending credit below zero, and its transactions sum to zero", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const batch = newBatch();
    const balances = new Map<string, number>();
    let seq = 0;
    play(steps, (effect) => batch.note(effect), () => {
      for (const { entries } of transactionsOf(batch.drain(), `run:${seq++}`, "run", 0)) {
        assert.equal(entries.reduce((sum, { microCredits }) => sum + microCredits, 0), 0);
        for (const { account, microCredits } of entries) {
          balances.set(account, (balances.get(account) ?? 0) + microCredits);
          if (account.endsWith(":pending")) assert((balances.get(account) ?? 0) >= 0, account);
        }
      }
    });
  }));
});

Deno.test("LedgerBatch forgets workers that are idle and owe nothing, and keeps those with open claims", () => {
  const batch = newBatch();
  batch.note({ type: "pend", ...claim, worker: "open", fuel: 10_000 });
  batch.note({ type: "pend", ...claim, worker: "done", fuel: 10_000 });
  batch.note({ type: "grant", ...claim, worker: "done", fuel: 10_000 });
  for (let n = 0; n < 12_001; n += 1) batch.drain();
  assert.equal(batch.workersKnown, 1);
  batch.note({ type: "grant", ...claim, worker: "open", fuel: 10_000 });
  assert.equal(amountOf(batch.drain(), "grant", "open"), 7);
});
