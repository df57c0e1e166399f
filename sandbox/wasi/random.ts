// The entropy of the closed world: a function of the task, so that the same task draws the same bytes everywhere.
//
// seed  = SHA-256("p2c2r wasi random v1\n" | phase | kernel | SHA-256(input) | number of assets | each asset's digest
//         | for a check: SHA-256(output) | the check's seed as 8 bytes, little-endian)
// block i of stream s = SHA-256(seed | s | i as 8 bytes, little-endian), 32 bytes
//
// phase is one byte: 0 run, 1 check. Kernel and asset digests are their 64 hex digits, the number of assets one byte.
// Streams: 0 random, 1 insecure, 2 insecure-seed. Each stream is read from its start by every task.
import { sha256Now } from "../../protocol/sha256.ts";

/** What a task is: everything that its random bytes depend on. */
export interface TaskIdentity {
  /** Digest of the bundle, lower-case hex. */
  readonly kernel: string;
  readonly input: Uint8Array;
  /** Digests, in the task's order, lower-case hex. */
  readonly assets: readonly string[];
  /** For a check: what is judged, and the seed of the draw. */
  readonly judged: { readonly output: Uint8Array; readonly seed: bigint } | undefined;
}

/** Numbers of the streams. */
export const stream = { random: 0, insecure: 1, insecureSeed: 2 } as const;

const CONTEXT = "p2c2r wasi random v1\n";
const BLOCK_BYTES = 32;

/** The streams of one task. Nothing is computed before the first byte is drawn. */
export class RandomStreams {
  readonly #identity: TaskIdentity;
  #seed: Uint8Array | undefined;
  /** Bytes drawn from each stream so far. */
  readonly #drawn = [0, 0, 0];

  constructor(identity: TaskIdentity) {
    this.#identity = identity;
  }

  /** Fills `target` with the next bytes of a stream. */
  fill(of: 0 | 1 | 2, target: Uint8Array): void {
    let at = this.#drawn[of] as number;
    for (let filled = 0; filled < target.length;) {
      const offset = at % BLOCK_BYTES;
      const part = this.#block(of, Math.floor(at / BLOCK_BYTES)).subarray(
        offset,
        offset + target.length - filled,
      );
      target.set(part, filled);
      filled += part.length;
      at += part.length;
    }
    this.#drawn[of] = at;
  }

  #block(of: number, index: number): Uint8Array {
    this.#seed ??= seedOf(this.#identity);
    return sha256Now(this.#seed, Uint8Array.of(of), u64(BigInt(index)));
  }
}

/** The seed of a task's streams. */
export function seedOf({ kernel, input, assets, judged }: TaskIdentity): Uint8Array {
  const text = new TextEncoder();
  const parts = [
    text.encode(CONTEXT),
    Uint8Array.of(judged === undefined ? 0 : 1),
    text.encode(kernel),
    sha256Now(input),
    Uint8Array.of(assets.length),
    ...assets.map((digest) => text.encode(digest)),
  ];
  if (judged !== undefined) parts.push(sha256Now(judged.output), u64(judged.seed));
  return sha256Now(...parts);
}

function u64(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, BigInt.asUintN(64, value), true);
  return new Uint8Array(bytes.buffer);
}
