// A small assembler for core modules, so that tests can write the kernels that no compiler would.

/** Value types by their codes. */
export const type = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, funcref: 0x70, externref: 0x6f } as const;

/** A function's parameters and results. */
export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** A function: its type, its locals beside the parameters (all i32), its instructions without the last `end`. */
export interface Func extends FunctionType {
  readonly locals?: number;
  readonly body: readonly number[];
}

/** Pages or entries; `flags` overrides what follows from whether there is a maximum. */
export interface Limits {
  readonly initial: number;
  readonly maximum?: number;
  readonly flags?: number;
}

/** A core module in parts. */
export interface ModuleParts {
  readonly functions: readonly Func[];
  readonly memories?: readonly Limits[];
  readonly tables?: readonly (Limits & { readonly element?: readonly number[] })[];
  /** Mutable i32 globals by their first values. */
  readonly globals?: readonly number[];
  readonly exports?: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  /** Imported functions; `type` is the number of a raw type, by default that of the first function. */
  readonly imports?: readonly { readonly module: string; readonly name: string; readonly type?: number }[];
  readonly start?: number;
  readonly data?: readonly { readonly at: number; readonly bytes: readonly number[] }[];
  /** Raw type entries before those of the functions. */
  readonly rawTypes?: readonly (readonly number[])[];
  /** Whole sections of any id, put where the standard wants them. */
  readonly rawSections?: readonly { readonly id: number; readonly body: readonly number[] }[];
}

/** Kinds of exports. */
export const kind = { func: 0, table: 1, memory: 2, global: 3 } as const;

/** Instructions, as bytes. */
export const op = {
  unreachable: [0x00],
  nop: [0x01],
  loop: [0x03, 0x40],
  block: [0x02, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  end: [0x0b],
  br: (depth: number) => [0x0c, ...unsigned(depth)],
  brIf: (depth: number) => [0x0d, ...unsigned(depth)],
  return: [0x0f],
  call: (index: number) => [0x10, ...unsigned(index)],
  drop: [0x1a],
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  tee: (local: number) => [0x22, ...unsigned(local)],
  getGlobal: (global: number) => [0x23, ...unsigned(global)],
  setGlobal: (global: number) => [0x24, ...unsigned(global)],
  load32: (offset = 0) => [0x28, 2, ...unsigned(offset)],
  load8: (offset = 0) => [0x2d, 0, ...unsigned(offset)],
  store32: (offset = 0) => [0x36, 2, ...unsigned(offset)],
  store8: (offset = 0) => [0x3a, 0, ...unsigned(offset)],
  memorySize: [0x3f, 0],
  memoryGrow: [0x40, 0],
  i32: (value: number) => [0x41, ...signed(value)],
  i64: (value: number) => [0x42, ...signed(value)],
  eqz: [0x45],
  eq: [0x46],
  ne: [0x47],
  ltU: [0x49],
  geU: [0x4f],
  add: [0x6a],
  sub: [0x6b],
  divU: [0x6e],
  and: [0x71],
  copy: [0xfc, 0x0a, 0, 0],
  fill: [0xfc, 0x0b, 0],
  nullFunction: [0xd0, 0x70],
  tableGrow: (table: number) => [0xfc, 0x0f, ...unsigned(table)],
} as const;

/** A LEB128 number without sign. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return bytes;
}

/** A LEB128 number with sign, of 32 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value | 0;; left >>= 7) {
    const low = left & 0x7f;
    const rest = left >> 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** The module's bytes. */
export function assemble(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const rawTypes = parts.rawTypes ?? [];
  const imports = parts.imports ?? [];
  const types = [...rawTypes, ...parts.functions.map(typeEntry)];
  const sections: { id: number; body: readonly number[] }[] = [];
  const add = (id: number, entries: readonly (readonly number[])[] | undefined) => {
    if (entries !== undefined && entries.length > 0) sections.push({ id, body: vector(entries) });
  };
  add(1, types);
  add(
    2,
    imports.map(({ module, name, type: of = rawTypes.length }) => [
      ...[...text(module), ...text(name)],
      ...[0, ...unsigned(of)],
    ]),
  );
  add(3, parts.functions.map((_, i) => unsigned(rawTypes.length + i)));
  add(4, parts.tables?.map((table) => [...(table.element ?? [type.funcref]), ...limitBytes(table)]));
  add(5, parts.memories?.map(limitBytes));
  add(6, parts.globals?.map((value) => [type.i32, 1, ...op.i32(value), ...op.end]));
  add(7, parts.exports?.map(({ name, kind, index }) => [...text(name), kind, ...unsigned(index)]));
  if (parts.start !== undefined) sections.push({ id: 8, body: unsigned(parts.start) });
  add(10, parts.functions.map(codeEntry));
  add(
    11,
    parts.data?.map(({ at, bytes }) => [0, ...op.i32(at), ...op.end, ...unsigned(bytes.length), ...bytes]),
  );
  for (const raw of parts.rawSections ?? []) insert(sections, raw);
  const bytes = sections.flatMap(({ id, body }) => [id, ...unsigned(body.length), ...body]);
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...bytes]);
}

/** The tag section (13) stands between memories and globals; every other kind in the order of its id. */
function insert(
  sections: { id: number; body: readonly number[] }[],
  raw: { id: number; body: readonly number[] },
) {
  const rank = (id: number) => id === 13 ? 5.5 : id;
  const at = sections.findIndex((section) => rank(section.id) > rank(raw.id));
  sections.splice(at < 0 ? sections.length : at, 0, raw);
}

function typeEntry({ params, results }: FunctionType): number[] {
  return [0x60, ...unsigned(params.length), ...params, ...unsigned(results.length), ...results];
}

function codeEntry({ locals = 0, body }: Func): number[] {
  const code = [...(locals === 0 ? [0] : [1, ...unsigned(locals), type.i32]), ...body, ...op.end];
  return [...unsigned(code.length), ...code];
}

function limitBytes({ initial, maximum, flags }: Limits): number[] {
  const tail = maximum === undefined ? [] : unsigned(maximum);
  return [flags ?? (maximum === undefined ? 0 : 1), ...unsigned(initial), ...tail];
}

function vector(entries: readonly (readonly number[])[]): number[] {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}
