import { assert } from "../../tests/deps.ts";
import { assemble, kind, op } from "../../tests/hostile/wasm_builder.ts";
import { Gauge, MACHINE_FAILED, meter, METER_EXPORTS } from "./mod.ts";

function instance(body: readonly number[]): WebAssembly.Exports {
  const core = assemble({
    functions: [{ params: [], results: [], body }],
    exports: [{ name: "run", kind: kind.func, index: 0 }],
  });
  return new WebAssembly.Instance(new WebAssembly.Module(meter(core))).exports;
}

function run(exports: WebAssembly.Exports): void {
  (exports["run"] as () => void)();
}

Deno.test("Gauge adds up the counters of several instances under one budget", () => {
  const instances = [instance([]), instance([...op.i32(1), ...op.eqz, ...op.drop])];
  const gauge = new Gauge(instances);
  gauge.fill(3);
  assert.deepEqual(gauge.read(), { state: "within", fuel: 0 });
  instances.forEach(run);
  assert.deepEqual(gauge.read(), { state: "within", fuel: 3 });
  run(instances[0] as WebAssembly.Exports);
  assert.deepEqual(gauge.read(), { state: "exhausted", fuel: 3 }, "more than the budget, together");
});

Deno.test("Gauge tells calls that nest too deeply and a machine that failed from an empty budget", () => {
  const recursive = instance(op.call(0));
  const gauge = new Gauge([recursive]);
  gauge.fill(2 ** 52);
  assert.throws(() => run(recursive), WebAssembly.RuntimeError);
  assert.equal(gauge.read().state, "deep");
  (recursive[METER_EXPORTS.fuel] as WebAssembly.Global).value = MACHINE_FAILED;
  assert.deepEqual(gauge.read(), { state: "failed", fuel: 0 });
});

Deno.test("Gauge takes a counter that rose above its budget for an empty one", () => {
  const instances = [instance([]), instance([])];
  const gauge = new Gauge(instances);
  gauge.fill(10);
  instances.forEach(run);
  const counter = instances[0]?.[METER_EXPORTS.fuel] as WebAssembly.Global;
  for (const [left, state] of [[10n, "within"], [11n, "exhausted"], [2n ** 63n - 1n, "exhausted"]] as const) {
    counter.value = left;
    assert.deepEqual(gauge.read(), { state, fuel: left > 10n ? 10 : 1 }, String(left));
  }
});

Deno.test("Gauge refuses a module that is not metered", () => {
  const plain = new WebAssembly.Instance(new WebAssembly.Module(assemble({ functions: [] }))).exports;
  assert.throws(() => new Gauge([plain]), TypeError);
});
