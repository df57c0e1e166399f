import { assert } from "../deps.ts";
import { limits } from "../../protocol/limits.ts";
import { type Arena, codeOf, INPUT, withArena } from "./arena.ts";
import { answer, ANSWER_AT, echo, type KernelParts } from "./kernels.ts";
import { op } from "./wasm_builder.ts";

/** Four pages, as every kernel here has. */
const MEMORY_BYTES = 4 * 65_536;
const OUTPUT_BYTES_MAX = 65_536;
const OK = 0;
const ERR = 1;

/** Writes bytes into memory. */
function put(at: number, bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte, i) => [...op.i32(at + i), ...op.i32(byte), ...op.store8()]);
}

/** Answers with a sentence. */
function refuse(bytes: Uint8Array, at = 2048): number[] {
  return [...put(at, bytes), ...answer(ERR, op.i32(at), op.i32(bytes.length))];
}

/** Answers with `length` times the same byte. */
function fill(tag: number, byte: number, length: number): number[] {
  return [
    ...[...op.i32(2048), ...op.i32(byte), ...op.i32(length), ...op.fill],
    ...answer(tag, op.i32(2048), op.i32(length)),
  ];
}

async function expectEach(
  arena: Arena,
  code: string,
  message: RegExp,
  kernels: Readonly<Record<string, KernelParts>>,
): Promise<void> {
  for (const [what, parts] of Object.entries(kernels)) {
    const assets = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
    const outcome = await arena.fight(parts, { assets });
    assert.equal(codeOf(outcome), code, what);
    assert.match(outcome.type === "failure" ? outcome.message : "", message, what);
    assert.equal(outcome.fuel, 100 + 2 * INPUT.length, `${what}: the fuel of a deterministic failure`);
  }
  assert.deepEqual(arena.events, []);
}

Deno.test("run() takes no answer from outside the kernel's memory", async () => {
  await withArena(async (arena) => {
    await expectEach(arena, "kernel.trapped", /answered with a place outside its memory/, {
      "answer at the last address": { run: op.i32(-1) },
      "answer at the last aligned address": { run: op.i32(-4) },
      "answer that ends behind the memory": { run: op.i32(MEMORY_BYTES - 8) },
      "answer behind the memory": { run: op.i32(MEMORY_BYTES) },
      "answer at an address that is not aligned": { run: [...echo, ...op.drop, ...op.i32(ANSWER_AT + 1)] },
      "output behind the memory": { run: answer(OK, op.i32(MEMORY_BYTES), op.i32(1)) },
      "output that ends behind the memory": { run: answer(OK, op.i32(MEMORY_BYTES - 3), op.i32(4)) },
      "output whose end wraps around": { run: answer(OK, op.i32(16), op.i32(-8)) },
      "output at the last address, as long as can be": { run: answer(OK, op.i32(-1), op.i32(-1)) },
      "empty output behind the memory": { run: answer(OK, op.i32(MEMORY_BYTES + 1), op.i32(0)) },
      "sentence behind the memory": { run: answer(ERR, op.i32(MEMORY_BYTES), op.i32(1)) },
      "sentence whose end wraps around": { run: answer(ERR, op.i32(2048), op.i32(-1)) },
    });
  });
});

Deno.test("run() takes the whole memory's edge, where an answer may be", async () => {
  await withArena(async (arena) => {
    const last = MEMORY_BYTES - 12;
    const atTheEnd = [
      ...[...op.i32(last), ...op.i32(OK), ...op.store8()],
      ...[...op.i32(last), ...op.i32(MEMORY_BYTES - 1), ...op.store32(4)],
      ...[...op.i32(last), ...op.i32(1), ...op.store32(8)],
      ...op.i32(last),
    ];
    const outcome = await arena.fight({ run: atTheEnd });
    assert.deepEqual(outcome.type === "output" && [...outcome.output], [0]);
    assert.equal(codeOf(await arena.fight({ run: answer(OK, op.i32(MEMORY_BYTES), op.i32(0)) })), "output");
  });
});

Deno.test("run() takes no answer with a tag that is neither output nor error", async () => {
  await withArena(async (arena) => {
    await expectEach(arena, "kernel.trapped", /neither an output nor an error/, {
      "tag 2": { run: answer(2, op.get(0), op.get(1)) },
      "tag 255": { run: answer(255, op.get(0), op.get(1)) },
    });
  });
});

Deno.test("run() takes no place from an allocator that lies", async () => {
  await withArena(async (arena) => {
    const isList = [...op.get(2), ...op.i32(4), ...op.eq];
    const honest = [
      ...[...op.getGlobal(0), ...op.i32(3), ...op.add, ...op.i32(-4), ...op.and, ...op.tee(4)],
      ...[...op.get(3), ...op.add, ...op.setGlobal(0)],
    ];
    /** Honest, but for the list of assets. */
    const listAt = (address: readonly number[]) => [
      ...[...isList, ...op.if, ...address, ...op.return, ...op.end],
      ...[...honest, ...op.get(4)],
    ];
    await expectEach(arena, "kernel.trapped", /allocator named a place outside its memory/, {
      "the last address": { realloc: op.i32(-1) },
      "the end of the memory": { realloc: op.i32(MEMORY_BYTES) },
      "a place that ends behind the memory": { realloc: op.i32(MEMORY_BYTES - 1) },
      "a list that is not aligned": { realloc: listAt(op.i32(50_001)) },
      "a list that ends behind the memory": { realloc: listAt(op.i32(MEMORY_BYTES - 8)) },
    });
    await expectEach(arena, "kernel.trapped", /gave the same memory twice/, {
      "the same place for everything": { realloc: op.i32(4096) },
      "a place inside the one before": { realloc: [...honest, ...op.getGlobal(0), ...op.i32(4), ...op.sub] },
      "a list over the input": { realloc: listAt(op.i32(1024)) },
    });
  });
});

