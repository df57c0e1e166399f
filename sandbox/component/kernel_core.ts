// The core module of a kernel, out of its component: what is metered, and what workers run.
import { readComponent } from "./component.ts";
import { mergeCores } from "./merge.ts";
import { type Plan, planOf } from "./plan.ts";

/** The names that a core has in its exports which needs nothing done. */
const DIRECT = {
  memory: "memory",
  realloc: "cabi_realloc",
  run: "run",
  check: "check",
  postRun: "cabi_post_run",
  postCheck: "cabi_post_check",
} as const;

/**
 * The one core module that does what the component does. A component that holds just that gives it as it is; the cores
 * of another one are merged. The same component gives the same bytes.
 *
 * @throws {P2c2rError} bundle.malformed, bundle.imports, bundle.feature
 */
export function kernelCore(component: Uint8Array): Uint8Array<ArrayBuffer> {
  const plan = planOf(readComponent(component));
  const [first] = plan.cores;
  return first !== undefined && standsAlone(plan) ? first.bytes.slice() : mergeCores(plan);
}

function standsAlone(plan: Plan): boolean {
  const names = Object.entries(DIRECT) as [keyof typeof DIRECT, string][];
  return plan.cores.length === 1 && plan.starts.length === 0 &&
    plan.cores[0]?.imports.length === 0 && names.every(([key, name]) => plan[key]?.export === name);
}
