// A small assembler for components of the kernel world, so that tests can write those that no tool would.
import { unsigned } from "./wasm_builder.ts";

/** One section: its id and the bytes behind its size. */
export type Section = readonly [id: number, body: readonly number[]];

/** An interface that the component imports, with one function. */
export interface ImportedFunction {
  /** `wasi:clocks/monotonic-clock@0.2.3` */
  readonly interface: string;
  readonly function: string;
  /** Codes of the parameters' primitive types, and of the result's. */
  readonly params: readonly number[];
  readonly result?: number;
}

/** Primitive types of components. */
export const primitive = { u32: 0x79, u64: 0x77, u8: 0x7d, string: 0x73 } as const;

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const CORE = { func: 0x00, memory: 0x02 } as const;

/** The component's bytes. */
export function assembleComponent(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const bytes = sections.flatMap(([id, body]) => [id, ...unsigned(body.length), ...body]);
  return Uint8Array.from([...HEADER, ...bytes]);
}

/**
 * The sections of a component around a core module that keeps the kernel ABI, by name so that a test can change one.
 * The core imports each function of `imports` under the interface's and the function's name.
 */
export function kernelSections(
  core: Uint8Array,
  imports: readonly ImportedFunction[] = [],
): Map<string, Section> {
  const sections = new Map<string, Section>();
  for (const [i, one] of imports.entries()) {
    sections.set(`type ${i}`, [7, [1, ...interfaceType(one)]]);
    sections.set(`import ${i}`, [10, [1, 0x00, ...name(one.interface), 0x05, ...unsigned(i)]]);
    sections.set(`alias ${i}`, [6, [1, 0x01, 0x00, ...unsigned(i), ...name(one.function)]]);
    sections.set(`lower ${i}`, [8, [1, 0x01, 0x00, ...unsigned(i), 0]]);
    sections.set(`bag ${i}`, [2, [1, 0x01, 1, ...name(one.function), CORE.func, ...unsigned(i)]]);
  }
  const args = imports.flatMap((one, i) => [...name(one.interface), 0x12, ...unsigned(i)]);
  sections.set("core", [1, [...core]]);
  sections.set("instance", [2, [1, 0x00, 0, ...unsigned(imports.length), ...args]]);
  const instance = imports.length;
  const exported = (sort: number, of: string) => [0x00, sort, 0x01, ...unsigned(instance), ...name(of)];
  sections.set("exports of core", [6, [
    6,
    ...exported(CORE.memory, "memory"),
    ...["cabi_realloc", "run", "check", "cabi_post_run", "cabi_post_check"].flatMap((one) =>
      exported(CORE.func, one)
    ),
  ]]);
  const [types, funcs] = [imports.length, imports.length];
  sections.set("types", [7, [7, ...worldTypes(types)]]);
  // realloc is the first core function behind the lowered ones.
  const lift = (core: number, post: number, type: number) => [
    ...[0x00, 0x00, ...unsigned(funcs + core)],
    ...[4, 0x03, 0, 0x04, ...unsigned(funcs), 0x05, ...unsigned(funcs + post), 0x00],
    ...unsigned(types + type),
  ];
  sections.set("lift", [8, [2, ...lift(1, 3, 3), ...lift(2, 4, 5)]]);
  sections.set("export run", [11, [1, 0x00, ...name("run"), 0x01, ...unsigned(funcs), 0x00]]);
  // Behind the two lifted functions stands the export of the first one.
  sections.set("export check", [11, [1, 0x00, ...name("check"), 0x01, ...unsigned(funcs + 1), 0x00]]);
  return sections;
}

/** A component around a core module. */
export function kernelComponent(
  core: Uint8Array,
  imports: readonly ImportedFunction[] = [],
): Uint8Array<ArrayBuffer> {
  return assembleComponent([...kernelSections(core, imports).values()]);
}

/** A name: its size, then UTF-8. */
export function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
}

/** list<u8>, list<list<u8>>, result<list<u8>, string>, run, result<_, string>, check, and one nobody uses. */
function worldTypes(from: number): number[] {
  const at = (i: number) => unsigned(from + i);
  return [
    ...[0x70, primitive.u8],
    ...[0x70, ...at(0)],
    ...[0x6a, 0x01, ...at(0), 0x01, primitive.string],
    ...[0x40, 2, ...name("input"), ...at(0), ...name("assets"), ...at(1), 0x00, ...at(2)],
    ...[0x6a, 0x00, 0x01, primitive.string],
    ...[0x40, 4, ...name("input"), ...at(0), ...name("assets"), ...at(1)],
    ...[...name("output"), ...at(0), ...name("seed"), primitive.u64, 0x00, ...at(4)],
    ...[0x6e, 1, ...name("flag")],
  ];
}

/** An instance type with one function. */
function interfaceType({ function: of, params, result }: ImportedFunction): number[] {
  const list = params.flatMap((type, i) => [...name(`p${i}`), type]);
  const results = result === undefined ? [0x01, 0x00] : [0x00, result];
  const func = [0x40, ...unsigned(params.length), ...list, ...results];
  return [0x42, 2, 0x01, ...func, 0x04, 0x00, ...name(of), 0x01, 0];
}
