// Changes to modules: of bytes, which seldom leave a module valid, and of instructions, which often do.
import { fc } from "../deps.ts";
import { type Opcode, OPCODES, readModule, sectionId, Writer } from "../../sandbox/wasm/mod.ts";
import { op, unsigned } from "../hostile/wasm_builder.ts";

/** One change. */
export interface Mutation {
  readonly seed: number;
  readonly kind: number;
  /** Where, as a share of what there is. */
  readonly at: number;
  readonly value: number;
}

/** Kinds up to this one change bytes. */
const LAST_BYTE_KIND = 5;

/** Draws of changes. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  seed: fc.nat(),
  kind: fc.nat({ max: 13 }),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: fc.nat({ max: 0xffff }),
});

/** The changed module; `donor` is another one that bytes may come from. */
export function mutate(
  seed: Uint8Array<ArrayBuffer>,
  donor: Uint8Array,
  mutation: Mutation,
): Uint8Array<ArrayBuffer> {
  return mutation.kind <= LAST_BYTE_KIND ? mutateBytes(seed, donor, mutation) : mutateCode(seed, mutation);
}

function mutateBytes(
  seed: Uint8Array<ArrayBuffer>,
  donor: Uint8Array,
  { kind, at, value }: Mutation,
): Uint8Array<ArrayBuffer> {
  const place = 8 + Math.floor(at * (seed.length - 8));
  const head = seed.subarray(0, place);
  const tail = seed.subarray(place);
  const count = 1 + value % 6;
  const piece = donor.subarray(value % donor.length, value % donor.length + count);
  const parts: Readonly<Record<number, readonly (readonly number[] | Uint8Array)[]>> = {
    0: [head, [value & 0xff], tail.subarray(1)],
    1: [head, [(tail[0] ?? 0) ^ (1 << (value % 8))], tail.subarray(1)],
    2: [head, tail.subarray(count)],
    3: [head, tail.subarray(0, count), tail],
    4: [head, piece, tail.subarray(piece.length)],
    5: [head, [(tail[0] ?? 0) + 1 & 0xff], tail.subarray(1)],
  };
  return Uint8Array.from((parts[kind] ?? []).flatMap((part) => [...part]));
}

/** Code that can stand anywhere, and that the meter has to think about. */
const SNIPPETS: readonly (readonly number[])[] = [
  [...op.block, ...op.end],
  [...op.loop, ...op.end],
  [...op.block, ...op.br(0), ...op.end],
  [...op.block, ...op.i32(0), ...op.brIf(0), ...op.end],
  [...op.block, ...op.loop, ...op.br(1), ...op.end, ...op.end],
  [...op.i32(1), ...op.if, ...op.else, ...op.end],
  [...op.i32(1), ...op.if, ...op.unreachable, ...op.end],
  [...op.i32(0), 0x04, 0x7f, ...op.i32(1), 0x05, ...op.i32(2), ...op.end, ...op.drop],
  [...op.i32(1), ...op.memoryGrow, ...op.drop],
  [...op.i32(0), ...op.i32(0), ...op.i32(9), ...op.fill],
  [...op.block, ...op.i32(0), 0x0e, 1, 0, 0, ...op.end],
  [...op.unreachable],
  [...op.br(0)],
];

/** The same module with one instruction replaced by one of the same shape, gone, twice, or with code in front of it. */
function mutateCode(seed: Uint8Array<ArrayBuffer>, { kind, at, value }: Mutation): Uint8Array<ArrayBuffer> {
  const { bodies, sections, bytes } = readModule(seed);
  const count = bodies.reduce((sum, body) => sum + body.instructions.length, 0);
  const chosen = bodies.flatMap((body) => body.instructions)[Math.floor(at * count)];
  if (chosen === undefined) return seed;
  const raw = bytes.subarray(chosen.start, chosen.end);
  const snippet = SNIPPETS[value % SNIPPETS.length] as readonly number[];
  const replacement = kind === 6
    ? []
    : kind === 7
    ? [...raw, ...raw]
    : kind <= 10
    ? sameShape(chosen.op, raw, value)
    : [...snippet, ...raw];
  const out = new Writer().bytes(bytes.subarray(0, 8));
  for (const { id, start, end } of sections) {
    if (id !== sectionId.code) {
      out.byte(id).sized(bytes.subarray(start, end));
      continue;
    }
    const code = new Writer().unsigned(bodies.length);
    for (const body of bodies) {
      const first = body.instructions[0]?.start ?? 0;
      const last = body.instructions.at(-1)?.end ?? 0;
      const locals = new Writer().unsigned(body.locals.length);
      for (const { count, type } of body.locals) locals.unsigned(count).byte(type);
      const inside = chosen.start >= first && chosen.end <= last;
      const instructions = inside
        ? [...bytes.subarray(first, chosen.start), ...replacement, ...bytes.subarray(chosen.end, last)]
        : [...bytes.subarray(first, last)];
      code.sized(Uint8Array.from([...locals.written(), ...instructions]));
    }
    out.byte(id).sized(code.written());
  }
  return out.written().slice();
}

/** Another instruction that takes and leaves the same, with the same immediates. */
function sameShape(old: Opcode, raw: Uint8Array, value: number): number[] {
  const alike = OPCODES.filter((one) =>
    one.stack !== undefined && one.stack === old.stack && one.immediates.join() === old.immediates.join()
  );
  const other = alike[value % alike.length];
  if (other === undefined) return [...raw];
  const codeSize = old.prefix === 0 ? 1 : 1 + unsigned(old.code).length;
  const code = other.prefix === 0 ? [other.code] : [other.prefix, ...unsigned(other.code)];
  return [...code, ...raw.subarray(codeSize)];
}
