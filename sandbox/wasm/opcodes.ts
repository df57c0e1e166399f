// The table of accepted instructions, found by code; and the names of what is refused, found by the same codes.
import { CORE_ROWS, type Immediate, MISC_ROWS, type OpcodeRow } from "./opcode_rows.ts";
import { SIMD_ROWS } from "./simd_rows.ts";

/** One instruction of the table. */
export interface Opcode {
  readonly name: string;
  /** 0, or the byte before the code. */
  readonly prefix: number;
  readonly code: number;
  readonly immediates: readonly Immediate[];
  /** Stack slots it takes and leaves, where no immediate changes that. A v128 takes two. */
  readonly effect: { readonly takes: number; readonly leaves: number } | undefined;
  /** The same as types, as the table spells it. */
  readonly stack: string | undefined;
}

/** The prefixes of the table. */
export const PREFIX = { misc: 0xfc, simd: 0xfd } as const;

/** All accepted instructions, in the order of prefix and code. */
export const OPCODES: readonly Opcode[] = [
  ...CORE_ROWS.flatMap((row) => expand(0, row)),
  ...MISC_ROWS.flatMap((row) => expand(PREFIX.misc, row)),
  ...SIMD_ROWS.flatMap((row) => expand(PREFIX.simd, row)),
];

const byCode = new Map<number, Opcode>();
for (const opcode of OPCODES) byCode.set(opcode.prefix * 0x1_0000 + opcode.code, opcode);

/** The instruction with that code, undefined for one that is not accepted. */
export function opcodeAt(prefix: number, code: number): Opcode | undefined {
  return byCode.get(prefix * 0x1_0000 + code);
}

/** What a code belongs to that the table does not have: the sentence's name of a feature. */
export function refusedFeature(prefix: number, code: number): string {
  if (prefix === PREFIX.simd && code >= 0x100) return "relaxed SIMD";
  if (prefix === PREFIX.misc && code >= 0x13 && code <= 0x16) return "wide arithmetic";
  if (prefix !== 0) return `instruction 0x${prefix.toString(16)} ${code}`;
  return ONE_BYTE_FEATURES.find(([from, to]) => code >= from && code <= to)?.[2] ??
    `instruction 0x${code.toString(16)}`;
}

/** Codes of one byte, from and to, by the feature they came with. */
const ONE_BYTE_FEATURES: readonly (readonly [number, number, string])[] = [
  [0x06, 0x0a, "exceptions"],
  [0x14, 0x15, "typed function references"],
  [0x18, 0x19, "exceptions"],
  [0x1f, 0x1f, "exceptions"],
  [0xd3, 0xd6, "typed function references"],
  [0xfb, 0xfb, "garbage collection"],
  [0xfe, 0xfe, "threads and atomics"],
];

function expand(prefix: number, { code, names, immediates = [], stack }: OpcodeRow): Opcode[] {
  const effect = stack === undefined ? undefined : effectOf(stack);
  return names.split(" ").map((name, i) => ({ name, prefix, code: code + i, immediates, effect, stack }));
}

function effectOf(stack: string): { takes: number; leaves: number } {
  const [takes, leaves] = stack.split("->").map((side) =>
    side.split(" ").reduce((slots, type) => slots + slotsOf(type), 0)
  );
  return { takes: takes ?? 0, leaves: leaves ?? 0 };
}

/** Stack slots of a value by the name of its type; none for an empty name. */
export function slotsOf(type: string): number {
  return type === "v128" ? 2 : type === "" ? 0 : 1;
}
