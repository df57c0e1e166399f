export * from "./config.ts";
export type { Counters } from "./counters.ts";
export { createState, type State } from "./state.ts";
export * from "./explain.ts";
export * from "./snapshot.ts";
export * from "./step.ts";
export * from "./types.ts";
export { FuelBounds } from "./fuel_bounds.ts";