Deno.test("run() ends a kernel that traps", async () => {
  await withArena(async (arena) => {
    await expectEach(arena, "kernel.trapped", /^The kernel trapped\.$/, {
      "unreachable": { run: op.unreachable },
      "unreachable in the allocator": { realloc: op.unreachable },
      "division by zero": { run: [...op.i32(1), ...op.i32(0), ...op.divU] },
      "a load outside the memory": { run: [...op.i32(-4), ...op.load32()] },
      "a store outside the memory": {
        run: [...op.i32(MEMORY_BYTES - 3), ...op.i32(1), ...op.store32(), ...echo],
      },
      "a copy outside the memory": { run: [...op.i32(0), ...op.i32(8), ...op.i32(-1), ...op.copy, ...echo] },
      "data outside the memory": { module: { data: [{ at: MEMORY_BYTES - 1, bytes: [1, 2] }] } },
    });
  });
});

Deno.test("run() refuses an output above the limit and takes one at the limit", async () => {
  await withArena(async (arena) => {
    await expectEach(arena, "kernel.output_too_large", /the limit is 65536/, {
      "one byte more": { run: fill(OK, 7, OUTPUT_BYTES_MAX + 1) },
      "the whole memory": { run: answer(OK, op.i32(0), op.i32(MEMORY_BYTES)) },
    });
    const largest = await arena.fight({ run: fill(OK, 7, OUTPUT_BYTES_MAX) });
    assert.equal(largest.type === "output" && largest.output.length, OUTPUT_BYTES_MAX);
  });
});

Deno.test("run() gives a refusal's own sentence", async () => {
  await withArena(async (arena) => {
    for (const sentence of ["", "Der Fluß ist zu breit: 🌊", "\ufeffmark", "x".repeat(limits.textBytesMax)]) {
      const outcome = await arena.fight({ run: refuse(new TextEncoder().encode(sentence)) });
      assert.equal(outcome.type === "failure" && outcome.code, "kernel.refused");
      assert.equal(outcome.type === "failure" && outcome.message, sentence);
    }
  });
});

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

Deno.test("run() puts one fixed sentence in the place of one that is not UTF-8", async () => {
  await withArena(async (arena) => {
    const wrong: Readonly<Record<string, readonly number[]>> = {
      "a byte that never occurs": [0x61, 0xff],
      "a character cut off": [0x61, 0xe2, 0x82],
      "a continuation by itself": [0x80],
      "an overlong slash": [0xc0, 0xaf],
      "half of a surrogate pair": [0xed, 0xa0, 0x80],
      "a character above the last": [0xf4, 0x90, 0x80, 0x80],
    };
    const sentences = new Set<string>();
    for (const [what, bytes] of Object.entries(wrong)) {
      const outcome = await arena.fight({ run: refuse(Uint8Array.from(bytes)) });
      assert.equal(codeOf(outcome), "kernel.refused", what);
      if (outcome.type === "failure") sentences.add(outcome.message);
    }
    // All continuation bytes: the cut looks for a character's start and must not walk away.
    const continuations = await arena.fight({ run: fill(ERR, 0x80, 100_000) });
    if (continuations.type === "failure") sentences.add(continuations.message);
    assert.deepEqual([...sentences], ["The kernel refused with a sentence that is not UTF-8."]);
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

Deno.test("run() refuses what passes the manifest's sizes and fuel before the kernel sees it", async () => {
  await withArena(async (arena) => {
    const limits = { inputBytesMax: 8, assetsMax: 1, assetBytesMax: 4 };
    const parts: KernelParts = { run: op.unreachable };
    const fight = (task: Parameters<Arena["fight"]>[1]) =>
      arena.fight(parts, { ...task, manifest: { limits } });
    const cases = [
      [await fight({ input: new Uint8Array(9) }), "kernel.refused"],
      [await fight({ assets: [Uint8Array.of(1), Uint8Array.of(2)] }), "kernel.refused"],
      [await fight({ assets: [new Uint8Array(5)] }), "kernel.refused"],
      [await fight({ fuelLimit: 100 + 2 * INPUT.length - 1 }), "kernel.exhausted"],
      [await fight({ fuelLimit: 100 + 2 * INPUT.length }), "kernel.trapped"],
    ] as const;
    for (const [outcome, code] of cases) assert.equal(codeOf(outcome), code);
    assert.equal(cases[3][0].fuel, 0);
  });
});
