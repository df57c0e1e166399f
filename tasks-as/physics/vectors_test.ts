/** The kernel against closed forms, against an independent implementation, and against itself elsewhere. */
import { assert } from "../../tests/deps.ts";
import { simulate } from "./testing/world.ts";
import { allCases, type Case, distanceFrom } from "./vectors/cases.ts";
import { type Golden, goldenDigests } from "./vectors/golden.ts";
import golden from "./vectors/golden.json" with { type: "json" };
import vectors from "./vectors/vectors.json" with { type: "json" };

for (const { name, source, scene, expected } of vectors as unknown as Case[]) {
  Deno.test(`run() agrees with the ${source}: ${name}`, () => {
    const last = Math.max(...expected.map((one) => one.step));
    simulate(scene, last, (state, step) => {
      for (const { body, quantity, value, tolerance } of expected.filter((one) => one.step === step)) {
        const actual = state.bodies[body]?.[quantity];
        assert.ok(actual !== undefined);
        const distance = distanceFrom(actual, value);
        assert.ok(
          distance <= tolerance,
          `step ${step}, body ${body}: ${quantity} ${actual}, expected ${value}: ${distance}`,
        );
      }
    });
  });
}

Deno.test("vectors.json is what its generator computes", () => {
  const computed = allCases();
  assert.equal(computed.length, vectors.length);
  computed.forEach((one, i) => {
    const stored = vectors[i] as unknown as Case;
    assert.equal(one.name, stored.name);
    one.expected.forEach((expectation, k) => {
      const value = stored.expected[k]?.value.map((x) => x ?? null) ?? [];
      // The oracle uses the platform's sine and cosine, which may differ in the last bit.
      assert.ok(distanceFrom(expectation.value.map((x) => x ?? 0), value) < 1e-6);
    });
  });
});

Deno.test("run() gives the golden bytes", async () => {
  assert.deepEqual(await goldenDigests(), golden);
});

for (const flags of [[], ["--v8-flags=--liftoff-only"], ["--v8-flags=--no-liftoff"]]) {
  const where = flags.length === 0 ? "in another process" : `under ${flags}`;
  Deno.test(`run() gives the golden bytes ${where}`, async () => {
    const script = new URL("vectors/golden.ts", import.meta.url).pathname;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...flags, script],
      stdout: "piped",
      stderr: "inherit",
    });
    const { code, stdout } = await process.output();
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)) as Golden[], golden);
  });
}
