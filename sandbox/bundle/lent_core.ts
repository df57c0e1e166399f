// A kernel's core with its memory turned into an import, so that whoever runs it can lend it a memory that was used
// before. Nothing else about the module changes: its one memory keeps its number, its sizes and its export.
import { readModule, type Section, sectionId, Writer } from "../wasm/mod.ts";

/** What the lent memory is imported as. */
export const LENT_MEMORY = { module: "p2c2r", name: "memory" } as const;

/** Pages of 64 KiB. */
export interface MemorySizes {
  readonly initial: number;
  readonly maximum: number;
}

/** A core module that is lent its memory. */
export interface LentCore {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
  readonly memory: MemorySizes;
}

const HEADER_BYTES = 8;
const MEMORY_KIND = 2;
const HAS_MAXIMUM = 1;

/** Rewrites and compiles a core that keeps all rules: one plain memory with a maximum, of its own. */
export async function lendMemory(core: Uint8Array<ArrayBuffer>): Promise<LentCore> {
  const { sections, memories: [memory] } = readModule(core);
  if (memory?.maximum === undefined) throw new Error("Bug: the memory of an accepted core has a maximum");
  const sizes = { initial: memory.initial, maximum: memory.maximum };
  const bytes = rewritten(core, sections, sizes);
  return { bytes, module: await WebAssembly.compile(bytes), memory: sizes };
}

/** Sections that come behind the imports; others may stand anywhere. */
const behindImports = ({ id }: Section) => id > sectionId.import;

function rewritten(
  core: Uint8Array,
  sections: readonly Section[],
  sizes: MemorySizes,
): Uint8Array<ArrayBuffer> {
  const out = new Writer().bytes(core.subarray(0, HEADER_BYTES));
  const imports = importsWith(sizes, bodyOf(core, sections.find(({ id }) => id === sectionId.import)));
  const kept = sections.filter(({ id }) => id !== sectionId.memory && id !== sectionId.import);
  const at = kept.findIndex(behindImports);
  for (const section of kept.slice(0, at)) out.byte(section.id).sized(bodyOf(core, section));
  out.byte(sectionId.import).sized(imports);
  for (const section of kept.slice(at)) out.byte(section.id).sized(bodyOf(core, section));
  return out.written().slice();
}

/** The import section with one more entry, at its end: what was imported before keeps its number. */
function importsWith({ initial, maximum }: MemorySizes, before: Uint8Array): Uint8Array {
  const { count, entries } = counted(before);
  return new Writer().unsigned(count + 1).bytes(entries)
    .name(LENT_MEMORY.module).name(LENT_MEMORY.name)
    .byte(MEMORY_KIND).byte(HAS_MAXIMUM).unsigned(initial).unsigned(maximum)
    .written();
}

/** A list's number of entries, in LEB128, and what stands behind it. */
function counted(list: Uint8Array): { readonly count: number; readonly entries: Uint8Array } {
  const size = list.findIndex((byte) => byte < 0x80) + 1;
  const count = list.subarray(0, size).reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0);
  return { count, entries: list.subarray(size) };
}

/** The bytes of a section; an empty list where there is none. */
function bodyOf(core: Uint8Array, section: Section | undefined): Uint8Array {
  return section === undefined ? Uint8Array.of(0) : core.subarray(section.start, section.end);
}
