// Tiny kernels by hand for tests of the worker, each signed with a key of the test.
import { sha256Hex } from "../../protocol/mod.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { type Signer } from "../../sandbox/mod.ts";
import { filesOf, type ManifestParts } from "../hostile/bundles.ts";
import { answer, echo, kernel, spin } from "../hostile/kernels.ts";
import { op } from "../hostile/wasm_builder.ts";

/** A signed bundle as a coordinator would offer it. */
export interface SignedKernel {
  /** SHA-256 of the manifest, hex. */
  readonly digest: string;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Manifest and core by digest. */
  readonly blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** What the tiny kernels do. */
export const tinyCores = {
  /** Counts down from the input's first four bytes (at least 1), then answers with the input. */
  slowEcho: meter(kernel({
    run: [
      ...[...op.get(0), ...op.load32(), ...op.set(4)],
      ...[...op.loop, ...op.get(4), ...op.i32(1), ...op.sub, ...op.tee(4), ...op.brIf(0), ...op.end],
      ...echo,
    ],
  })),
  /** Answers with the first asset. */
  assetEcho: meter(kernel({
    run: answer(0, [...op.get(2), ...op.load32()], [...op.get(2), ...op.load32(4)]),
  })),
  /** Never ends. */
  spin: meter(kernel({ run: spin })),
} as const;

/** Signs one of the tiny kernels. */
export async function signKernel(
  core: Uint8Array<ArrayBuffer>,
  signer: Signer,
  manifest: ManifestParts = {},
): Promise<SignedKernel> {
  const files = await filesOf(core, signer, manifest);
  const manifestBytes = files["manifest.json"]!;
  const digest = await sha256Hex(manifestBytes);
  return {
    digest,
    signature: files["manifest.sig"]!,
    blobs: new Map([[digest, manifestBytes], [await sha256Hex(core), core]]),
  };
}

/** An input for slowEcho: so many rounds, then more bytes. */
export function slowInput(rounds: number, more: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const input = new Uint8Array(4 + more.length);
  new DataView(input.buffer).setUint32(0, rounds, true);
  input.set(more, 4);
  return input;
}
