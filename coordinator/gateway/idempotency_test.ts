import { assert } from "../../tests/deps.ts";
import { IdempotencyMemory } from "./idempotency.ts";
import { type GatewayLimits, gatewayLimits } from "./limits.ts";
import type { Answered } from "./task.ts";

const answer = (bytes: number): Answered => ({
  output: new Uint8Array(bytes),
  tier: "local",
  verified: "trusted",
  attempts: 0,
  fuel: 1,
  latencyMs: 1,
  price: 1,
  source: null,
});
const keyed = (idempotencyKey: string, request = 1) => ({
  project: "p",
  idempotencyKey,
  identity: "i",
  backend: 1,
  request,
});

function memory(limits: Partial<GatewayLimits>) {
  return new IdempotencyMemory({ ...gatewayLimits, ...limits });
}

Deno.test("keep() forgets the oldest when there are too many keys or too many bytes", () => {
  const few = memory({ idempotencyKeysMax: 2 });
  for (const key of ["a", "b", "c"]) few.keep(keyed(key), answer(1), 0);
  assert.deepEqual(["a", "b", "c"].map((key) => few.find(keyed(key), 0) !== undefined), [false, true, true]);
  const small = memory({ idempotencyBytesMax: 10 });
  for (const key of ["a", "b"]) small.keep(keyed(key), answer(6), 0);
  small.keep(keyed("huge"), answer(11), 0);
  assert.deepEqual(["a", "b", "huge"].map((key) => small.find(keyed(key), 0)?.output.length), [
    undefined,
    6,
    undefined,
  ]);
});

Deno.test("keep() under a known key replaces the answer and its bytes", () => {
  const kept = memory({ idempotencyBytesMax: 10 });
  for (let i = 0; i < 5; i++) kept.keep(keyed("a", i), answer(6), 0);
  kept.keep(keyed("b"), answer(4), 0);
  assert.equal(kept.find(keyed("a"), 0)?.output.length, 6);
  assert.equal(kept.find(keyed("b"), 0)?.output.length, 4);
});

Deno.test("revoke() forgets what a backend's request was answered, and nothing else", () => {
  const kept = memory({});
  kept.keep(keyed("a", 1), answer(1), 0);
  kept.keep(keyed("b", 2), answer(1), 0);
  kept.revoke(1, 1);
  kept.revoke(9, 2);
  assert.equal(kept.find(keyed("a"), 0), undefined);
  assert.notEqual(kept.find(keyed("b"), 0), undefined);
});
