import { assert } from "../deps.ts";
import { P2c2rError } from "../../protocol/mod.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { bundleAround } from "./bundles.ts";
import { EXPORTS, fn, kernel, spin } from "./kernels.ts";
import { kind, type ModuleParts, op, type, unsigned } from "./wasm_builder.ts";

async function refusalOf(core: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    await bundleAround(core);
    return "accepted";
  } catch (error) {
    if (error instanceof P2c2rError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

async function expectRefused(
  code: string,
  cores: Readonly<Record<string, readonly [core: Uint8Array<ArrayBuffer>, why: RegExp]>>,
): Promise<void> {
  for (const [what, [core, why]] of Object.entries(cores)) {
    const refusal = await refusalOf(core);
    assert.ok(refusal.startsWith(`${code}: `), `${what}: ${refusal}`);
    assert.match(refusal, why, what);
  }
}

function withModule(module: Partial<ModuleParts>): Uint8Array<ArrayBuffer> {
  return kernel({ module });
}

/** Several flags of a memory stand for features; the engine must know the feature for the test to mean something. */
function known(core: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  assert.ok(WebAssembly.validate(core), "the engine accepts it, so the sandbox has to refuse it");
  return core;
}

Deno.test("loadBundle() accepts the kernel that the refused ones are made from", async () => {
  assert.equal(await refusalOf(meter(known(kernel()))), "accepted");
});

Deno.test("loadBundle() refuses a module that does not count its work", async () => {
  const counters = [...EXPORTS, { name: "p2c2r_fuel", kind: kind.global, index: 0 }];
  await expectRefused("bundle.malformed", {
    "no meter": [known(kernel()), /not metered: it does not export p2c2r_fuel/],
    "a counter of another type": [known(withModule({ exports: counters })), /not metered/],
  });
});

Deno.test("loadBundle() refuses every import by name", async () => {
  const importing = (module: string, name: string): Partial<ModuleParts> => ({
    rawTypes: [[0x60, 0, 0]],
    imports: [{ module, name }],
    exports: EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
  });
  await expectRefused("bundle.imports", {
    "a function of the host": [known(withModule(importing("env", "print"))), /env\.print/],
    "WASI": [known(withModule(importing("wasi:cli/exit@0.2.0", "exit"))), /wasi:cli\/exit@0\.2\.0\.exit/],
    "a name without end": [known(withModule(importing("x".repeat(5000), "y"))), /x{90}/],
  });
});

Deno.test("loadBundle() refuses memory that no maximum bounds", async () => {
  await expectRefused("bundle.memory", {
    "no maximum": [known(kernel({ memory: { initial: 4 } })), /declares no maximum/],
    "a maximum above the manifest's": [
      known(kernel({ memory: { initial: 4, maximum: 5 } })),
      /5 pages, limit is 4/,
    ],
    "the largest maximum": [known(kernel({ memory: { initial: 0, maximum: 65_536 } })), /limit is 4/],
  });
  await expectRefused("bundle.feature", {
    "shared memory": [
      known(kernel({ memory: { initial: 1, maximum: 4, flags: 3 } })),
      /shared memory, in memories, byte \d+/,
    ],
    "memory of 64 bits": [
      known(
        kernel({ run: op.unreachable, check: op.unreachable, memory: { initial: 4, maximum: 4, flags: 5 } }),
      ),
      /64 bits/,
    ],
    "two memories": [
      known(withModule({ memories: [{ initial: 4, maximum: 4 }, { initial: 1, maximum: 60_000 }] })),
      /several memories \(2\)/,
    ],
  });
});

Deno.test("loadBundle() refuses tables that no maximum bounds", async () => {
  const many = Array.from({ length: 3 }, () => ({ initial: 1, maximum: 30_000 }));
  await expectRefused("bundle.memory", {
    "no maximum": [known(withModule({ tables: [{ initial: 1 }] })), /declares no maximum/],
    "a large maximum": [
      known(withModule({ tables: [{ initial: 1, maximum: 10_000_000 }] })),
      /10000000 entries/,
    ],
    "many tables": [known(withModule({ tables: many })), /90000 entries/],
  });
  // Its element type takes two bytes; a reader that took one would read 1, 0, 1 as flags, size and maximum.
  const typed = { element: [0x63, 1], initial: 1 };
  await expectRefused("bundle.feature", {
    "a table of 64 bits": [known(withModule({ tables: [{ initial: 1, maximum: 2, flags: 5 }] })), /64 bits/],
    "a table of typed functions without maximum": [
      known(withModule({ tables: [typed] })),
      /table that is not plain/,
    ],
  });
});

Deno.test("loadBundle() refuses what makes objects outside the bounded memory", async () => {
  await expectRefused("bundle.feature", {
    "an array type": [known(withModule({ rawTypes: [[0x5e, type.i32, 1]] })), /garbage collection/],
    "a recursive group": [known(withModule({ rawTypes: [[0x4e, 1, 0x5f, 0]] })), /garbage collection/],
    "a function over references of a kind of their own": [
      known(withModule({ rawTypes: [[0x60, 1, 0x6e, 0]] })),
      /value type/,
    ],
    "exceptions": [
      known(withModule({ rawTypes: [[0x60, 0, 0]], rawSections: [{ id: 13, body: [1, 0, 0] }] })),
      /exceptions/,
    ],
  });
});

Deno.test("loadBundle() refuses a start function: it would run before any limit is set", async () => {
  const core = kernel({ module: { start: 5 }, more: [{ params: [], results: [], body: spin }] });
  await expectRefused("bundle.malformed", { "a start function that spins": [known(core), /start function/] });
});

Deno.test("loadBundle() refuses a module without the exports of the kernel interface", async () => {
  const without = (name: string) => withModule({ exports: EXPORTS.filter((one) => one.name !== name) });
  const swapped = EXPORTS.map((one) => one.name === "run" ? { ...one, index: fn.check } : one);
  const asGlobal = EXPORTS.map((one) => one.name === "run" ? { ...one, kind: kind.global, index: 0 } : one);
  await expectRefused("bundle.malformed", {
    ...Object.fromEntries(
      EXPORTS.map((
        { name },
      ) => [`no ${name}`, [known(without(name)), new RegExp(`export .*${name}`)] as const]),
    ),
    "run with the type of check": [
      known(withModule({ exports: swapped })),
      /run as \(i32 i32 i32 i32 -> i32\)/,
    ],
    "run that is a global": [known(withModule({ exports: asGlobal })), /run as/],
  });
});

Deno.test("loadBundle() refuses bytes that are no core module", async () => {
  const core = kernel();
  const component = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00);
  const unclosed = kernel({ run: [...op.loop, ...op.i32(0)] });
  await expectRefused("bundle.malformed", {
    "nothing": [new Uint8Array(0), /valid core module/],
    "text": [new TextEncoder().encode("(module)"), /valid core module/],
    "a component": [component, /valid core module/],
    "a module cut short": [core.slice(0, -1), /valid core module/],
    "code that does not validate": [unclosed, /valid core module/],
    "a section longer than the file": [
      Uint8Array.from([...core, 0, ...unsigned(1000), 1, 0x61]),
      /valid core module/,
    ],
  });
});
