// What a worker's session needs, who it belongs to, and what it shows.
import type { Shell } from "../scheduler/shell.ts";
import type { WorkerRecord } from "../verify/mod.ts";
import type { KernelTable } from "./kernels.ts";
import type { GatewayLimits } from "./limits.ts";
import type { Session } from "./sessions.ts";

/** What a session needs from its gateway. */
export interface WorkerSessionParts {
  readonly shell: Pick<Shell<unknown>, "raise" | "nowMs" | "answered">;
  readonly kernels: KernelTable;
  readonly limits: GatewayLimits;
  /** Notes the arrival and reads what is remembered of the worker; ends other sessions of its key first. */
  readonly join: (
    session: Session & { readonly who: WorkerIdentity },
    software: string,
  ) => Promise<WorkerRecord>;
  /** Takes errors that no peer caused. */
  readonly onBug: (error: unknown) => void;
  readonly counters: WorkerCounters;
}

/** Counts since the start. */
export interface WorkerCounters {
  /** Results and failures of attempts that were not in hand. */
  unknownResults: number;
  /** Assignments that found no connection. */
  unsent: number;
}

/** Who a worker is. */
export interface WorkerIdentity {
  /** The key's fingerprint. */
  readonly id: string;
  /** base64url. */
  readonly publicKey: string;
  /** Opaque mark of its network. */
  readonly network: string;
  readonly tier: "peer" | "cloud";
  /** The invite it came by. */
  readonly invite: string | null;
}

/** What a worker said about itself, and was told. */
export interface WorkerAbout {
  readonly software: string;
  readonly slots: number;
  /** Why it takes no work, in its own words. */
  readonly paused: string | null;
  readonly standing: { readonly state: string; readonly reason: string } | null;
  /** Why kernels are not ready on it, by number. */
  readonly refusedKernels: ReadonlyMap<number, string>;
}
