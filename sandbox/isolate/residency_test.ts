import { assert, fc } from "../../tests/deps.ts";
import { Residency } from "./residency.ts";

function plan(residency: Residency, ...needed: readonly (readonly [string, number])[]) {
  const { missing, dropped } = residency.admit(needed.map(([digest, bytes]) => ({ digest, bytes })));
  return { missing: [...missing], dropped: [...dropped] };
}

Deno.test("admit() sends what is not there, once", () => {
  const residency = new Residency(100);
  assert.deepEqual(plan(residency, ["a", 10], ["b", 10]), { missing: ["a", "b"], dropped: [] });
  assert.deepEqual(plan(residency, ["b", 10], ["a", 10]), { missing: [], dropped: [] });
});

Deno.test("admit() drops the least recently used, until the rest fits", () => {
  const residency = new Residency(30);
  plan(residency, ["a", 10], ["b", 10], ["c", 10]);
  plan(residency, ["a", 10]);
  assert.deepEqual(plan(residency, ["d", 15]), { missing: ["d"], dropped: ["b", "c"] });
  assert.deepEqual(plan(residency, ["b", 10]), { missing: ["b"], dropped: ["a"] });
});

Deno.test("admit() keeps what the task needs even where it passes the budget by itself", () => {
  const residency = new Residency(10);
  assert.deepEqual(plan(residency, ["a", 8], ["b", 8]), { missing: ["a", "b"], dropped: [] });
  assert.deepEqual(plan(residency, ["c", 1]), { missing: ["c"], dropped: ["a"] });
});

Deno.test("admit() agrees with a thread that does as it is told, whatever the tasks", () => {
  const task = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 4 });
  fc.assert(fc.property(fc.array(task), fc.integer({ min: 0, max: 40 }), (tasks, bytesMax) => {
    const residency = new Residency(bytesMax);
    const thread = new Set<string>();
    const bytesOf = (digest: string) => digest.charCodeAt(0) - 90;
    for (const needed of tasks) {
      const { missing, dropped } = residency.admit(
        needed.map((digest) => ({ digest, bytes: bytesOf(digest) })),
      );
      for (const digest of dropped) assert.ok(thread.delete(digest), "only what is there is dropped");
      for (const digest of missing) assert.ok(!thread.has(digest), "only what is not there is sent");
      for (const digest of missing) thread.add(digest);
      for (const digest of needed) assert.ok(thread.has(digest), "what is needed is there");
      const others = [...thread].filter((digest) => !needed.includes(digest));
      const bytes = [...thread].reduce((sum, digest) => sum + bytesOf(digest), 0);
      assert.ok(bytes <= bytesMax || others.length === 0, "the budget holds, but for what is needed");
    }
  }));
});
