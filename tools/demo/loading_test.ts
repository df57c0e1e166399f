import { assert } from "../../tests/deps.ts";
import { untilPeersAnswer } from "./loading.ts";

Deno.test("untilPeersAnswer() asks until twenty answers in a row came from peers", async () => {
  let asked = 0;
  await untilPeersAnswer((deadlineMs) => {
    assert.equal(deadlineMs, 1_000);
    asked++;
    return Promise.resolve(asked > 3 && asked !== 10);
  });
  assert.equal(asked, 30);
});

Deno.test("untilPeersAnswer() ends where no peer ever answers", async () => {
  let asked = 0;
  await untilPeersAnswer(() => {
    asked++;
    return Promise.resolve(false);
  });
  assert.equal(asked, 300);
});
