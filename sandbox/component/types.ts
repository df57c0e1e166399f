// The types of a component as text, so that a function's type can be compared with the world's and shown to a person.
import type { ByteReader } from "./byte_reader.ts";

/** The types defined so far, by number: their text. A resource or an instance has a text that equals no function's. */
export type TypeSpace = string[];

/** How deep instance types may nest. */
const DEPTH_MAX = 8;

const PRIMITIVES: ReadonlyMap<number, string> = new Map([
  [0x7f, "bool"],
  [0x7e, "s8"],
  [0x7d, "u8"],
  [0x7c, "s16"],
  [0x7b, "u16"],
  [0x7a, "s32"],
  [0x79, "u32"],
  [0x78, "s64"],
  [0x77, "u64"],
  [0x76, "f32"],
  [0x75, "f64"],
  [0x74, "char"],
  [0x73, "string"],
]);

const tag = {
  record: 0x72,
  variant: 0x71,
  list: 0x70,
  tuple: 0x6f,
  flags: 0x6e,
  enum: 0x6d,
  option: 0x6b,
  result: 0x6a,
  own: 0x69,
  borrow: 0x68,
  func: 0x40,
  instance: 0x42,
  resource: 0x3f,
} as const;

/** What an import or export of a component is: `kind` as a sort, and for types and instances the type's number. */
export interface Extern {
  readonly kind: "func" | "type" | "instance";
  readonly type: number | undefined;
}

/** Reads the definitions of a type section into `types`. */
export function readTypeSection(reader: ByteReader, types: TypeSpace): void {
  for (let left = reader.count(); left > 0; left--) types.push(readDefinition(reader, types, 0));
}

/** Reads the description behind a name in an import, an export or a declaration. */
export function readExtern(reader: ByteReader): Extern {
  const sort = reader.byte();
  if (sort === 0x01) return { kind: "func", type: reader.number() };
  if (sort === 0x05) return { kind: "instance", type: reader.number() };
  if (sort !== 0x03) reader.refuse("names something that is no function, type or instance");
  const bound = reader.byte();
  if (bound === 0x00) return { kind: "type", type: reader.number() };
  if (bound !== 0x01) reader.refuse("has a type bound of an unknown kind");
  return { kind: "type", type: undefined };
}

/** A name in an import or export: the kind of name, then its text. */
export function readExternName(reader: ByteReader): string {
  if (reader.byte() > 0x01) reader.refuse("has a name of an unknown kind");
  return reader.name();
}

function readDefinition(reader: ByteReader, types: TypeSpace, depth: number): string {
  const at = reader.peek();
  const primitive = PRIMITIVES.get(at);
  if (primitive !== undefined) {
    reader.byte();
    return primitive;
  }
  reader.byte();
  const value = () => readValueType(reader, types);
  switch (at) {
    case tag.func:
      return readFunction(reader, types);
    case tag.instance:
      return readInstance(reader, depth + 1);
    case tag.resource:
      return reader.refuse("defines a resource of its own");
    case tag.list:
      return `list<${value()}>`;
    case tag.option:
      return `option<${value()}>`;
    case tag.result: {
      const [ok, error] = [readOptional(reader, types), readOptional(reader, types)];
      return `result<${ok ?? "_"}, ${error ?? "_"}>`;
    }
    case tag.own:
      return `own<${typeAt(reader, types, reader.number())}>`;
    case tag.borrow:
      return `borrow<${typeAt(reader, types, reader.number())}>`;
    case tag.tuple:
      return `tuple<${reader.list(value).join(", ")}>`;
    case tag.record:
      return `record<${reader.list(() => `${reader.name()}: ${value()}`).join(", ")}>`;
    case tag.flags:
      return `flags<${reader.list(() => reader.name()).join(", ")}>`;
    case tag.enum:
      return `enum<${reader.list(() => reader.name()).join(", ")}>`;
    case tag.variant:
      return `variant<${reader.list(() => readCase(reader, types)).join(", ")}>`;
    default:
      return reader.refuse(`defines a type of an unknown kind (0x${at.toString(16)})`);
  }
}

function readCase(reader: ByteReader, types: TypeSpace): string {
  const label = reader.name();
  const type = readOptional(reader, types);
  reader.expect(0x00, "a variant's case");
  return type === undefined ? label : `${label}(${type})`;
}

function readFunction(reader: ByteReader, types: TypeSpace): string {
  const params = reader.list(() => {
    reader.name();
    return readValueType(reader, types);
  });
  const results = reader.byte();
  if (results === 0x00) return `func(${params.join(", ")}) -> ${readValueType(reader, types)}`;
  if (results !== 0x01) reader.refuse("has a function with results of an unknown kind");
  reader.expect(0x00, "a function's results");
  return `func(${params.join(", ")})`;
}

/** The declarations of an instance type see types of their own only, and what they take from outside by number. */
function readInstance(reader: ByteReader, depth: number): string {
  if (depth > DEPTH_MAX) reader.refuse(`nests types more than ${DEPTH_MAX} deep`);
  const own: TypeSpace = [];
  for (let left = reader.count(); left > 0; left--) {
    const kind = reader.byte();
    if (kind === 0x01) own.push(readDefinition(reader, own, depth));
    else if (kind === 0x02) own.push(readOuterType(reader));
    else if (kind === 0x04) {
      const name = readExternName(reader);
      const extern = readExtern(reader);
      if (extern.kind === "type") own.push(name);
    } else reader.refuse("has an instance type with a declaration of an unknown kind");
  }
  return "instance";
}

/** `alias outer`: only of types, the one thing that declarations take from around them. */
function readOuterType(reader: ByteReader): string {
  reader.expect(0x03, "an alias in a type");
  reader.expect(0x02, "an alias in a type");
  const [depth, index] = [reader.number(), reader.number()];
  return `outer ${depth} ${index}`;
}

function readOptional(reader: ByteReader, types: TypeSpace): string | undefined {
  const has = reader.byte();
  if (has === 0x00) return undefined;
  return has === 0x01 ? readValueType(reader, types) : reader.refuse("has an option of an unknown kind");
}

function readValueType(reader: ByteReader, types: TypeSpace): string {
  const primitive = PRIMITIVES.get(reader.peek());
  if (primitive === undefined) return typeAt(reader, types, reader.number());
  reader.byte();
  return primitive;
}

/** Texts of nested types repeat those inside: a bound keeps a type that doubles at each step from filling memory. */
const TEXT_CHARACTERS_MAX = 2_048;

function typeAt(reader: ByteReader, types: TypeSpace, index: number): string {
  const text = types[index];
  if (text === undefined) return reader.refuse(`names type ${index}, which is not defined`);
  return text.length <= TEXT_CHARACTERS_MAX ? text : reader.refuse("has a type that is too large");
}
