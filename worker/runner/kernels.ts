// Bundles that this worker has verified: signed by a pinned signer, no roll-back, every file by its digest.
import { limits, P2c2rError } from "../../protocol/mod.ts";
import { type Bundle, type BundleSource, loadBundle, parseManifest, type Pins } from "../../sandbox/mod.ts";

/** Largest manifest that is fetched. */
const manifestBytesMax = 64 * 1024;

/** What {@link Kernels} needs. */
export interface KernelsOptions {
  readonly blobs: { get(digest: string, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> };
  readonly pins: () => Pins;
  readonly floors: {
    floor(id: string): number;
    raise(id: string, release: number): Promise<void>;
  };
}

/** Verified kernels by manifest digest. */
export class Kernels {
  readonly #options: KernelsOptions;
  readonly #bundles = new Map<string, Bundle>();

  constructor(options: KernelsOptions) {
    this.#options = options;
  }

  /** A verified bundle, or undefined. */
  get(digest: string): Bundle | undefined {
    return this.#bundles.get(digest);
  }

  /**
   * Fetches and verifies the bundle whose manifest has this digest. One that was verified before stays so while its
   * signature is offered again unchanged and its signer is still pinned.
   *
   * @throws P2c2rError `bundle.*`, or `connection.lost` when it could not be fetched
   */
  async prepare(digest: string, signature: Uint8Array): Promise<Bundle> {
    const { pins, floors } = this.#options;
    const known = this.#bundles.get(digest);
    if (known !== undefined && isSame(known.signature, signature) && pins().has(known.signedBy)) return known;
    const bundle = await loadBundle(this.#source(digest, signature), {
      pins: pins(),
      releaseFloor: (id) => floors.floor(id),
    });
    if (bundle.digest !== digest) {
      throw new P2c2rError("bundle.digest", `Cannot use kernel ${digest.slice(0, 12)}…: it is another one`);
    }
    await floors.raise(bundle.manifest.id, bundle.manifest.release);
    this.#bundles.set(digest, bundle);
    return bundle;
  }

  #source(digest: string, signature: Uint8Array): BundleSource {
    const { blobs } = this.#options;
    return {
      read: async (name) => {
        if (name === "manifest.sig") return signature;
        const manifest = await blobs.get(digest, manifestBytesMax);
        if (name === "manifest.json") return manifest;
        const { files } = parseManifest(manifest);
        const file = files[name];
        if (file !== undefined) return await blobs.get(file, limits.blobBytesMax);
        throw new P2c2rError("bundle.malformed", `Cannot read bundle: it has no file ${name}`);
      },
    };
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
