// Reads and sets the counters of metered instances. A component of several core modules has one counter in each: every
// one gets the whole budget, and what they used is added up.
import { MACHINE_FAILED, METER_EXPORTS } from "./names.ts";

/** What the counters say about a call. `deep`: calls nested too deeply; `failed`: the machine refused memory. */
export interface Reading {
  readonly state: "within" | "exhausted" | "deep" | "failed";
  /** Fuel used since the budget was set, never more than the budget. */
  readonly fuel: number;
}

/** The exports of one metered instance that are the meter's. */
interface Counters {
  readonly fuel: { value: bigint };
  readonly depth: { readonly value: number };
}

/** The counters of the instances that make up one kernel. */
export class Gauge {
  readonly #counters: readonly Counters[];
  #budget = 0;

  /** @throws {TypeError} for exports of a module that is not metered */
  constructor(instances: readonly WebAssembly.Exports[]) {
    this.#counters = instances.map((exports) => {
      const { [METER_EXPORTS.fuel]: fuel, [METER_EXPORTS.depth]: depth } = exports;
      if (!(fuel instanceof WebAssembly.Global) || !(depth instanceof WebAssembly.Global)) {
        throw new TypeError("Cannot count: the module is not metered");
      }
      return { fuel, depth };
    });
  }

  /** Sets what the next calls may use together, in units of fuel below 2^53. */
  fill(budget: number): void {
    this.#budget = budget;
    for (const { fuel } of this.#counters) fuel.value = BigInt(budget);
  }

  /** What was used since, and why the call ended if it was the meter that ended it. */
  read(): Reading {
    let used = 0;
    let isDeep = false;
    for (const { fuel, depth } of this.#counters) {
      const left = fuel.value;
      if (left === MACHINE_FAILED) return { state: "failed", fuel: 0 };
      // The meter only takes. Code that puts fuel back was written by somebody else: all of the budget counts as used.
      if (Number(left) > this.#budget) return { state: "exhausted", fuel: this.#budget };
      used += this.#budget - Number(left);
      isDeep ||= depth.value < 0;
    }
    if (used > this.#budget) return { state: "exhausted", fuel: this.#budget };
    return { state: isDeep ? "deep" : "within", fuel: used };
  }
}
