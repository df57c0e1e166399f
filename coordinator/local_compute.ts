// Trusted compute behind the Compute port: finds a task's kernel and assets, and leaves the rest to a pool of isolates.
import type { CheckOutcome, Compute, Outcome, Work } from "./ports.ts";

/** An asset with its bytes. */
export interface ComputeAsset {
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a pool of isolates does; the sandbox has one. */
export interface ComputePool<Bundle> {
  run(
    bundle: Bundle,
    input: Uint8Array,
    assets: readonly ComputeAsset[],
    fuelLimit: number,
  ): Promise<Outcome>;
  check(
    bundle: Bundle,
    input: Uint8Array,
    assets: readonly ComputeAsset[],
    output: Uint8Array,
    seed: bigint,
    again: boolean,
  ): CheckOutcome;
  close(): Promise<void>;
}

/** Where assets come from. */
export interface AssetBytes {
  /** At once, where they are warm. */
  peek(digest: string): Uint8Array<ArrayBuffer> | undefined;
  get(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** What trusted compute is made of. */
export interface LocalComputeParts<Bundle> {
  readonly pool: ComputePool<Bundle>;
  /** By kernel number. */
  readonly bundles: ReadonlyMap<number, Bundle>;
  readonly assets: AssetBytes;
  /** Told when an asset cannot be read. */
  readonly report: (error: unknown) => void;
}

/** The Compute port over a pool. */
export function localCompute<Bundle>(parts: LocalComputeParts<Bundle>): Compute {
  const { pool, assets } = parts;
  const fetch = async (work: Work): Promise<readonly ComputeAsset[] | undefined> => {
    try {
      return await fetched(assets, work);
    } catch (error) {
      parts.report(error);
      return undefined;
    }
  };
  return {
    async run(work) {
      const bundle = parts.bundles.get(work.kernel);
      const found = warm(assets, work) ?? await fetch(work);
      if (bundle === undefined || found === undefined) return unavailable(work);
      return await pool.run(bundle, work.input, found, work.fuelLimit);
    },
    check(work, output, seed, again) {
      const judge = (found: readonly ComputeAsset[] | undefined): CheckOutcome => {
        const bundle = parts.bundles.get(work.kernel);
        if (bundle === undefined || found === undefined) return { type: "unknown", message: missing(work) };
        return pool.check(bundle, work.input, found, output, seed, again);
      };
      const found = warm(assets, work);
      return found === undefined ? fetch(work).then(judge) : judge(found);
    },
    close: () => pool.close(),
  };
}

const none: readonly ComputeAsset[] = [];

function warm(assets: AssetBytes, work: Work): readonly ComputeAsset[] | undefined {
  if (work.assets.length === 0) return none;
  const found: ComputeAsset[] = [];
  for (const digest of work.assets) {
    const bytes = assets.peek(digest);
    if (bytes === undefined) return undefined;
    found.push({ digest, bytes });
  }
  return found;
}

/** Undefined when an asset is not here: trouble of this machine, never a verdict. */
async function fetched(assets: AssetBytes, work: Work): Promise<readonly ComputeAsset[] | undefined> {
  const all = await Promise.all(
    work.assets.map(async (digest) => ({ digest, bytes: await assets.get(digest) })),
  );
  return all.every((each): each is ComputeAsset => each.bytes !== undefined) ? all : undefined;
}

function unavailable(work: Work): Outcome {
  return { type: "failure", code: "kernel.environment", message: missing(work), fuel: 0, computeUs: 0 };
}

function missing({ kernel }: Work): string {
  return `Cannot compute task of kernel ${kernel}: the kernel or an asset cannot be read here`;
}
