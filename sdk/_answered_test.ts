import assert from "node:assert/strict";
import { Answered } from "./_answered.ts";
import { KernelHandle } from "./_kernel_table.ts";

Deno.test("Answered remembers the last 32,768 request numbers and no earlier one", () => {
  const answered = new Answered();
  const [one, two] = [new KernelHandle(0, "one", null), new KernelHandle(1, "two", null)];
  assert.equal(answered.get(1), undefined);
  answered.set(1, one);
  answered.set(32_768, two);
  assert.deepEqual([answered.get(1), answered.get(32_768)], [one, two]);
  assert.equal(answered.get(32_769), undefined, "not answered yet");
  answered.set(32_769, two);
  assert.deepEqual([answered.get(1), answered.get(32_769)], [undefined, two]);
});
