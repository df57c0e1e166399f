/** Enough of the WebAssembly binary format to look into components and core modules. */

/** One section: its id, and the bytes behind its size. */
export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const CORE_LAYER = [0x01, 0x00, 0x00, 0x00];
const COMPONENT_LAYER = [0x0d, 0x00, 0x01, 0x00];

/** The sections of a core module, in order. */
export function coreSections(binary: Uint8Array): Section[] {
  return sections(binary, CORE_LAYER, "core module");
}

/** The sections of a component, in order. */
export function componentSections(binary: Uint8Array): Section[] {
  return sections(binary, COMPONENT_LAYER, "component");
}

/** An unsigned LEB128 number of at most 32 bits: its value and the offset behind it. */
export function readLeb(bytes: Uint8Array, offset: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: offset + i + 1 };
  }
  throw new Error(`Cannot read a WebAssembly binary: bad number at byte ${offset}`);
}

function sections(binary: Uint8Array, layer: readonly number[], what: string): Section[] {
  if ([...MAGIC, ...layer].some((byte, i) => binary[i] !== byte)) {
    throw new Error(`Cannot read a WebAssembly binary: not a ${what}`);
  }
  const found: Section[] = [];
  let offset = 8;
  while (offset < binary.length) {
    const id = binary[offset] as number;
    const { value: size, next } = readLeb(binary, offset + 1);
    if (next + size > binary.length) {
      throw new Error(
        `Cannot read a WebAssembly binary: section ${id} at byte ${offset} ends behind the file`,
      );
    }
    found.push({ id, body: binary.subarray(next, next + size) });
    offset = next + size;
  }
  return found;
}
