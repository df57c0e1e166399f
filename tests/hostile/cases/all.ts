// All hostile cases that are fought in every kind of isolate.
import type { HostileCase } from "./case.ts";
import { demands } from "./demands.ts";
import { lies } from "./lies.ts";
import { memory } from "./memory.ts";
import { modules } from "./modules.ts";
import { runaways } from "./runaways.ts";
import { wasiCases } from "./wasi.ts";
import { words } from "./words.ts";

export type { HostileCase, HostileTask } from "./case.ts";
export { INPUT } from "./case.ts";

/** By themes; the names are unique. */
export const cases: readonly HostileCase[] = [
  ...runaways,
  ...memory,
  ...lies,
  ...words,
  ...modules,
  ...wasiCases,
  ...demands,
];
