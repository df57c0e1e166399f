// The project's own kernels as a coordinator has them: built, committed, and signed by a key made for this process.
import { fileURLToPath } from "node:url";
import {
  type Bundle,
  bundleNames,
  createCellStock,
  createIsolate,
  createPool,
  fileSource,
  generateSigner,
  type Isolate,
  loadBundle,
  type Outcome,
  signManifest,
  threads,
} from "../../sandbox/mod.ts";

/** Where the bundles lie. */
export const bundlesDir = fileURLToPath(new URL("../../tasks-as/bundles", import.meta.url));

/** Who signs in these tests. */
export const signer = await generateSigner();

/** All bundles, verified as a coordinator would. */
export const bundles: readonly Bundle[] = await Promise.all((await bundleNames(bundlesDir)).map(signed));

/** So many draws of a check that looks at a part see nearly everything. */
const seeds = Array.from(
  { length: 24 },
  (_, at) => BigInt(at) * 0x9e37_79b9_7f4a_7c15n & 0xffff_ffff_ffff_ffffn,
);

/** The names of the kernels these tests know work for. */
export type KernelName = "pathfind" | "physics" | "terrain";

/** The bundle of a kernel. */
export function bundleOf(id: KernelName): Bundle {
  const found = bundles.find(({ manifest }) => manifest.id === id);
  if (found === undefined) throw new Error(`There is no bundle of ${id} in ${bundlesDir}`);
  return found;
}

/** Computes tasks one after the other, in an isolate of the test's own: what is right, by definition. */
export class Referee implements AsyncDisposable {
  readonly #isolate: Isolate = createIsolate({ stock: createCellStock({ kind: threads, spares: 0 }) });
  #last: Promise<unknown> = Promise.resolve();

  /** What a task gives. */
  run(bundle: Bundle, input: Uint8Array, asset: Uint8Array | null, wallMs = 10_000): Promise<Outcome> {
    const assets = asset === null ? [] : [asset];
    const outcome = this.#last.then(() => this.#run(bundle, input, assets, wallMs));
    this.#last = outcome;
    return outcome;
  }

  /** The output of a task that has one. */
  async output(kernel: KernelName, input: Uint8Array, asset: Uint8Array | null): Promise<Uint8Array> {
    const outcome = await this.run(bundleOf(kernel), input, asset);
    if (outcome.type === "output") return outcome.output;
    throw new Error(`${kernel} gives no output: ${outcome.code} ${outcome.message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#isolate.close();
  }

  async #run(
    bundle: Bundle,
    input: Uint8Array,
    assets: readonly Uint8Array[],
    wallMs: number,
  ): Promise<Outcome> {
    const named = await Promise.all(assets.map(async (bytes) => ({ digest: await sha256(bytes), bytes })));
    const fuelLimit = bundle.manifest.limits.fuelMax;
    return await this.#isolate.run({ bundle, input, assets: named, fuelLimit, wallMs });
  }
}

/** A kernel's own check, under several seeds. */
export class Checks implements AsyncDisposable {
  readonly #pool = createPool({ slots: 1 });
  readonly #bundle: Bundle;
  readonly #asset: Uint8Array | null;

  constructor(bundle: Bundle, asset: Uint8Array | null) {
    this.#bundle = bundle;
    this.#asset = asset;
  }

  /** Whether it finds nothing wrong under any of so many seeds. */
  async pass(input: Uint8Array, output: Uint8Array, seedCount = seeds.length): Promise<boolean> {
    const bytes = this.#asset;
    const assets = bytes === null ? [] : [{ digest: await sha256(bytes), bytes }];
    return seeds.slice(0, seedCount).every((seed) =>
      this.#pool.check(this.#bundle, input, assets, output, seed, false).type === "passed"
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }
}

/** SHA-256 in lower-case hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

async function signed(name: string): Promise<Bundle> {
  const files = fileSource(`${bundlesDir}/${name}`);
  const signature = await signManifest(await files.read("manifest.json"), signer);
  return await loadBundle(
    { read: (file) => file === "manifest.sig" ? Promise.resolve(signature) : files.read(file) },
    { pins: new Map([[signer.keyId, signer.publicKey]]), releaseFloor: () => 0 },
  );
}
