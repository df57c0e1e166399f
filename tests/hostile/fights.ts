// Where hostile cases are fought: one isolate of some kind, and after every case an honest task in the same isolate that
// must come out right. Runs in a browser as it runs in Deno.
import { P2c2rError } from "../../protocol/errors.ts";
import type { Bundle } from "../../sandbox/bundle/mod.ts";
import type { CellKind } from "../../sandbox/isolate/cell.ts";
import { createCellStock } from "../../sandbox/isolate/cell_stock.ts";
import { createIsolate, type Isolate } from "../../sandbox/isolate/isolate.ts";
import type { Outcome } from "../../sandbox/outcome.ts";
import { bundleOf, sha256 } from "./bundles.ts";
import { type HostileCase, type HostileTask, INPUT } from "./cases/all.ts";
import { kernel } from "./kernels.ts";

/** How a case went, in values that JSON can carry. */
export interface Fought {
  /** `output`, or the code of what went wrong. */
  readonly code: string;
  readonly message: string;
  readonly output: readonly number[];
  /** What the honest task after it came to. */
  readonly next: { readonly code: string; readonly output: readonly number[] };
  /** What happened to cells. */
  readonly events: readonly string[];
}

/** A place to fight. */
export interface Ring {
  fight(one: HostileCase): Promise<Fought>;
  close(): Promise<void>;
}

/** Time enough on a machine that does much else. */
const PATIENCE_MS = 60_000;
/** For the one case that outlives every watchdog. */
const DEAF_GRACE_MS = 50;

/** Opens a ring with isolates of one kind. */
export async function openRing(kind: CellKind): Promise<Ring> {
  const events: string[] = [];
  const stock = createCellStock({
    kind,
    startMsMax: PATIENCE_MS,
    report: ({ type }) => events.push(type),
  });
  const isolate = createIsolate({ stock });
  const impatient = createIsolate({ stock, graceMs: Math.min(kind.graceMs, DEAF_GRACE_MS) });
  const honest = await bundleOf(kernel(), { limits: { wallMsMax: PATIENCE_MS } });
  return {
    async fight(one) {
      events.length = 0;
      const used = one.deaf ? impatient : isolate;
      const outcome = await fought(used, one);
      const next = await run(used, honest, {});
      return { ...shown(outcome), next: shown(next), events: [...events] };
    },
    async close() {
      await Promise.all([isolate.close(), impatient.close(), stock.close()]);
    },
  };
}

/** The outcome, or the error with which the bundle was refused. */
async function fought(isolate: Isolate, { parts, task = {}, runsBefore = 0 }: HostileCase) {
  const manifest = { ...task.manifest, limits: { wallMsMax: PATIENCE_MS, ...task.manifest?.limits } };
  try {
    const bundle = await bundleOf(kernel(parts), manifest);
    for (let i = 0; i < runsBefore; i++) await run(isolate, bundle, task);
    return await run(isolate, bundle, task);
  } catch (error) {
    if (error instanceof P2c2rError && error.code.startsWith("bundle.")) return error;
    throw error;
  }
}

async function run(isolate: Isolate, bundle: Bundle, task: HostileTask): Promise<Outcome> {
  const assets = (task.assets ?? []).map(async (bytes) => ({ digest: await sha256(bytes), bytes }));
  return await isolate.run({
    bundle,
    input: task.input ?? INPUT,
    assets: await Promise.all(assets),
    fuelLimit: task.fuelLimit ?? bundle.manifest.limits.fuelMax,
    wallMs: task.wallMs ?? PATIENCE_MS,
  });
}

function shown(outcome: Outcome | P2c2rError) {
  if (outcome instanceof P2c2rError || outcome.type === "failure") {
    return { code: outcome.code, message: outcome.message, output: [] };
  }
  return { code: outcome.type, message: "", output: [...outcome.output] };
}
