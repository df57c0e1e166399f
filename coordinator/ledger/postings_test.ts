import { assert, fc } from "../../tests/deps.ts";
import { accountId } from "./accounts.ts";
import { type Postings, reasons, transactionsOf } from "./postings.ts";

function posted(reason: Postings["reason"], ...amounts: [string, number][]): Postings {
  return { reason, fuel: new Map([["k@1.0.0", 5]]), amounts: new Map(amounts) };
}

function entriesOf(postings: Postings): Record<string, number> {
  const transactions = transactionsOf([postings], "key", "run", 1);
  assert.equal(transactions.length, 1);
  const entries = transactions[0]?.entries ?? [];
  return Object.fromEntries(entries.map(({ account, microCredits }) => [account, microCredits]));
}

Deno.test("accountId() names accounts by kind and owner", () => {
  assert.equal(accountId("operator", "ignored"), "operator");
  assert.equal(accountId("project", "p"), "project:p");
  assert.equal(accountId("pending", "w"), "worker:w:pending");
});

Deno.test("transactionsOf() moves money between the accounts of each reason", () => {
  assert.deepEqual(entriesOf(posted("deposit", ["p", 9])), { "issued": -9, "project:p": 9 });
  assert.deepEqual(entriesOf(posted("charge", ["p", 9], ["q", 1])), {
    "project:p": -9,
    "operator": 10,
    "project:q": -1,
  });
  assert.deepEqual(entriesOf(posted("refund", ["p", 9])), { "operator": -9, "project:p": 9 });
  assert.deepEqual(entriesOf(posted("share", ["w", 9])), { "operator": -9, "worker:w:pending": 9 });
  assert.deepEqual(entriesOf(posted("shadow", ["w", 9])), { "operator": -9, "worker:w:pending": 9 });
  assert.deepEqual(entriesOf(posted("grant", ["w", 9])), { "worker:w:pending": -9, "worker:w:granted": 9 });
  const refused = { "worker:w:pending": -9, "operator": 9, "memo": -9, "worker:w:refused": 9 };
  assert.deepEqual(entriesOf(posted("void", ["w", 9])), refused);
  assert.deepEqual(entriesOf(posted("lapsed", ["w", 9])), refused);
});

Deno.test("transactionsOf() says whose an account is", () => {
  const [transaction] = transactionsOf([posted("charge", ["p", 9])], "key", "run", 1);
  assert.deepEqual(transaction?.entries, [
    { account: "project:p", kind: "project", owner: "p", microCredits: -9 },
    { account: "operator", kind: "operator", owner: "", microCredits: 9 },
  ]);
});

Deno.test("transactionsOf() books claims before what decides them, and many owners in bounded parts", () => {
  const many = Array.from({ length: 120 }, (_, n): [string, number] => [`w${n}`, n + 1]);
  const transactions = transactionsOf(
    [posted("grant", ...many), posted("share", ...many)],
    "run:3",
    "run",
    77,
  );
  assert.deepEqual(transactions.map(({ reason }) => reason), [
    "share",
    "share",
    "share",
    "grant",
    "grant",
    "grant",
  ]);
  assert.deepEqual(transactions.map(({ idempotencyKey }) => idempotencyKey), [
    "run:3:0",
    "run:3:1",
    "run:3:2",
    "run:3:3",
    "run:3:4",
    "run:3:5",
  ]);
  for (const { entries, createdMs, coordinator } of transactions) {
    assert(entries.length <= 101);
    assert.deepEqual({ createdMs, coordinator }, { createdMs: 77, coordinator: "run" });
  }
  const fuel = transactions.filter(({ reason }) => reason === "share").map((one) =>
    one.fuel.get("k@1.0.0") ?? 0
  );
  assert.deepEqual(fuel, [5, 0, 0]);
});

Deno.test("transactionsOf() makes entries that sum to zero, for each transaction", () => {
  const amounts = fc.array(fc.tuple(fc.string(), fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 300 });
  const postings = fc.array(fc.record({ reason: fc.constantFrom(...reasons), amounts }));
  fc.assert(fc.property(postings, (all) => {
    const lists = all.map((one) => posted(one.reason, ...one.amounts));
    const transactions = transactionsOf(lists, "key", "run", 0);
    for (const { entries } of transactions) {
      assert.equal(entries.reduce((sum, { microCredits }) => sum + microCredits, 0), 0);
      assert.equal(new Set(entries.map(({ account }) => account)).size, entries.length);
    }
    assert.equal(new Set(transactions.map((one) => one.idempotencyKey)).size, transactions.length);
  }));
});
