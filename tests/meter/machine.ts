// A module by hand, metered and run.
import { assert } from "../deps.ts";
import { assemble, type Func, kind, type ModuleParts, type } from "../hostile/wasm_builder.ts";
import { meter, METER_EXPORTS } from "../../sandbox/meter/mod.ts";

/** More fuel than a test uses. */
export const PLENTY = 2n ** 40n;
const { i32 } = type;
/** Types of functions. */
export const NONE = { params: [], results: [] } as const;
export const NUMBER = { params: [i32], results: [i32] } as const;

/** A global as its exports show it. */
export interface Counter<T> {
  value: T;
}

/** A metered module that exports function 0 as `run`. */
export class Machine {
  /** Fuel that is left. */
  readonly fuel: Counter<bigint>;
  /** Slots of call stack that are left. */
  readonly depth: Counter<number>;
  readonly exports: WebAssembly.Exports;

  constructor(functions: readonly Func[], parts: Partial<ModuleParts> = {}, budget = PLENTY) {
    const core = assemble({ functions, exports: [{ name: "run", kind: kind.func, index: 0 }], ...parts });
    this.exports = new WebAssembly.Instance(new WebAssembly.Module(meter(core))).exports;
    this.fuel = this.exports[METER_EXPORTS.fuel] as unknown as Counter<bigint>;
    this.depth = this.exports[METER_EXPORTS.depth] as unknown as Counter<number>;
    this.fuel.value = budget;
  }

  /** Calls function 0. */
  run(...args: readonly (number | bigint)[]): unknown {
    return (this.exports["run"] as (...args: readonly unknown[]) => unknown)(...args);
  }

  /** Fuel that a call uses, whether it traps or not. */
  usedBy(...args: readonly number[]): number {
    const before = this.fuel.value;
    try {
      this.run(...args);
    } catch (error) {
      assert.ok(error instanceof WebAssembly.RuntimeError);
    }
    return Number(before - this.fuel.value);
  }
}
