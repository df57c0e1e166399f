// A guest stands back: everything else on this computer goes first.
import { constants, setPriority } from "node:os";

/** Lowers the priority of this process; returns why that is not possible, or null. */
export async function lowerPriority(): Promise<string | null> {
  const { state } = await Deno.permissions.query({ name: "sys", kind: "setPriority" });
  if (state !== "granted") return "not available without the permission --allow-sys=setPriority";
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    return null;
  } catch (cause) {
    return `not available here (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}
