// Runs kernels over many inputs and says in one line what came out: bytes, fuel, and how each call ended. It uses nothing
// but WebAssembly and the language, so that any engine's answer can be compared with any other's.

/** A metered kernel and what it is called with, as text that every process can be handed: bytes in base64. */
export interface Subject {
  readonly name: string;
  readonly core: string;
  readonly cases: readonly { readonly input: string; readonly assets: readonly string[] }[];
  /** How many inputs: the cases first, then changed ones. */
  readonly count: number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly p2c2r_fuel: { value: bigint };
  readonly p2c2r_depth: { value: number };
  cabi_realloc(old: number, oldSize: number, align: number, size: number): number;
  run(input: number, inputSize: number, assets: number, assetCount: number): number;
}

/** Fuel of a call. */
export const BUDGET = 200_000_000n;

/** One line per subject: its name, how many inputs, and a digest over all that came out. */
export function campaign(subjects: readonly Subject[]): string {
  return subjects.map((subject) => `${subject.name} ${subject.count} ${digestOf(subject)}`).join("\n");
}

function digestOf(subject: Subject): string {
  const module = new WebAssembly.Module(bytesOf(subject.core));
  const digest = new Digest();
  for (const called of callsOf(subject)) {
    const { tag, output, fuel, depth } = callOn(module, called);
    if (output === undefined) digest.number(0xdead);
    else {
      digest.number(tag);
      digest.bytes(output);
    }
    digest.number(Number(fuel & 0xffff_ffffn));
    digest.number(depth);
  }
  return digest.text();
}

/** What a kernel is called with. */
export interface Call {
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[];
}

/** A subject's calls: its cases first, then cases of which a byte is changed. */
export function callsOf({ cases, count }: Subject): Call[] {
  const read = cases.map(({ input, assets }) => ({ input: bytesOf(input), assets: assets.map(bytesOf) }));
  let state = 0x9e3779b9;
  const draw = (bound: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  return Array.from({ length: count }, (_, i) => {
    const { input, assets } = read[i % read.length]!;
    const changed = input.slice();
    if (i >= read.length && changed.length > 0) changed[draw(changed.length)] = draw(256);
    return { input: changed, assets };
  });
}

/** What came of a call: no output where it trapped. */
export interface Said {
  readonly tag: number;
  readonly output: Uint8Array | undefined;
  /** What the meter left. */
  readonly fuel: bigint;
  readonly depth: number;
}

/** Calls a fresh instance. */
export function callOn(module: WebAssembly.Module, { input, assets }: Call): Said {
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  exports.p2c2r_fuel.value = BUDGET;
  const left = () => ({ fuel: exports.p2c2r_fuel.value, depth: exports.p2c2r_depth.value });
  try {
    const inPtr = place(exports, input);
    const list = exports.cabi_realloc(0, 0, 4, assets.length * 8);
    for (const [i, asset] of assets.entries()) {
      const start = place(exports, asset);
      new Uint32Array(exports.memory.buffer, list + i * 8, 2).set([start, asset.length]);
    }
    const result = exports.run(inPtr, input.length, list, assets.length) >>> 0;
    const view = new DataView(exports.memory.buffer);
    const [ptr, size] = [view.getUint32(result + 4, true), view.getUint32(result + 8, true)];
    const output = new Uint8Array(exports.memory.buffer, ptr, size);
    return { tag: view.getUint8(result), output, ...left() };
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return { tag: 0, output: undefined, ...left() };
  }
}

function place(exports: Exports, bytes: Uint8Array): number {
  const start = exports.cabi_realloc(0, 0, 1, bytes.length) >>> 0;
  new Uint8Array(exports.memory.buffer, start, bytes.length).set(bytes);
  return start;
}

/** FNV-1a over 32-bit words and bytes, twice with different starts. */
class Digest {
  #a = 0x811c9dc5;
  #b = 0x01234567;

  number(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193);
    this.#b = Math.imul(this.#b ^ value, 0x85ebca6b) ^ (this.#b >>> 15);
  }

  bytes(bytes: Uint8Array): void {
    this.number(bytes.length);
    for (const byte of bytes) this.number(byte);
  }

  text(): string {
    return (this.#a >>> 0).toString(16).padStart(8, "0") + (this.#b >>> 0).toString(16).padStart(8, "0");
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
