import { assert } from "../deps.ts";
import { allFaults, type FaultKind } from "./faults.ts";
import { complaint } from "./main.ts";
import { simulate } from "./simulation.ts";

Deno.test("simulate() replays a seed to the same events and the same hash", async () => {
  for (const seed of [1, 44, 78]) {
    const [first, second] = [await simulate(seed), await simulate(seed)];
    assert.deepEqual([first.events, first.acts, first.hash], [second.events, second.acts, second.hash]);
    assert.ok(first.events > 0);
  }
});

Deno.test("simulate() plays different histories from different seeds", async () => {
  const hashes = new Set<string>();
  for (let seed = 1; seed <= 6; seed++) hashes.add((await simulate(seed)).hash);
  assert.equal(hashes.size, 6);
});

Deno.test("simulate() finds every promise kept, whatever goes wrong", async () => {
  const met = new Set<FaultKind>();
  for (let seed = 1_000_001; seed <= 1_000_050; seed++) {
    const report = await simulate(seed);
    assert.equal(report.violation, null, complaint(report));
    for (const kind of report.faults.keys()) met.add(kind);
  }
  const missed = allFaults.filter((kind) => !met.has(kind));
  assert.ok(missed.length <= 4, `never happened: ${missed}`);
});
