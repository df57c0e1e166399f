// What the kernels' vectors cost, as it was written down when the bundles were built: an engine or a meter that counts
// otherwise is seen here. Each call has an instance of its own, so a check has to find room for the largest output too.
import { assert } from "../deps.ts";
import { fuelProblem, measureFuel, readFuel } from "../../tasks-as/build/fuel.ts";
import { versionOf } from "../../tasks-as/testing/cases.ts";

const root = new URL("../../tasks-as/", import.meta.url);
for (const [kernel, version] of Object.entries(versionOf)) {
  Deno.test(`${kernel} costs on its vectors what is written beside them`, async () => {
    const bundle = new URL(`bundles/${kernel}/${version}/`, root);
    const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", bundle)));
    const core = await Deno.readFile(new URL("core.wasm", bundle));
    const record = await readFuel(root, kernel);
    assert.ok(record !== undefined && Object.keys(record.run).length > 3);
    assert.deepEqual([record.meter, record.weights], [manifest.meter.version, manifest.meter.weights]);
    assert.deepEqual(await measureFuel(kernel, core, manifest.files["component.wasm"]), record);
  });
}

Deno.test("fuelProblem() allows other amounts for another component or version, and for nothing else", async () => {
  const record = await readFuel(root, "pathfind");
  assert.ok(record !== undefined);
  const [name, fuel] = Object.entries(record.run)[0] ?? [];
  const other = { ...record, run: { ...record.run, [`${name}`]: (fuel ?? 0) + 1 } };
  assert.equal(fuelProblem(record, record), undefined);
  assert.match(fuelProblem(record, other) ?? "", /costs \d+ fuel and cost \d+; raise the version/);
  assert.equal(fuelProblem(record, { ...other, component: "another" }), undefined);
  assert.equal(fuelProblem(record, { ...other, meter: record.meter + 1 }), undefined);
  assert.equal(fuelProblem(record, { ...other, weights: record.weights + 1 }), undefined);
});
