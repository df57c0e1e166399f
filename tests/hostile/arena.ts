// Where hostile kernels fight: one isolate, and after every one of them an honest task that must come out right.
import { assert } from "../deps.ts";
import {
  type Asset,
  type Bundle,
  type CellEvent,
  createCellStock,
  createIsolate,
  type Outcome,
  threads,
} from "../../sandbox/mod.ts";
import { bundleOf, type ManifestParts, sha256 } from "./bundles.ts";
import { kernel, type KernelParts } from "./kernels.ts";

/** A task for a hostile kernel. */
export interface HostileTask {
  readonly input?: Uint8Array;
  readonly assets?: readonly Uint8Array[];
  readonly wallMs?: number;
  readonly fuelLimit?: number;
  readonly manifest?: ManifestParts;
}

/** Runs hostile kernels. */
export interface Arena {
  /** Runs a kernel of these parts, then proves that the next task is right. */
  fight(parts: KernelParts, task?: HostileTask): Promise<Outcome>;
  run(bundle: Bundle, task?: HostileTask): Promise<Outcome>;
  /** What happened to threads; nothing should. */
  readonly events: readonly CellEvent[];
}

/** An input that no test expects by chance. */
export const INPUT = Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6);

/** Gives `work` an arena and closes it afterwards. */
export async function withArena(work: (arena: Arena) => Promise<void>): Promise<void> {
  const events: CellEvent[] = [];
  const stock = createCellStock({ kind: threads, spares: 0, report: (event) => events.push(event) });
  const isolate = createIsolate({ stock });
  const honest = await bundleOf(kernel());
  const run = async (bundle: Bundle, task: HostileTask = {}) =>
    await isolate.run({
      bundle,
      input: task.input ?? INPUT,
      assets: await Promise.all((task.assets ?? []).map(named)),
      fuelLimit: task.fuelLimit ?? bundle.manifest.limits.fuelMax,
      wallMs: task.wallMs ?? 1_000,
    });
  try {
    await work({
      events,
      run,
      async fight(parts, task = {}) {
        const outcome = await run(await bundleOf(kernel(parts), task.manifest), task);
        const next = await run(honest);
        assert.equal(next.type, "output", "the task after a hostile kernel");
        assert.deepEqual(next.type === "output" && next.output, INPUT);
        return outcome;
      },
    });
  } finally {
    await isolate.close();
    await stock.close();
  }
}

/** An outcome's code, or `output`. */
export function codeOf(outcome: Outcome): string {
  return outcome.type === "output" ? "output" : outcome.code;
}

async function named(bytes: Uint8Array): Promise<Asset> {
  return { digest: await sha256(bytes), bytes };
}
