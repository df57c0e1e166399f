import { assert } from "../deps.ts";
import { have, runProgram } from "../programs.ts";
import { type Opcode, OPCODES, PREFIX, readModule, sectionId, Writer } from "../../sandbox/wasm/mod.ts";
import { refusedFeature } from "../../sandbox/wasm/opcodes.ts";

const CODES: Readonly<Record<string, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  ref: 0x70,
};

function opBytes({ prefix, code }: Pick<Opcode, "prefix" | "code">): number[] {
  if (prefix === 0) return [code];
  return [prefix, ...new Writer().unsigned(code).written()];
}

/** Bytes of the immediates: the smallest that are valid in `moduleWith`. */
function immediateBytes({ immediates }: Opcode): number[] {
  return immediates.flatMap((immediate) => {
    if (immediate === "blocktype") return [0x40];
    if (immediate === "labels") return [0, 0];
    if (immediate === "memarg") return [0, 0];
    if (immediate === "f32") return [0, 0, 0, 0];
    if (immediate === "f64") return [0, 0, 0, 0, 0, 0, 0, 0];
    if (immediate === "v128") return Array.from({ length: 16 }, () => 0);
    if (immediate === "valtypes") return [1, 0x7f];
    if (immediate === "reftype") return [0x70];
    if (immediate === "func") return [1];
    return [0];
  });
}

/** A module with one of everything, whose function 0 has this type and code. Function 1 takes and gives nothing. */
function moduleWith(
  params: readonly number[],
  results: readonly number[],
  code: readonly number[],
): Uint8Array<
  ArrayBuffer
> {
  const out = new Writer().bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const section = (id: number, body: readonly number[]) => out.byte(id).sized(Uint8Array.from(body));
  const codeEntry = (body: readonly number[]) => {
    const bytes = [0, ...body, 0x0b];
    return [...new Writer().unsigned(bytes.length).written(), ...bytes];
  };
  section(sectionId.type, [2, 0x60, 0, 0, 0x60, params.length, ...params, results.length, ...results]);
  section(sectionId.function, [2, 1, 0]);
  section(sectionId.table, [1, 0x70, 0, 1]);
  section(sectionId.memory, [1, 0, 1]);
  section(sectionId.global, [1, 0x7f, 1, 0x41, 0, 0x0b]);
  section(sectionId.element, [1, 3, 0, 1, 1]);
  section(sectionId.dataCount, [1]);
  section(sectionId.code, [2, ...codeEntry(code), ...codeEntry([])]);
  section(sectionId.data, [1, 1, 0]);
  return out.written().slice();
}

/** Operands from parameters, the instruction, its results left. */
function moduleOf(op: Opcode): Uint8Array<ArrayBuffer> {
  const [takes, leaves] = stackOf(op);
  const operands = takes.flatMap((_, i) => [0x20, i]);
  const blocks = op.name === "block" || op.name === "loop" || op.name === "if" ? [0x0b] : [];
  const before = op.name === "else" ? [0x04, 0x40] : op.name === "end" ? [0x02, 0x40] : [];
  const after = op.name === "else" ? [0x0b] : [];
  return moduleWith(takes, leaves, [
    ...operands,
    ...before,
    ...opBytes(op),
    ...immediateBytes(op),
    ...blocks,
    ...after,
  ]);
}

/** What the instructions take and leave whose row does not say it, with the immediates above. */
const SPECIAL: Readonly<Record<string, string>> = {
  if: "i32 ->",
  else: "i32 ->",
  br_if: "i32 ->",
  br_table: "i32 ->",
  call_indirect: "i32 ->",
  return_call_indirect: "i32 ->",
  drop: "i32 ->",
  select: "i32 i32 i32 -> i32",
  select_t: "i32 i32 i32 -> i32",
  "local.get": "i32 -> i32 i32",
  "local.set": "i32 ->",
  "local.tee": "i32 -> i32",
  "global.get": "-> i32",
  "global.set": "i32 ->",
};

function stackOf(op: Opcode): [number[], number[]] {
  const stack = op.stack ?? SPECIAL[op.name] ?? "->";
  const [takes, leaves] = stack.split("->").map((side) =>
    side.split(" ").flatMap((type) => type === "" ? [] : [CODES[type] ?? 0])
  );
  return [takes ?? [], leaves ?? []];
}

