export * from "./expectation.ts";
export * from "./rules.ts";
export * from "./types.ts";
