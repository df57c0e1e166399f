import { assert } from "../../tests/deps.ts";
import { Balances, priceOf } from "./balances.ts";

Deno.test("priceOf() rounds a task's price up", () => {
  assert.equal(priceOf({ price: 1_000 }, 1_000_000), 1_000);
  assert.equal(priceOf({ price: 1_000 }, 1), 1);
  assert.equal(priceOf({ price: 0 }, 1_000_000), 0);
});

Deno.test("reserve() refuses what the balance less other reservations does not cover", () => {
  const balances = new Balances();
  balances.set("p", 100);
  assert.equal(balances.reserve("p", 60), true);
  assert.equal(balances.available("p"), 40);
  assert.equal(balances.reserve("p", 41), false);
  assert.equal(balances.reserve("p", 40), true);
  balances.release("p", 60);
  assert.equal(balances.available("p"), 60);
  assert.equal(balances.balance("p"), 100);
});

Deno.test("reserve() takes free tasks of projects without credit and refuses others", () => {
  const balances = new Balances();
  assert.equal(balances.reserve("new", 0), true);
  assert.equal(balances.reserve("new", 1), false);
  balances.spend("new", 5);
  assert.equal(balances.reserve("new", 0), true);
});

Deno.test("release() of what was never reserved is a bug", () => {
  const balances = new Balances();
  balances.set("p", 10);
  balances.reserve("p", 5);
  assert.throws(() => balances.release("p", 6), /reserved/);
});

Deno.test("balance() counts open charges, then the drained ones instead", () => {
  const balances = new Balances();
  balances.set("p", 100);
  balances.spend("p", 10.5);
  balances.spend("p", -2);
  assert.equal(balances.balance("p"), 91);
  balances.drained([
    { reason: "charge", fuel: new Map(), amounts: new Map([["p", 10]]) },
    { reason: "refund", fuel: new Map(), amounts: new Map([["p", 2], ["q", 3]]) },
    { reason: "share", fuel: new Map(), amounts: new Map([["p", 50]]) },
  ]);
  assert.equal(balances.balance("p"), 92);
  assert.equal(balances.balance("q"), 3);
});
