export * from "./close_codes.ts";
export * from "./config.ts";
export { initialState, type State } from "./state.ts";
export * from "./status.ts";
export * from "./step.ts";
export type * from "./types.ts";
