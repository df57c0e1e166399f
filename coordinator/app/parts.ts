// What the routes are made of; start.ts fills it.
import type {
  BackendGateway,
  HttpTasks,
  KernelTable,
  Project,
  Projects,
  WorkerGateway,
} from "../gateway/mod.ts";
import type { Bookkeeper } from "../ledger/mod.ts";
import type { Assets, BlobStore, Store } from "../store/mod.ts";
import type { ApiKeys } from "./api_keys.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { AppLimits } from "./limits.ts";
import type { StatusReport } from "./status_report.ts";
import type { Joining } from "./joining.ts";

/** A key that signs bundles, as workers pin it. */
export interface SignerEntry {
  readonly keyId: string;
  /** base64url. */
  readonly publicKey: string;
  /** The word of a signer before it: its key id, and its signature in base64url. */
  readonly endorsement?: { readonly by: string; readonly signature: string };
}

/** Whether requests are welcome. */
export type Health = "well" | "draining" | "failing";

/** Everything the HTTP interface uses. */
export interface AppParts {
  readonly version: string;
  readonly instance: string;
  readonly limits: AppLimits;
  readonly gatekeeper: Gatekeeper;
  readonly joining: Joining;
  readonly keys: ApiKeys;
  readonly kernels: KernelTable;
  readonly workers: WorkerGateway;
  readonly backends: BackendGateway;
  readonly tasks: HttpTasks;
  readonly projects: Projects;
  readonly assets: Assets;
  readonly blobs: BlobStore;
  readonly store: Pick<Store, "projects" | "invites" | "ping">;
  readonly bookkeeper: Pick<Bookkeeper, "deposit" | "balance">;
  /** Files of the bundles, by digest. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly signers: readonly SignerEntry[];
  /** Makes a WebSocket of a request that asks for one. */
  readonly upgrade: (request: Request) => Pick<Deno.WebSocketUpgrade, "socket" | "response">;
  readonly health: () => Health;
  readonly status: () => Promise<StatusReport>;
  readonly nowMs: () => number;
  /** Wall clock, for what is stored. */
  readonly wallMs: () => number;
  readonly onBug: (error: unknown) => void;
}

/** The project of an API key, with its assets at hand. */
export async function projectOf(parts: AppParts, id: string): Promise<Project> {
  await parts.assets.load(id);
  return parts.projects.of(id);
}
