// Verified bundles as kernels: numbered, priced, with the files that workers fetch.
import type { OfferedKernel } from "./gateway/mod.ts";
import type { Kernel } from "./ports.ts";
import type { KernelStore } from "./store/mod.ts";

/** What is read of a verified bundle. */
export interface VerifiedBundle {
  readonly digest: string;
  readonly manifest: {
    readonly id: string;
    readonly version: string;
    readonly release: number;
    readonly limits: {
      readonly inputBytesMax: number;
      readonly outputBytesMax: number;
      readonly assetsMax: number;
      readonly assetBytesMax: number;
      readonly fuelMax: number;
      readonly wallMsMax: number;
    };
    readonly detection: number;
    readonly files: Readonly<Record<string, string>>;
  };
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly core: Uint8Array<ArrayBuffer>;
}

/** A kernel of this coordinator. */
export interface InstalledKernel extends OfferedKernel {
  /** The files workers fetch, by digest. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Micro-credits per million fuel of a kernel that nobody has priced yet. */
export const seedPrice = 1_000;

/** Stores the bundles' kernels and numbers them from 1, in the order given. A stored price stays. @throws P2c2rError `store.failed` */
export async function installKernels(
  store: KernelStore,
  bundles: readonly VerifiedBundle[],
): Promise<readonly InstalledKernel[]> {
  const text = new TextDecoder();
  const installed: InstalledKernel[] = [];
  for (const [index, bundle] of bundles.entries()) {
    const { digest, manifest, manifestBytes, signature, core } = bundle;
    const { id, version, release } = manifest;
    const { price } = await store.save({
      digest,
      id,
      version,
      release,
      manifest: text.decode(manifestBytes),
      signature: text.decode(signature),
      price: seedPrice,
    });
    installed.push({
      kernel: kernelOf(index + 1, bundle, price),
      signature,
      files: new Map([[digest, manifestBytes], [manifest.files["core.wasm"] ?? "", core]]),
    });
  }
  return installed;
}

function kernelOf(no: number, { digest, manifest }: VerifiedBundle, price: number): Kernel {
  const { id, version, release, limits, detection } = manifest;
  return Object.freeze({
    no,
    id,
    version,
    release,
    digest,
    fuelMax: limits.fuelMax,
    inputBytesMax: limits.inputBytesMax,
    outputBytesMax: limits.outputBytesMax,
    assetsMax: limits.assetsMax,
    assetBytesMax: limits.assetBytesMax,
    wallMsMax: limits.wallMsMax,
    detection,
    price,
  });
}
