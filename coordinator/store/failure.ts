// Every failure of a store becomes one coded error that says what the operator can do.
import { P2c2rError } from "../../protocol/mod.ts";

/** What SQLite's result codes, extended or primary, mean for whoever runs the coordinator. */
const causes: ReadonlyMap<number, { readonly state: string; readonly hint: string }> = new Map([
  [5, {
    state: "another program has the database open",
    hint: "Stop the other coordinator, or give this one its own data folder.",
  }],
  [8, {
    state: "the database cannot be written",
    hint: "Give this user the right to write the data folder.",
  }],
  [10, { state: "the disk failed", hint: "Check the disk and the system's log." }],
  [11, {
    state: "the database is damaged",
    hint: "Move the damaged file away and restore it from a backup.",
  }],
  [13, { state: "the disk is full", hint: "Free space on the disk of the data folder." }],
  [14, {
    state: "the database file cannot be opened",
    hint: "Check that the data folder exists and that this user may write it.",
  }],
  [26, {
    state: "the file is not a database",
    hint: "Move the file away, or name another data folder.",
  }],
  [3850, { // SQLITE_IOERR_LOCK: how a read-only file looks to who wants it alone.
    state: "the database cannot be written, or its disk has no locks",
    hint: "Give this user the right to write the data folder, and keep it on a local disk.",
  }],
]);

/** Wraps what a store threw: `Cannot <action>: <state>`. Errors with a code of their own pass. */
export function storeFailure(action: string, error: unknown): P2c2rError {
  if (error instanceof P2c2rError) return error;
  const code = resultCode(error);
  const known = causes.get(code) ?? causes.get(code & 0xff);
  const state = known?.state ?? (error instanceof Error ? error.message : String(error));
  return new P2c2rError("store.failed", `Cannot ${action}: ${state}`, { hint: known?.hint, cause: error });
}

/** Runs one operation of a store; what it throws is wrapped. */
export async function storing<T>(action: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeFailure(action, error);
  }
}

/** SQLite's result code, 0 where there is none. Some errors of `node:sqlite` carry it in words only. */
function resultCode(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode;
  if (/database is locked/.test(error.message)) return 5;
  if (/unable to open database file/.test(error.message)) return 14;
  if (/file is not a database/.test(error.message)) return 26;
  return 0;
}
