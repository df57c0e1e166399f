import { assert } from "../../tests/deps.ts";
import { assemble, kind, type ModuleParts, op, unsigned } from "../../tests/hostile/wasm_builder.ts";
import { Machine, NONE, NUMBER, PLENTY } from "../../tests/meter/machine.ts";
import { MACHINE_FAILED, meter, METER_EXPORTS, RECURSION_SLOTS_MAX } from "./mod.ts";

function refusal(core: Uint8Array<ArrayBuffer>): string {
  try {
    meter(core);
    return "taken";
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
}

Deno.test("meter() charges straight code once, by the weights of its instructions", () => {
  const straight = [...op.get(0), ...op.i32(3), ...op.add, ...op.get(0), ...op.divU];
  // Entry 1, add 1, div_u 8; constants and locals are free.
  assert.equal(new Machine([{ ...NUMBER, body: straight }]).usedBy(7), 10);
  // A trap in the middle does not change what was paid.
  assert.equal(new Machine([{ ...NUMBER, body: straight }]).usedBy(0), 10);
});

Deno.test("meter() charges a loop of one piece once a turn, exactly", () => {
  const countdown = [
    ...[...op.block, ...op.loop, ...op.get(0), ...op.eqz, ...op.brIf(1)],
    ...[...op.get(0), ...op.i32(1), ...op.sub, ...op.set(0), ...op.br(0), ...op.end, ...op.end, ...op.get(0)],
  ];
  const machine = new Machine([{ ...NUMBER, body: countdown }]);
  const [none, one, ten] = [machine.usedBy(0), machine.usedBy(1), machine.usedBy(10)];
  // A turn: its head 1, eqz 1, br_if 1, sub 1, br 1.
  assert.equal(one - none, 5);
  assert.equal(ten - none, 50);
});

Deno.test("meter() charges bulk operations by their length", () => {
  const fill = [...op.i32(0), ...op.i32(7), ...op.get(0), ...op.fill, ...op.i32(0)];
  const machine = new Machine([{ ...NUMBER, body: fill }], { memories: [{ initial: 1, maximum: 1 }] });
  const base = machine.usedBy(0);
  assert.equal(base, 17);
  assert.equal(machine.usedBy(7), base);
  assert.equal(machine.usedBy(8), base + 1);
  assert.equal(machine.usedBy(65_536), base + 8_192);
  // What does not fit the budget is not begun: the memory is as it was.
  machine.fuel.value = 5_000n;
  assert.throws(() => machine.run(65_536), WebAssembly.RuntimeError);
  assert.ok(machine.fuel.value < 0n);
  // A length outside the memory is paid as well, and is a trap like any other.
  machine.fuel.value = PLENTY;
  assert.equal(machine.usedBy(-1), base + (2 ** 32 - 1 - 7) / 8);
});

Deno.test("meter() charges memory by the page and gives what the module may have", () => {
  const grow = [...op.get(0), ...op.memoryGrow];
  const machine = new Machine([{ ...NUMBER, body: grow }], { memories: [{ initial: 1, maximum: 3 }] });
  assert.equal(machine.usedBy(2), 17 + 2 * 4_096);
  // More than it may have is the module's own mistake: -1, as the standard says, and no failure of the machine.
  assert.equal(machine.run(1), -1);
  assert.ok(machine.fuel.value > 0n);
});

Deno.test("meter() tells a machine that does not give what a module may have from everything else", () => {
  const grow = [...op.nullFunction, ...op.get(0), ...op.tableGrow(0)];
  // No engine gives a table of two billion entries; the module may have it, by what it declares.
  const machine = new Machine([{ ...NUMBER, body: grow }], { tables: [{ initial: 0 }] });
  assert.equal(machine.run(10), 0);
  assert.throws(() => machine.run(0x7fff_ffff), WebAssembly.RuntimeError);
  assert.equal(machine.fuel.value, MACHINE_FAILED);
});

Deno.test("meter() stops recursion at the same depth, whatever the engine's own stack", () => {
  const recurse = [
    ...[...op.get(0), ...op.eqz, ...op.if, ...op.i32(0), ...op.return, ...op.end],
    ...[...op.get(0), ...op.i32(1), ...op.sub, ...op.call(0)],
  ];
  const machine = new Machine([{ ...NUMBER, body: recurse }]);
  // 16 slots for the frame, one parameter, two operands at most.
  const deepest = Math.floor(RECURSION_SLOTS_MAX / 19);
  assert.equal(machine.run(deepest), 0);
  assert.equal(machine.depth.value, RECURSION_SLOTS_MAX);
  assert.throws(() => machine.run(deepest + 1), WebAssembly.RuntimeError);
  assert.ok(machine.depth.value < 0);
  assert.ok(machine.fuel.value > 0n);
});

Deno.test("meter() counts depth through indirect calls and not in chains that cannot recur", () => {
  const indirect = [...op.get(0), ...op.get(0), 0x11, ...unsigned(0), 0x00];
  const elements = { id: 9, body: [1, 0, ...op.i32(0), ...op.end, 1, 0] };
  const machine = new Machine([{ ...NUMBER, body: indirect }], {
    tables: [{ initial: 1, maximum: 1 }],
    rawSections: [elements],
  });
  assert.throws(() => machine.run(0), WebAssembly.RuntimeError);
  assert.ok(machine.depth.value < 0);
  const chain = new Machine([{ ...NONE, body: op.call(1) }, { ...NONE, body: [] }]);
  const before = chain.depth.value;
  chain.run();
  assert.equal(chain.depth.value, before);
  assert.equal(chain.usedBy(), 1 + 4 + 1);
});

Deno.test("meter() stops endless tail calls, which take no stack", () => {
  const machine = new Machine([{ ...NUMBER, body: [...op.get(0), 0x12, 0] }], {}, 100_000n);
  assert.throws(() => machine.run(0), WebAssembly.RuntimeError);
  assert.ok(machine.fuel.value < 0n);
});

Deno.test("meter() refuses calls that nest too deep without any recursion, by place", () => {
  const large = (locals: number) => assemble({ functions: [{ ...NONE, locals, body: [] }] });
  assert.equal(refusal(large(16_384 - 16)), "taken");
  assert.match(refusal(large(16_384 - 15)), /bundle\.feature: .* 16385 slots deep, .*; function 0 alone/);
});

Deno.test("meter() moves a start function behind the setting of the budget", () => {
  const spin = [...op.loop, ...op.br(0), ...op.end];
  const machine = new Machine([{ ...NONE, body: spin }], { start: 0 }, 1_000n);
  assert.throws(() => (machine.exports[METER_EXPORTS.start] as () => void)(), WebAssembly.RuntimeError);
  assert.ok(machine.fuel.value < 0n);
});

Deno.test("a metered module does nothing before it has a budget", () => {
  assert.throws(() => new Machine([{ ...NONE, body: [] }], {}, 0n).run(), WebAssembly.RuntimeError);
});

Deno.test("meter() refuses by name and place what does not go with determinism", () => {
  const plain = { functions: [{ ...NONE, body: [] }] };
  const code = (body: readonly number[], parts: Partial<ModuleParts> = {}) =>
    assemble({ functions: [{ ...NONE, body }], ...parts });
  const memories = [{ initial: 1, maximum: 1 }];
  const shared = [{ initial: 1, maximum: 1, flags: 3 }];
  const vector = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)];
  const cases: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>, RegExp]>> = {
    "shared memory": [assemble({ ...plain, memories: shared }), /uses shared memory, in memories, byte \d+/],
    "atomics": [
      code([...op.i32(0), 0xfe, 0x10, 2, 0, ...op.drop], { memories: shared }),
      /uses (shared memory|threads)/,
    ],
    "addresses of 64 bits": [
      assemble({ ...plain, memories: [{ initial: 1, maximum: 1, flags: 5 }] }),
      /addresses of 64 bits/,
    ],
    "several memories": [
      assemble({ ...plain, memories: [...memories, ...memories] }),
      /several memories \(2\)/,
    ],
    "relaxed SIMD": [
      code([...vector, ...vector, 0xfd, 0x80, 0x02, ...op.drop]),
      /uses relaxed SIMD, in function 0, byte \d+/,
    ],
    "exceptions": [
      assemble({ ...plain, rawTypes: [[0x60, 0, 0]], rawSections: [{ id: 13, body: [1, 0, 0] }] }),
      /uses exceptions, in section 13/,
    ],
    "a try block": [code([0x1f, 0x40, 0, ...op.end]), /uses exceptions, in function 0/],
    "garbage collection": [assemble({ ...plain, rawTypes: [[0x5f, 0]] }), /garbage collection/],
    "a reserved name": [
      assemble({ ...plain, exports: [{ name: "p2c2r_more", kind: kind.func, index: 0 }] }),
      /exports p2c2r_more, a name of the meter/,
    ],
  };
  for (const [what, [core, why]] of Object.entries(cases)) {
    assert.ok(WebAssembly.validate(core), `${what}: the engine takes it, so the meter has to refuse it`);
    assert.match(refusal(core), /^bundle\.feature: /, what);
    assert.match(refusal(core), why, what);
  }
  assert.match(refusal(code([...op.i64(1), ...op.i32(1), ...op.add, ...op.drop])), /^bundle\.malformed: /);
  assert.match(refusal(new Uint8Array(3)), /^bundle\.malformed: /);
});
