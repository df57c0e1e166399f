// What a metered module exports beside what it exported before. A module that has such a name already is refused.

/** The version of the meter: how it cuts, folds and charges. The weights have a version of their own. */
export const METER_VERSION = 2;

/** Who makes the bits of NaN the same on every machine: the meter, or the kernel's own code. */
export type NanBits = "canonical" | "own";

/** Every name of this kind is the meter's. */
export const RESERVED_PREFIX = "p2c2r_";

/** Names of the meter's exports. */
export const METER_EXPORTS = {
  /** A mutable i64: fuel that is left. Zero at first; whoever runs the module sets it. Below zero: exhausted. */
  fuel: "p2c2r_fuel",
  /** A mutable i32: slots of call stack that are left for recursion. Below zero: exhausted. */
  depth: "p2c2r_depth",
  /** What was the module's start function, if it had one: to be called once, when fuel is set. */
  start: "p2c2r_start",
} as const;

/** What fuel is set to when the machine refused memory that the module was allowed to have. */
export const MACHINE_FAILED = -(2n ** 63n);

/** Slots of 8 bytes (by the meter's count) that recursion may take together: 256 KiB. */
export const RECURSION_SLOTS_MAX = 32_768;

/** Slots that a chain of calls without recursion may take: 128 KiB. A module that may take more is refused. */
export const CHAIN_SLOTS_MAX = 16_384;
