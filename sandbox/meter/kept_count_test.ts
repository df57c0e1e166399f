import { assert } from "../../tests/deps.ts";
import { assemble, type Func, kind, op } from "../../tests/hostile/wasm_builder.ts";
import { type Counter, Machine, NUMBER } from "../../tests/meter/machine.ts";
import { meter } from "./mod.ts";

/** Counts local 1 up to a bound; a turn costs 5: head, comparison, if, the addition, the jump. */
function countUp(bound: readonly number[], inside: readonly number[] = []): number[] {
  return [
    ...[...op.i32(0), ...op.set(1), ...op.loop, ...op.get(1), ...bound, ...op.ltU, ...op.if, ...inside],
    ...[...op.get(1), ...op.i32(1), ...op.add, ...op.set(1), ...op.br(1), ...op.end, ...op.end],
  ];
}

Deno.test("meter() charges a loop with known turns before the first one", () => {
  const body = [...countUp(op.get(0), [...op.get(1), ...op.setGlobal(0)]), ...op.i32(0)];
  const globals = [0];
  const machine = new Machine([{ ...NUMBER, locals: 1, body }], {
    globals,
    exports: [{ name: "run", kind: kind.func, index: 0 }, { name: "turn", kind: kind.global, index: 0 }],
  });
  const none = machine.usedBy(0);
  assert.equal(machine.usedBy(10) - none, 10 * 7);
  const turn = machine.exports["turn"] as unknown as Counter<number>;
  assert.equal(turn.value, 9);
  machine.fuel.value = 10_000n;
  turn.value = -1;
  assert.throws(() => machine.run(1_000_000), WebAssembly.RuntimeError);
  assert.deepEqual([machine.fuel.value < 0n, turn.value], [true, -1], "what cannot be paid is not begun");
});

Deno.test("meter() lets callers pay for small functions of constant cost, and for none that others may call", () => {
  const twice = [...op.get(0), ...op.get(0), ...op.add];
  const caller = { ...NUMBER, body: [...op.get(0), ...op.call(1), ...op.call(1)] };
  const parts = (exported: number) => ({
    exports: [{ name: "run", kind: kind.func, index: 0 }, {
      name: "twice",
      kind: kind.func,
      index: exported,
    }],
  });
  // Entry 1, and twice: call 4, entry 1, add 1.
  for (const exported of [0, 1]) {
    const machine = new Machine([caller, { ...NUMBER, body: twice }], parts(exported));
    assert.equal(machine.usedBy(3), 13);
    machine.fuel.value = 100n;
    (machine.exports["twice"] as (value: number) => number)(3);
    assert.equal(machine.fuel.value, exported === 0 ? 87n : 98n);
  }
});

Deno.test("meter() takes functions and loops as constants up to a limit", () => {
  // Entry 1, local and constant free, a division 8: 400 at most.
  const divisions = (count: number) => [
    ...op.get(0),
    ...Array.from({ length: count }, () => [...op.i32(1), ...op.divU]).flat(),
  ];
  const codeBytes = (functions: readonly Func[]) =>
    meter(assemble({ functions, exports: [{ name: "run", kind: kind.func, index: 0 }] })).length;
  const caller = { ...NUMBER, body: [...op.get(0), ...op.call(1)] };
  const bytesOf = (count: number) => codeBytes([caller, { ...NUMBER, body: divisions(count) }]) - 3 * count;
  assert.equal(bytesOf(48), bytesOf(49), "400 is 1 and 49 divisions and 7 more");
  assert.ok(bytesOf(50) > bytesOf(49) + 5, "it counts by itself");
  // A turn costs 5: 819 of them are within 4,096.
  const loop = (turns: number) =>
    codeBytes([{ ...NUMBER, locals: 1, body: [...countUp(op.i32(turns)), ...op.get(1)] }]);
  assert.ok(loop(820) > loop(819) + 5, "a charge of its own in front of the loop");
});

Deno.test("meter() leaves behind a trap what was written back before it: by entries, calls and loops charged ahead", () => {
  const trap = [...op.i32(1), ...op.i32(0), ...op.divU, ...op.drop];
  // A second way out, so that the turns are charged one by one.
  const down = (inside: readonly number[]) => [
    ...[...op.block, ...op.loop, ...op.get(0), ...op.eqz, ...op.brIf(1), ...inside],
    ...[...op.get(0), ...op.i32(-1), ...op.eq, ...op.brIf(1)],
    ...[...op.get(0), ...op.i32(1), ...op.sub, ...op.set(0)],
    ...[...op.get(0), ...op.i32(5), ...op.eq, ...op.if, ...trap, ...op.end],
    ...[...op.br(0), ...op.end, ...op.end, ...op.get(0)],
  ];
  const usedBy = (inside: readonly number[], turns: number, more: readonly Func[] = []) =>
    new Machine([{ ...NUMBER, body: down(inside) }, ...more], {
      memories: [{ initial: 1, maximum: 1 }],
    }).usedBy(turns);
  const [first, later] = [usedBy([], 6), usedBy([], 60)];
  assert.ok(first > 0, "the entry");
  assert.equal(later, first, "turns of the loop that traps are not in it");
  const spin = { ...NUMBER, locals: 1, body: [...countUp(op.get(0)), ...op.get(1)] };
  const call = [...op.get(0), ...op.call(1), ...op.drop];
  assert.ok(usedBy(call, 60, [spin]) > 55 * 60 / 2 * 5, "calls write back");
  const fill = [...op.i32(0), ...op.i32(0), ...op.get(0), ...op.fill];
  assert.ok(usedBy(fill, 60) > 55 * 16, "so do bulk operations");
  const stop = [...op.get(0), ...op.i32(6), ...op.eq, ...op.if, ...op.unreachable, ...op.end];
  assert.ok(usedBy(stop, 60) - usedBy(stop, 59) >= 5, "and `unreachable`, like a return");
});
