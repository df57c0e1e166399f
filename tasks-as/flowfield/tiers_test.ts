import { assert } from "../../tests/deps.ts";
import { digestIn } from "../testing/child.ts";

const script = new URL("testing/print_digest.ts", import.meta.url);

Deno.test("run() gives the same bytes in separate processes and in both compiler tiers of V8", async () => {
  const [first, second, baseline, optimised] = await Promise.all([
    digestIn(script, ["200"], []),
    digestIn(script, ["200"], []),
    digestIn(script, ["200"], ["--liftoff-only"]),
    digestIn(script, ["200"], ["--no-liftoff", "--no-wasm-tier-up"]),
  ]);
  assert.match(first as string, /^[0-9a-f]{64}$/);
  assert.equal(second, first);
  assert.equal(baseline, first);
  assert.equal(optimised, first);
});
