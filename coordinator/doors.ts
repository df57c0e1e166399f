// The doors of a coordinator: who is let in, and the HTTP interface before its inside.
import {
  ApiKeys,
  type AppLimits,
  type AppParts,
  createApp,
  Gatekeeper,
  Joining,
  type JoinPolicy,
  type Secrets,
  WorkerDoor,
} from "./app/mod.ts";
import type { Assembly } from "./assemble.ts";
import type { InstalledKernel } from "./installed.ts";
import type { Store } from "./store/mod.ts";
import { version } from "./version.ts";

/** What the doors are made of. */
export interface DoorParts
  extends
    Pick<AppParts, "instance" | "signers" | "blobs" | "upgrade" | "health" | "status" | "nowMs" | "wallMs"> {
  readonly inside: Assembly;
  readonly store: Pick<Store, "projects" | "invites" | "workers" | "ping">;
  readonly kernels: readonly InstalledKernel[];
  readonly secrets: Secrets;
  readonly join: JoinPolicy;
  readonly trustProxy: boolean;
  readonly limits: AppLimits;
}

/** Backends come in by keys, workers by what joining takes, the operator by the token. */
export function openDoors(
  parts: DoorParts,
): { readonly app: ReturnType<typeof createApp>; readonly keys: ApiKeys } {
  const { inside, store, kernels, secrets, join: policy, trustProxy, limits, nowMs, wallMs } = parts;
  const { workers, invites } = store;
  const { seal, operatorToken } = secrets;
  const keys = new ApiKeys(store.projects, limits);
  const door = new WorkerDoor(seal, limits.usedChallengesMax);
  const app = createApp({
    ...inside,
    ...parts,
    kernels: inside.kernels,
    files: new Map(kernels.flatMap(({ files }) => [...files])),
    version,
    keys,
    joining: new Joining({ door, policy, workers, invites, operatorToken, wallMs }),
    gatekeeper: new Gatekeeper({ keys, door, secrets, limits, nowMs, trustProxy }),
  });
  return { app, keys };
}
