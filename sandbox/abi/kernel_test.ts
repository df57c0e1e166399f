import { assert, fc } from "../../tests/deps.ts";
import { answer, kernel, pass } from "../../tests/hostile/kernels.ts";
import { op } from "../../tests/hostile/wasm_builder.ts";
import { instantiate, type KernelExports, prepareCore } from "./exports.ts";
import { meter } from "../meter/mod.ts";
import { callCheck, callRun } from "./kernel.ts";

const OUTPUT_BYTES_MAX = 60_000;
const PLENTY = 1_000_000;

function fresh(module: WebAssembly.Module): KernelExports {
  return instantiate(prepareCore(module), undefined, PLENTY).exports;
}

/** Answers with the asset whose number is the first byte of the input. */
const nthAsset = [
  // entry = list + 8 × input[0], into local 4
  ...[...op.get(2), ...op.get(0), ...op.load8(), ...op.i32(8), 0x6c, ...op.add, ...op.set(4)],
  ...answer(0, [...op.get(4), ...op.load32(0)], [...op.get(4), ...op.load32(4)]),
];

Deno.test("callRun() gives a kernel its input and takes the output, byte by byte", () => {
  const echo = new WebAssembly.Module(meter(kernel()));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5_000 }), (input) => {
    assert.deepEqual(callRun(fresh(echo), input, [], OUTPUT_BYTES_MAX), Uint8Array.from(input));
  }));
});

Deno.test("callRun() puts assets where the list says, in their order, empty ones too", () => {
  const module = new WebAssembly.Module(meter(kernel({ run: nthAsset })));
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(fc.property(fc.array(bytes, { minLength: 1, maxLength: 8 }), fc.nat(), (assets, draw) => {
    const n = draw % assets.length;
    const output = callRun(fresh(module), Uint8Array.of(n), assets, OUTPUT_BYTES_MAX);
    assert.deepEqual(output, Uint8Array.from(assets[n] as Uint8Array));
  }));
});

Deno.test("callRun() takes views into larger buffers as what they show", () => {
  const module = new WebAssembly.Module(meter(kernel({ run: nthAsset })));
  const buffer = Uint8Array.from({ length: 64 }, (_, i) => i);
  const output = callRun(
    fresh(module),
    buffer.subarray(1, 2),
    [buffer.subarray(9, 10), buffer.subarray(31, 36)],
    10,
  );
  assert.deepEqual([...output], [31, 32, 33, 34, 35]);
});

Deno.test("callCheck() leaves an instance as it was, so that any number of checks fits into it", () => {
  const { exports, gauge } = instantiate(
    prepareCore(new WebAssembly.Module(meter(kernel({ check: pass })))),
    undefined,
    PLENTY,
  );
  // 200 × 200 KB in 256 KiB of memory: only when the arena is given back.
  for (let i = 0; i < 200; i++) {
    gauge.fill(PLENTY);
    assert.equal(callCheck(exports, new Uint8Array(100_000), [], new Uint8Array(100_000), 0n), undefined);
  }
});
