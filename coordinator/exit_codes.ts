// How the program ends when it cannot go on, as sysexits.h has it. The help text names these.
import { P2c2rError } from "../protocol/mod.ts";

const USAGE = 64;
const UNAVAILABLE = 69;
const DEFECT = 70;
const DATA_UNUSABLE = 74;
const CONFIG_INVALID = 78;

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof P2c2rError)) return DEFECT;
  if (error.cause instanceof Deno.errors.AddrInUse) return UNAVAILABLE;
  if (error.code === "store.failed") return DATA_UNUSABLE;
  if (error.code === "config.usage") return USAGE;
  return error.code === "config.invalid" ? CONFIG_INVALID : DEFECT;
}
