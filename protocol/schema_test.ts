import { assert } from "../tests/deps.ts";
import { limits } from "./limits.ts";
import {
  type FromBackend,
  type FromWorker,
  messageType,
  tiers,
  type ToBackend,
  type ToWorker,
  verifications,
} from "./messages.ts";
import { type MessagesOf, rows, rowsOf, schema } from "./schema.ts";

type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
// The compiler checks these: each direction of the schema has exactly the messages of messages.ts.
const directions: [
  Same<MessagesOf<"fromWorker">, FromWorker>,
  Same<MessagesOf<"toWorker">, ToWorker>,
  Same<MessagesOf<"fromBackend">, FromBackend>,
  Same<MessagesOf<"toBackend">, ToBackend>,
] = [true, true, true, true];

Deno.test("schema has one row per message type, in the directions of messages.ts", () => {
  assert.ok(directions.every(Boolean));
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.name, row.type])), { ...messageType });
  assert.equal(new Set(rows.map((row) => row.type)).size, rows.length);
});

Deno.test("rowsOf() has a row exactly where a direction has a message", () => {
  assert.equal(rowsOf("fromWorker")[messageType.result]?.name, "result");
  assert.equal(rowsOf("toWorker")[messageType.result], undefined);
  assert.equal(rowsOf("toWorker")[0], undefined);
});

Deno.test("schema requires the fields up to the last that cannot be null", () => {
  const required = (name: string) => rows.find((row) => row.name === name)!.required;
  assert.equal(required("submit"), 7);
  assert.equal(required("welcome"), 6);
  assert.equal(required("refusal"), 6);
  assert.equal(required("cancel"), 2);
});

Deno.test("schema counts tiers and verifications as messages.ts does", () => {
  const max = (name: string) => schema.answer.fields.find((field) => field.name === name)!.max;
  assert.equal(max("tier"), tiers.length - 1);
  assert.equal(max("verified"), verifications.length - 1);
});

Deno.test("schema lets the largest message of every type into a frame", () => {
  const largest = rows.map((row) =>
    row.fields.reduce((sum, field) => {
      const entries = field.kind === "list" ? field.max : 1;
      const unit = field.kind === "list" ? field.of[0]! : field;
      const width = unit.kind === "bytes" || unit.kind === "text" ? unit.max : 18;
      return sum + entries * (width + 9);
    }, 9)
  );
  assert.ok(Math.max(...largest) < limits.frameBytesMax);
});
