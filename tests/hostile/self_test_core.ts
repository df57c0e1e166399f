// The source of the metered module that the sandbox's self-test carries as bytes.
import { meter } from "../../sandbox/meter/mod.ts";
import { answer, kernel, spin } from "./kernels.ts";
import { op } from "./wasm_builder.ts";

/** Spins on an empty input; on another one takes all the memory it can get and answers with the number of pages. */
export function selfTestCore(): Uint8Array<ArrayBuffer> {
  return meter(plainCore());
}

function plainCore(): Uint8Array<ArrayBuffer> {
  const growAll = [
    ...op.loop,
    ...[...op.i32(1), ...op.memoryGrow, ...op.i32(-1), ...op.ne, ...op.brIf(0)],
    ...op.end,
  ];
  return kernel({
    memory: { initial: 1, maximum: 4 },
    run: [
      ...[...op.get(1), ...op.eqz, ...op.if, ...spin, ...op.end],
      ...growAll,
      ...[...op.i32(32), ...op.memorySize, ...op.store32()],
      ...answer(0, op.i32(32), op.i32(4)),
    ],
  });
}
