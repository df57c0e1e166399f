// Kernels for simulations: what they compute is known to everybody, so every lie can be told from the truth.
import { createHash } from "node:crypto";
import type { Kernel, Outcome, Work } from "../../coordinator/ports.ts";
import { unknownWorker, type WorkerRecord } from "../../coordinator/verify/mod.ts";

/** A kernel for simulations. */
export function simKernel(no: number, overrides: Partial<Kernel> = {}): Kernel {
  return {
    no,
    id: `kernel${no}`,
    version: "1.0.0",
    release: 1,
    digest: String(no).repeat(64).slice(0, 64),
    fuelMax: 1_000_000,
    inputBytesMax: 1024,
    outputBytesMax: 1024,
    assetsMax: 1,
    assetBytesMax: 1024,
    wallMsMax: 1000,
    detection: 0.6,
    price: 100,
    ...overrides,
  };
}

/** A record of a worker that is trusted with the given kernels. */
export function trustedRecord(kernels: readonly Kernel[], right = 50): WorkerRecord {
  const trust = { stage: "trusted", progress: 0, right, wrong: 0 } as const;
  return {
    ...unknownWorker,
    kernels: new Map(kernels.map((kernel) => [`${kernel.id}@${kernel.version}`, trust])),
  };
}

/** A file that tasks name. */
export interface SimAsset {
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All files that tasks of simulations name. */
export const assets: readonly SimAsset[] = [1, 2, 3].map((no) => {
  const bytes = Uint8Array.from({ length: 40 * no }, (_, at) => at * no & 255);
  return { digest: createHash("sha256").update(bytes).digest("hex"), bytes };
});
const bytesOf = new Map(assets.map(({ digest, bytes }) => [digest, bytes]));

/** The bytes that a digest stands for; histories written by hand name files as they like. */
export function assetBytes(digest: string): Uint8Array {
  return bytesOf.get(digest) ?? new TextEncoder().encode(digest);
}

/**
 * What the simulated kernel computes: bytes that depend on the input and on the assets; an input that starts with 255 is
 * refused. `files`: the assets' bytes as a machine has them.
 */
export function truth(work: Work, files: readonly Uint8Array[] = work.assets.map(assetBytes)): Outcome {
  const fuel = 1000 + 10 * work.input.length;
  if (work.input[0] === 255) {
    return { type: "failure", code: "kernel.refused", message: "first byte is 255", fuel, computeUs: 1 };
  }
  const output = new Uint8Array(8);
  for (const bytes of [work.input, ...files]) {
    for (let at = 0; at < bytes.length; at++) {
      output[at % 8] = (output[at % 8]! * 31 + bytes[at]! + at) & 255;
    }
  }
  return { type: "output", output, fuel, computeUs: 1 };
}

/** Whether an outcome is what the kernel computes. */
export function isTrue(work: Work, outcome: Outcome): boolean {
  const right = truth(work);
  if (right.fuel !== outcome.fuel) return false;
  if (right.type === "failure" || outcome.type === "failure") {
    return right.type === "failure" && outcome.type === "failure" && right.code === outcome.code &&
      right.message === outcome.message;
  }
  return sameBytes(right.output, outcome.output);
}

/** Whether bytes are what the kernel answers; what is paid for them is another matter. */
export function isRightOutput(work: Work, output: Uint8Array): boolean {
  const right = truth(work);
  return right.type === "output" && sameBytes(right.output, output);
}

/** Whether bytes are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** A distinct input for each number. */
export function inputOf(number: number): Uint8Array {
  return Uint8Array.of(number & 127, (number >> 7) & 255, (number >> 15) & 255, 7);
}
