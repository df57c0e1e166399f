import { assert } from "../deps.ts";
import { limits } from "../../protocol/limits.ts";
import { type Arena, codeOf, INPUT, withArena } from "./arena.ts";
import { ERR, fill, MEMORY_BYTES, put } from "./cases/case.ts";
import { answer, echo, type KernelParts } from "./kernels.ts";
import { op } from "./wasm_builder.ts";

/** Answers with a sentence. */
function refuse(bytes: Uint8Array, at = 2048): number[] {
  return [...put(at, bytes), ...answer(ERR, op.i32(at), op.i32(bytes.length))];
}

Deno.test("run() cuts a giant sentence between characters, at the limit of the wire", async () => {
  await withArena(async (arena) => {
    const giant = await arena.fight({ run: fill(ERR, 0x61, MEMORY_BYTES - 2048) });
    assert.equal(giant.type === "failure" && giant.message, "a".repeat(limits.textBytesMax));
    for (const character of ["é", "€", "🌊"]) {
      for (let shift = 0; shift < 4; shift++) {
        const sentence = "a".repeat(shift) + character.repeat(1025);
        const outcome = await arena.fight({ run: refuse(new TextEncoder().encode(sentence)) });
        const message = outcome.type === "failure" ? outcome.message : "";
        const bytes = new TextEncoder().encode(message).length;
        assert.ok(sentence.startsWith(message), "nothing is made up");
        assert.ok(bytes <= limits.textBytesMax && bytes > limits.textBytesMax - 4, `${bytes} bytes`);
      }
    }
  });
});

Deno.test("run() gives the output as bytes of its own, whatever the kernel's memory is later", async () => {
  await withArena(async (arena) => {
    const outcome = await arena.fight({ run: echo });
    assert.ok(outcome.type === "output");
    assert.deepEqual(outcome.output, INPUT);
    assert.equal(outcome.output.buffer.byteLength, INPUT.length);
  });
});

Deno.test("run() refuses what passes the manifest's sizes before the kernel sees it", async () => {
  await withArena(async (arena) => {
    const limits = { inputBytesMax: 8, assetsMax: 1, assetBytesMax: 4 };
    const parts: KernelParts = { run: op.unreachable };
    const fight = (task: Parameters<Arena["fight"]>[1]) =>
      arena.fight(parts, { ...task, manifest: { limits } });
    const cases = [
      [await fight({ input: new Uint8Array(9) }), "kernel.refused"],
      [await fight({ assets: [Uint8Array.of(1), Uint8Array.of(2)] }), "kernel.refused"],
      [await fight({ assets: [new Uint8Array(5)] }), "kernel.refused"],
    ] as const;
    for (const [outcome, code] of cases) assert.equal(codeOf(outcome), code);
    for (const [outcome] of cases) assert.equal(outcome.fuel, 0);
  });
});
