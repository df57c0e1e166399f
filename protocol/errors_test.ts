import { assert } from "../tests/deps.ts";
import { codeOfClose, codes, isCode, P2c2rError } from "./errors.ts";

Deno.test("P2c2rError takes the hint of its code unless it is given a better one", () => {
  const cause = new Error("disk full");
  const plain = new P2c2rError("store.failed", "Cannot write ledger: disk is full", { cause });
  assert.equal(plain.hint, codes["store.failed"].hint);
  assert.equal(plain.cause, cause);
  assert.equal(plain.retryMs, undefined);
  const better = new P2c2rError("rate.limited", "Cannot submit: 10 in 1 s", { hint: "Wait.", retryMs: 90 });
  assert.equal(better.hint, "Wait.");
  assert.equal(better.retryMs, 90);
  assert.equal("cause" in better, false);
});

Deno.test("isCode() knows the codes of the table and no name that every object has", () => {
  assert.equal(isCode("task.deadline"), true);
  for (const text of ["task.none", "toString", "__proto__", ""]) assert.equal(isCode(text), false, text);
});

Deno.test("codeOfClose() reads the close codes that end a connection, and nothing into others", () => {
  assert.equal(codeOfClose(4413), "protocol.limit");
  assert.equal(codeOfClose(1012), "coordinator.draining");
  for (const close of [1000, 1001, 1006, 4999]) assert.equal(codeOfClose(close), "connection.lost");
});