Deno.test("OPCODES has each instruction with the code, immediates and types that the engine knows", () => {
  const wrong = OPCODES.filter((op) => !WebAssembly.validate(moduleOf(op))).map((op) => op.name);
  assert.deepEqual(wrong, []);
  // The same with another type on the stack is not valid: the engine was not simply content with anything.
  const [takes, leaves] = stackOf(OPCODES.find((op) => op.name === "f64.add") as Opcode);
  assert.equal(WebAssembly.validate(moduleWith(takes.slice(1), leaves, [0x20, 0, 0x20, 0, 0xa0])), true);
  assert.equal(WebAssembly.validate(moduleWith([0x7f], leaves, [0x20, 0, 0x20, 0, 0xa0])), false);
});

Deno.test("OPCODES has all instructions of the standard's features and no name or code twice", () => {
  // The standard's index: 172 of the first version, 5 extensions of a sign, 8 saturating conversions, 7 of bulk
  // memory, 5 + 3 of references and tables, select with a type, 2 tail calls, 236 of vectors.
  assert.equal(OPCODES.length, 172 + 5 + 8 + 7 + 8 + 1 + 2 + 236);
  assert.equal(new Set(OPCODES.map((op) => op.name)).size, OPCODES.length);
  assert.equal(new Set(OPCODES.map((op) => `${op.prefix} ${op.code}`)).size, OPCODES.length);
});

Deno.test("readModule() reads each instruction to its end, wherever it stands", () => {
  for (const op of OPCODES) {
    const body = readModule(moduleOf(op)).bodies[0];
    const found = body?.instructions.filter((one) => one.op.name === op.name) ?? [];
    assert.ok(found.length >= 1, op.name);
    assert.equal(body?.instructions.at(-1)?.op.name, "end", op.name);
  }
});

Deno.test("every code outside the table is refused, by its feature's name where engines know it", () => {
  for (const prefix of [0, PREFIX.misc, PREFIX.simd]) {
    for (let code = 0; code < (prefix === 0 ? 0x100 : 0x140); code++) {
      if (prefix === 0 && (code === PREFIX.misc || code === PREFIX.simd)) continue;
      if (OPCODES.some((op) => op.prefix === prefix && op.code === code)) continue;
      const module = moduleWith([], [], opBytes({ prefix, code }));
      assert.throws(() => readModule(module), { code: "bundle.feature" });
    }
  }
  assert.equal(refusedFeature(PREFIX.simd, 0x100), "relaxed SIMD");
  assert.equal(refusedFeature(0, 0xfe), "threads and atomics");
  assert.equal(refusedFeature(0, 0x08), "exceptions");
  assert.equal(refusedFeature(0, 0xfb), "garbage collection");
});

const disassembler = await have("wasm-objdump");

Deno.test({
  name: "OPCODES calls instructions what the standard's text format calls them" +
    (disassembler ? "" : " (needs wabt)"),
  ignore: !disassembler,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeFile(`${folder}/all.wasm`, moduleWithAll());
      const text = await runProgram("wasm-objdump", ["-d", `${folder}/all.wasm`]);
      const seen = new Set([...text.matchAll(/\| +([a-z][a-z0-9_.]*)/g)].map((match) => match[1]));
      assert.deepEqual(
        OPCODES.map((op) => op.name).filter((name) => name !== "select_t" && !seen.has(name)),
        [],
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** All instructions in one function, in code that never runs, where any operands may be missing. */
function moduleWithAll(): Uint8Array<ArrayBuffer> {
  const code = OPCODES.flatMap((op) => {
    if (op.name === "else" || op.name === "end") return [];
    const bytes = [...opBytes(op), ...immediateBytes(op)];
    return op.name === "if"
      ? [...bytes, 0x05, 0x0b, 0x00]
      : op.name === "block" || op.name === "loop"
      ? [...bytes, 0x0b, 0x00]
      : [...bytes, 0x00];
  });
  return moduleWith([0x7f], [], [0x00, ...code]);
}
