import { P2c2rError } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import { parseManifest } from "../sandbox/mod.ts";
import { assert } from "../tests/deps.ts";
import {
  assembleComponent,
  kernelComponent,
  kernelSections,
  name,
  primitive,
} from "../tests/hostile/component_builder.ts";
import { answer, EXPORTS, kernel } from "../tests/hostile/kernels.ts";
import { kind, op } from "../tests/hostile/wasm_builder.ts";
import { type KernelSettings, LIMITS, makeBundle } from "./kernel_bundle.ts";

const NOW = {
  interface: "wasi:clocks/monotonic-clock@0.2.3",
  function: "now",
  params: [],
  result: primitive.u64,
};

const settings: KernelSettings = {
  id: "probe",
  version: "1.0.0",
  release: 3,
  detection: 0.5,
  nan: "canonical",
  limits: Object.fromEntries(LIMITS.map(({ key, byDefault }) => [key, byDefault])),
};

async function refusal(
  component: Uint8Array<ArrayBuffer>,
  changed: Partial<KernelSettings> = {},
): Promise<string> {
  try {
    await makeBundle(component, { ...settings, ...changed });
    return "made";
  } catch (error) {
    if (error instanceof P2c2rError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** A component whose core imports a function as a component's core gets it: under the interface's name. */
function importing(imported: typeof NOW): Uint8Array<ArrayBuffer> {
  const core = kernel({
    module: {
      rawTypes: [[0x60, 0, 1, 0x7e]],
      imports: [{ module: imported.interface, name: imported.function, type: 0 }],
      exports: EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
    },
  });
  return kernelComponent(core, [imported]);
}

Deno.test("makeBundle() writes a manifest that says what the component is and what its author allows", async () => {
  const { files, summary } = await makeBundle(importing(NOW), settings);
  assert.deepEqual([...files.keys()], ["manifest.json", "component.wasm", "core.wasm"]);
  const manifest = parseManifest(files.get("manifest.json") ?? new Uint8Array(0));
  assert.deepEqual(manifest.imports, [NOW.interface]);
  assert.deepEqual([manifest.id, manifest.release, manifest.detection], ["probe", 3, 0.5]);
  assert.deepEqual(manifest.limits.memoryPages, 4);
  for (const { key, byDefault } of LIMITS) assert.equal(manifest.limits[key], byDefault);
  assert.match(summary, /at most 4 pages of memory, imports 1 function of WASI$/);
});

Deno.test("makeBundle() refuses what no worker would run, by name", async () => {
  const plain = kernelComponent(kernel());
  assert.equal(await refusal(plain), "made");
  const sockets = { ...NOW, interface: "wasi:sockets/instance-network@0.2.3" };
  assert.match(
    await refusal(importing(sockets)),
    /^bundle\.imports: .*wasi:sockets\/instance-network@0\.2\.3, an interface that the sandbox does not answer$/,
  );
  const sections = kernelSections(kernel());
  sections.set("export run", [11, [1, 0x00, ...name("walk"), 0x01, 0, 0x00]]);
  assert.match(await refusal(assembleComponent([...sections.values()])), /it does not export run$/);
  const unbounded = kernelComponent(kernel({ memory: { initial: 4 } }));
  assert.match(await refusal(unbounded), /^bundle\.memory: .*its memory declares no maximum$/);
  const huge = kernelComponent(kernel({ memory: { initial: 4, maximum: 20_000 } }));
  assert.match(await refusal(huge), /manifest\.limits\.memoryPages/);
  const spare = { ...settings.limits, inputBytesMax: limits.inputBytesMax };
  assert.equal(await refusal(plain, { limits: spare }), "made");
  const greedy = { ...settings.limits, inputBytesMax: limits.inputBytesMax + 1 };
  assert.match(await refusal(plain, { limits: greedy }), /manifest\.limits\.inputBytesMax/);
  assert.match(await refusal(plain, { release: 0 }), /manifest\.release/);
  assert.match(await refusal(plain, { detection: 1.5 }), /manifest\.detection/);
  assert.match(await refusal(plain, { id: "Not An Id" }), /manifest\.id/);
  assert.match(await refusal(plain, { version: "1" }), /manifest\.version/);
});

Deno.test("makeBundle() leaves NaN to a kernel whose author says so, and signers make the core by the same word", async () => {
  // An output that is the sum of two doubles of the input.
  const double = (offset: number) => [...op.get(0), 0x2b, 0, offset];
  const run = [
    ...[...op.i32(64), ...double(0), ...double(8), 0xa0, 0x39, 0, 0],
    ...answer(0, op.i32(64), op.i32(8)),
  ];
  const component = kernelComponent(kernel({ run }), []);
  const sizes: number[] = [];
  for (const nan of ["canonical", "own"] as const) {
    const { files } = await makeBundle(component, { ...settings, nan });
    const manifest = parseManifest(files.get("manifest.json") ?? new Uint8Array(0));
    assert.equal(manifest.meter.nan, nan);
    sizes.push(files.get("core.wasm")?.length ?? 0);
  }
  assert.ok((sizes[0] ?? 0) > (sizes[1] ?? 0), sizes.join(" "));
});
