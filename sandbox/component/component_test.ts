import fc from "fast-check";
import { P2c2rError } from "../../protocol/errors.ts";
import { assert } from "../../tests/deps.ts";
import {
  assembleComponent,
  kernelComponent,
  kernelSections,
  name,
  primitive,
  type Section,
} from "../../tests/hostile/component_builder.ts";
import { kernel } from "../../tests/hostile/kernels.ts";
import { readComponent } from "./component.ts";
import { planOf } from "./plan.ts";

const core = kernel();
const NOW = {
  interface: "wasi:clocks/monotonic-clock@0.2.3",
  function: "now",
  params: [],
  result: primitive.u64,
} as const;

function refusal(work: () => unknown): string {
  try {
    work();
    return "taken";
  } catch (error) {
    if (error instanceof P2c2rError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** What planning says of a kernel's component with one section replaced, or put behind the others. */
function planned(
  changes: Readonly<Record<string, Section>>,
  imports = [NOW] as Parameters<typeof kernelSections>[1],
) {
  const sections = kernelSections(core, imports);
  for (const [key, section] of Object.entries(changes)) sections.set(key, section);
  return refusal(() => planOf(readComponent(assembleComponent([...sections.values()]))));
}

Deno.test("planOf() gives the one core of a component that imports nothing, and the names of its exports", () => {
  const plan = planOf(readComponent(kernelComponent(core)));
  const of = (name: string) => ({ from: 0, export: name });
  assert.deepEqual(plan, {
    cores: [{ bytes: core, imports: [] }],
    starts: [],
    memory: of("memory"),
    realloc: of("cabi_realloc"),
    run: of("run"),
    check: of("check"),
    postRun: of("cabi_post_run"),
    postCheck: of("cabi_post_check"),
  });
});

Deno.test("planOf() says which functions of WASI a core gets", () => {
  const { cores } = planOf(readComponent(kernelComponent(core, [NOW])));
  const item = { interface: NOW.interface, function: "now", realloc: undefined };
  assert.deepEqual(cores, [{
    bytes: core,
    imports: [{ module: NOW.interface, items: new Map([["now", item]]) }],
  }]);
});

Deno.test("planOf() refuses foreign imports by name: interfaces, functions of known interfaces, single functions", () => {
  const withImport = (of: string, name = "now") => planned({}, [{ ...NOW, interface: of, function: name }]);
  assert.match(
    withImport("wasi:sockets/tcp@0.2.3"),
    /^bundle\.imports: .*imports wasi:sockets\/tcp@0\.2\.3, an interface/,
  );
  assert.match(withImport("game:secrets/store@1.0.0"), /imports game:secrets\/store@1\.0\.0, an interface/);
  assert.match(withImport("wasi:cli/exit@0.3.0"), /imports wasi:cli\/exit@0\.3\.0, an interface/);
  assert.match(
    withImport(NOW.interface, "later"),
    /imports wasi:clocks\/monotonic-clock@0\.2\.3#later, a function/,
  );
  assert.match(withImport("x\u001b[31m"), /imports x\?\[31m, an interface/);
  const single: Section = [10, [1, 0x00, ...name("log"), 0x01, 0]];
  assert.match(planned({ log: single }), /^bundle\.imports: .*imports the func log$/);
});

Deno.test("planOf() refuses what a core cannot be given: results without a memory, strange resources, starts that are not its own", () => {
  const lowered = (of: string, name: string) => planned({}, [{ ...NOW, interface: of, function: name }]);
  assert.match(lowered("wasi:clocks/wall-clock@0.2.3", "now"), /lowers now without a memory$/);
  const random = { ...NOW, interface: "wasi:random/random@0.2.3", function: "get-random-bytes" };
  // Memory 0 is that of the core, which is not there yet when the function is lowered.
  const withMemory: Section = [8, [1, 0x01, 0x00, 0, 1, 0x03, 0]];
  assert.match(planned({ "lower 0": withMemory }, [random]), /names core memory 0, which is not there/);
  const dropped = (resource: string) =>
    planned({
      "alias type": [6, [1, 0x03, 0x00, 0, ...name(resource)]],
      // Behind the types of the import and of the world.
      "drop": [8, [1, 0x03, 8]],
      "bag": [2, [1, 0x01, 1, ...name("drop"), 0x00, 6]],
      "more": [1, [...core]],
      "use": [2, [1, 0x00, 1, 1, ...name("env"), 0x12, 2]],
    });
  assert.equal(dropped("pollable"), "taken");
  assert.match(
    dropped("tcp-socket"),
    /^bundle\.imports: .*tcp-socket, a resource that the sandbox does not have$/,
  );
  const starter = Uint8Array.fromHex("0061736d0100000001040160000002050100000000080100");
  const started = (item: readonly number[]) =>
    planned({
      "starter": [1, [...starter]],
      "bag": [2, [1, 0x01, 1, ...name(""), 0x00, ...item]],
      "start": [2, [1, 0x00, 1, 1, ...name(""), 0x12, 2]],
    });
  // Core function 0 is the lowered one, 1 the core's own allocator.
  assert.match(started([0]), /its start function is not a core module's own$/);
  assert.equal(started([1]), "taken");
});

Deno.test("planOf() refuses a component of another world and says how it differs", () => {
  const rename = (key: string, to: string): Readonly<Record<string, Section>> => {
    const [id, body] = kernelSections(core, [NOW]).get(key) as Section;
    const from = key === "export run" ? "run" : "check";
    return { [key]: [id, [1, 0x00, ...name(to), ...body.slice(2 + name(from).length)]] };
  };
  assert.match(
    planned(rename("export run", "walk")),
    /^bundle\.malformed: .*not of the kernel world: it does not export run$/,
  );
  assert.match(planned(rename("export check", "judge")), /it does not export check$/);
  const more: Section = [11, [1, 0x00, ...name("more"), 0x01, 1, 0x00]];
  assert.match(planned({ more }), /it exports more as well$/);
  const twice: Section = [11, [1, 0x00, ...name("run"), 0x01, 1, 0x00]];
  assert.match(planned({ twice }), /exports run twice, at byte \d+$/);
  const sections = kernelSections(core, [NOW]);
  const lift = [...(sections.get("lift") as Section)[1]];
  // The last byte is the type of check: run's in its place.
  assert.match(
    planned({ lift: [8, [...lift.slice(0, -1), 4]] }),
    /its check is func\(list<u8>, list<list<u8>>\) -> result<list<u8>, string>, not func/,
  );
  assert.match(
    planned({ "export run": [11, [1, 0x00, ...name("run"), 0x01, 0, 0x00]] }),
    /its run is not a function of its own/,
  );
});

Deno.test("readComponent() refuses what it does not know, with the place", () => {
  assert.match(refusal(() => readComponent(core)), /it is a core module and no component, at byte 0$/);
  assert.match(
    refusal(() => readComponent(Uint8Array.of(0, 0x61, 0x73, 0x6d, 13))),
    /ends too early, at byte 5$/,
  );
  assert.match(
    refusal(() => readComponent(new TextEncoder().encode("not wasm at all"))),
    /does not start as a component/,
  );
  assert.match(planned({ nested: [4, [0]] }), /holds another component/);
  assert.match(planned({ start: [9, [0]] }), /has a section of kind 9/);
  assert.match(planned({ odd: [200, [0]] }), /has a section of kind 200/);
  assert.match(
    planned({ more: [8, [0, 1]] }),
    /has bytes behind the end of a section's contents, at byte \d+$/,
  );
  assert.match(planned({ canon: [8, [1, 0x04, 0]] }), /uses built-in 4/);
  assert.match(planned({ drop: [8, [1, 0x03, 0]] }), /drops a handle of type 0, which is not imported/);
  assert.match(
    planned({ utf16: [8, [1, 0x01, 0x00, 0, 1, 0x01]] }),
    /strings that are not UTF-8, or functions that wait/,
  );
  assert.match(planned({ async: [8, [1, 0x01, 0x00, 0, 1, 0x06]] }), /functions that wait/);
  assert.match(planned({ lower: [8, [1, 0x01, 0x00, 1, 0]] }), /lowers a function of its own/);
  assert.match(planned({ alias: [6, [1, 0x00, 0x00, 0x01, 9, ...name("x")]] }), /names core instance 9/);
  assert.match(
    planned({ bag: [6, [1, 0x00, 0x00, 0x01, 0, ...name("x")]] }),
    /takes x from core instance 0, which does not have it/,
  );
  assert.match(planned({ module: [2, [1, 0x00, 7, 0]] }), /instantiates core module 7/);
  assert.match(planned({ type: [7, [1, 0x3f, 0x7f, 0x00]] }), /defines a resource of its own/);
  assert.match(planned({ type: [7, [1, 0x70, 99]] }), /names type 99, which is not defined/);
  assert.match(planned({ type: [7, [1, 0x50]] }), /type of an unknown kind \(0x50\)/);
  assert.match(planned({ type: [7, [0xff, 0xff, 0xff, 0xff, 0x7f]] }), /more than 32 bits/);
  assert.match(planned({ type: [7, [0x91, 0x4e]] }), /has a list of 10001 entries/);
});

Deno.test("planOf() refuses modules that are used twice or not at all, and more cores than a kernel has", () => {
  const module = (count: number): Readonly<Record<string, Section>> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`more ${i}`, [1, [...core]] as Section]));
  assert.match(planned(module(1)), /holds a core module that it does not use/);
  assert.match(planned({ again: [2, [1, 0x00, 0, 0]] }), /instantiates a core module twice/);
  const used = (count: number) => ({
    ...module(count),
    ...Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`use ${i}`, [2, [1, 0x00, i + 1, 0]] as Section]),
    ),
  });
  assert.equal(planned(used(7)), "taken");
  assert.match(planned(used(8)), /has more than 8 core modules/);
});

Deno.test("readComponent() and planOf() meet mutated components with a plan or a coded refusal, never anything else", () => {
  const whole = kernelComponent(core, [NOW, { ...NOW, function: "resolution" }]);
  const place = fc.nat({ max: whole.length - 1 });
  const edits = fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
  let taken = 0;
  fc.assert(
    fc.property(edits, fc.option(place), (bytes, end) => {
      const mutant = whole.slice(0, end ?? whole.length);
      for (const [at, byte] of bytes) if (at < mutant.length) mutant[at] = byte;
      if (refusal(() => planOf(readComponent(mutant))) === "taken") taken += 1;
    }),
    { numRuns: 2_000 },
  );
  // Most edits hit the core module, which planning does not judge.
  assert.ok(taken > 0);
});
