/**
 * What a kernel's vectors cost in fuel, written down beside them. The amounts belong to a component and to the versions
 * of meter and weights; where those are the same and an amount is not, the meter has changed without a new version.
 */
import { METER_VERSION, WEIGHTS_VERSION } from "../../sandbox/meter/mod.ts";
import { casesOf } from "../testing/cases.ts";
import { instantiateCore } from "../testing/core.ts";

/** Fuel of `run`, and of `check` of its output with the seed 1, by the names of the vectors. */
export interface FuelRecord {
  /** SHA-256 of the component. */
  readonly component: string;
  readonly meter: number;
  readonly weights: number;
  readonly run: Readonly<Record<string, number>>;
  readonly check: Readonly<Record<string, number>>;
}

const SEED = 1n;

/** Runs a metered core on the kernel's vectors, each in an instance of its own. */
export async function measureFuel(
  kernel: string,
  core: Uint8Array<ArrayBuffer>,
  component: string,
): Promise<FuelRecord> {
  const module = await WebAssembly.compile(core);
  const run: Record<string, number> = {};
  const check: Record<string, number> = {};
  for (const { name, input, assets } of await casesOf[kernel as keyof typeof casesOf]?.() ?? []) {
    const running = instantiateCore(module);
    const result = running.run(input, assets);
    run[name] = running.fuelUsed;
    if (result.type === "err") continue;
    const checking = instantiateCore(module);
    checking.check(input, assets, result.output, SEED);
    check[name] = checking.fuelUsed;
  }
  return { component, meter: METER_VERSION, weights: WEIGHTS_VERSION, run, check };
}

/** Where a kernel's amounts are written down. */
export function fuelFile(root: URL, kernel: string): URL {
  return new URL(`${kernel}/fuel.json`, root);
}

/** What is written down; undefined where nothing is. */
export async function readFuel(root: URL, kernel: string): Promise<FuelRecord | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(fuelFile(root, kernel))) as FuelRecord;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes amounts down. @throws where the same component costs something else by the same versions */
export async function recordFuel(root: URL, kernel: string, record: FuelRecord): Promise<void> {
  const old = await readFuel(root, kernel);
  const problem = old && fuelProblem(old, record);
  if (problem !== undefined) throw new Error(`Cannot build ${kernel}: ${problem}`);
  await Deno.writeTextFile(fuelFile(root, kernel), `${JSON.stringify(record, null, 2)}\n`);
}

/** Why amounts cannot follow others that were written down; undefined where they can. */
export function fuelProblem(old: FuelRecord, now: FuelRecord): string | undefined {
  const isSame = old.component === now.component && old.meter === now.meter && old.weights === now.weights;
  if (!isSame) return undefined;
  for (const what of ["run", "check"] as const) {
    for (const [name, fuel] of Object.entries(now[what])) {
      if (old[what][name] === undefined || old[what][name] === fuel) continue;
      return `${what} of "${name}" costs ${fuel} fuel and cost ${old[what][name]}; ` +
        "raise the version of meter or weights";
    }
  }
  return undefined;
}
