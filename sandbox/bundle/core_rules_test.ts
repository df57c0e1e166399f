import { P2c2rError } from "../../protocol/errors.ts";
import { assert } from "../../tests/deps.ts";
import { EXPORTS, kernel } from "../../tests/hostile/kernels.ts";
import { kind, type } from "../../tests/hostile/wasm_builder.ts";
import { meter } from "../meter/mod.ts";
import { compileCore } from "./core_rules.ts";

const CLOCK = "wasi:clocks/monotonic-clock@0.2.3";
const RANDOM = "wasi:random/random@0.2.3";
const NOW = [0x60, 0, 1, type.i64];
const BYTES = [0x60, 2, type.i64, type.i32, 0];

/** What compiling says of a kernel that imports one function, and is allowed some interfaces. */
async function said(
  [module, name, of]: readonly [string, string, readonly number[]],
  interfaces: readonly string[],
  more: readonly { readonly name: string; readonly kind: number; readonly index: number }[] = [],
): Promise<string> {
  const core = kernel({
    module: {
      rawTypes: [of],
      imports: [{ module, name, type: 0 }],
      exports: [
        ...EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
        ...more,
      ],
    },
  });
  try {
    await compileCore(meter(core), 4, interfaces);
    return "compiled";
  } catch (error) {
    if (error instanceof P2c2rError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

Deno.test("compileCore() takes functions of the interfaces that the manifest names, with WASI's own types", async () => {
  assert.equal(await said([CLOCK, "now", NOW], [CLOCK]), "compiled");
  assert.equal(await said([CLOCK, "now 1", NOW], [CLOCK]), "compiled");
  const drop = [0x60, 1, type.i32, 0];
  assert.equal(
    await said(["wasi:io/streams@0.2.3", "[resource-drop]output-stream", drop], ["wasi:io/streams@0.2.3"]),
    "compiled",
  );
  const realloc = { name: "host_realloc_0", kind: kind.func, index: 1 };
  assert.equal(await said([RANDOM, "get-random-bytes", BYTES], [RANDOM], [realloc]), "compiled");
});

Deno.test("compileCore() refuses every other import by name", async () => {
  const foreign: readonly (readonly [string, string, readonly number[], readonly string[]])[] = [
    [CLOCK, "now", NOW, []],
    [CLOCK, "now", NOW, [RANDOM]],
    [CLOCK, "later", NOW, [CLOCK]],
    [CLOCK, "now", BYTES, [CLOCK]],
    [CLOCK, "now 01", NOW, [CLOCK]],
    [CLOCK, "now -1", NOW, [CLOCK]],
    [CLOCK, "now 0", NOW, [CLOCK]],
    [CLOCK, "constructor", NOW, [CLOCK]],
    ["wasi:io/streams@0.2.3", "[resource-drop]tcp-socket", [0x60, 1, type.i32, 0], ["wasi:io/streams@0.2.3"]],
    ["env", "log", NOW, [CLOCK]],
    ["__proto__", "now", NOW, [CLOCK]],
  ];
  for (const [module, name, of, interfaces] of foreign) {
    assert.equal(
      await said([module, name, of], interfaces),
      `bundle.imports: Cannot use core.wasm: it imports ${module}.${name}`,
    );
  }
  assert.match(
    await said([CLOCK, "now", NOW], [CLOCK, RANDOM]),
    /does not import wasi:random\/random@0\.2\.3, as it should/,
  );
});

Deno.test("compileCore() wants the allocator that the host will call, by its number and with its type", async () => {
  const wanted = /does not export host_realloc_/;
  assert.match(await said([RANDOM, "get-random-bytes", BYTES], [RANDOM]), wanted);
  const zero = { name: "host_realloc_0", kind: kind.func, index: 1 };
  assert.match(
    await said([RANDOM, "get-random-bytes 1", BYTES], [RANDOM], [zero]),
    /does not export host_realloc_1/,
  );
  // Number 4 is cabi_post_run.
  assert.match(await said([RANDOM, "get-random-bytes", BYTES], [RANDOM], [{ ...zero, index: 4 }]), wanted);
});
