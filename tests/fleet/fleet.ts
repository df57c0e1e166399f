// A whole fleet inside the test's own process: the real coordinator with the real kernels, real workers, real sockets.
import { newSecrets, type StatusReport } from "../../coordinator/app/mod.ts";
import { installKernels } from "../../coordinator/installed.ts";
import { localCompute } from "../../coordinator/local_compute.ts";
import type { SchedulerConfig } from "../../coordinator/scheduler/mod.ts";
import { type Running, startCoordinator } from "../../coordinator/start.ts";
import { memoryBlobs, openStore } from "../../coordinator/store/mod.ts";
import { type TrustRules, trustRules } from "../../coordinator/verify/mod.ts";
import { type Bundle, createPool, type Pins, signerEntries } from "../../sandbox/mod.ts";
import { type Asset, type Client, connect } from "../../sdk/mod.ts";
import type { WorkerConfig } from "../../worker/config.ts";
import type { RunningWorker, WorkerPorts } from "../../worker/start.ts";
import { ask, bearing } from "../e2e/coordinator_rig.ts";
import { json } from "../e2e/coordinator_worker.ts";
import { withWorkers } from "../e2e/worker_rig.ts";
import { eventually } from "./eventually.ts";
import { bundles, signer } from "./real_kernels.ts";
import type { Work } from "./work.ts";

/** What a fleet does otherwise than in real life. */
export interface FleetOptions {
  readonly trust?: Partial<TrustRules>;
  readonly scheduler?: Partial<Omit<SchedulerConfig, "trust">>;
  /** Other kernels than the project's own, and the keys that signed them. */
  readonly kernels?: { readonly bundles: readonly Bundle[]; readonly pins: Pins };
}

/** A project with the right to spend. */
export interface Project {
  readonly project: string;
  readonly key: string;
}

/** A coordinator and whoever joins it. */
export interface Fleet {
  readonly running: Running;
  readonly url: URL;
  /** The first project's key. */
  readonly key: string;
  /** A new project, with credit unless it shall have none. */
  project(name: string, microCredits?: number): Promise<Project>;
  /** A client of the first project, or of another one; closed with the fleet. */
  connect(key?: string, url?: URL): Promise<Client>;
  /** A worker, by default of this coordinator, ended with the fleet. */
  join(
    label: string,
    ports?: WorkerPorts,
    url?: URL,
    config?: Partial<Pick<WorkerConfig, "tier" | "invite" | "isolate">>,
  ): Promise<RunningWorker>;
  status(): Promise<StatusReport>;
  /** Waits until every worker has verified the kernel. */
  ready(work: Work<string>): Promise<void>;
  /** Works until every worker is trusted with the kernel. */
  trustAll(client: Client, work: Work<string>): Promise<void>;
}

/** So many shadows make a newcomer trusted here: fifty are as good, and take longer. */
const probationResults = 5;
const depositMicroCredits = 1_000_000_000;

/** Gives a test a fleet, and ends all of it. A defect that the coordinator reported fails the test. */
export async function withFleet(
  options: FleetOptions,
  work: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  await withWorkers(async ({ folder, start }) => {
    const store = await openStore({ path: ":memory:" });
    const blobs = memoryBlobs();
    const pool = createPool({ slots: 2 });
    const { bundles: installed, pins } = options.kernels ??
      { bundles, pins: new Map([[signer.keyId, signer.publicKey]]) };
    const kernels = await installKernels(store.kernels, installed);
    const byNo = new Map(installed.map((bundle, at) => [kernels[at]!.kernel.no, bundle]));
    const defects: string[] = [];
    const report = (error: unknown) => defects.push(String(error));
    const compute = localCompute({ pool, bundles: byNo, assets: blobs, report });
    const trust = { ...trustRules, probationResults, ...options.trust };
    const running = await startCoordinator(
      {
        host: "127.0.0.1",
        port: 0,
        localSlots: 2,
        trustProxy: false,
        join: { mode: "open", bits: 0 },
        isPublic: false,
      },
      {
        compute,
        kernels,
        signers: signerEntries(pins),
        store,
        blobs,
        secrets: newSecrets(),
        log: (type, sentence) => type === "defect" && defects.push(sentence),
        overrides: { stopGraceMs: 300, scheduler: { ...options.scheduler, trust } },
      },
    );
    const clients: Client[] = [];
    try {
      await work(fleetOf(running, clients, start, folder, [...pins.values()]));
    } finally {
      await Promise.all(clients.map((client) => client.close()));
      await running.stop();
      await compute.close();
      await store.close();
    }
    if (defects.length > 0) throw new Error(defects.join("\n"));
  });
}

function fleetOf(
  running: Running,
  clients: Client[],
  start: Parameters<Parameters<typeof withWorkers>[0]>[0]["start"],
  folder: string,
  signers: readonly Uint8Array<ArrayBuffer>[],
): Fleet {
  const url = new URL(running.url);
  const key = running.firstKey ?? "";
  const admin = async (path: string, body: unknown) => {
    const answer = await ask(`${running.url}/v1/admin/${path}`, bearing(running.operatorToken, json(body)));
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    running,
    url,
    key,
    async project(name, microCredits = depositMicroCredits) {
      const { project, key } = await admin("projects", { name }) as unknown as Project;
      if (microCredits > 0) {
        await admin(`projects/${project}/credit`, { microCredits, idempotencyKey: name });
      }
      return { project, key };
    },
    async connect(apiKey = key, at = url) {
      const client = await connect(at.href, { apiKey });
      clients.push(client);
      return client;
    },
    join: (label, ports, at = url, config = {}) =>
      start(at, { dataDir: `${folder}/${label}`, signers, ...config }, ports),
    status: () => running.status(),
    ready: (work) => ready(running, work),
    async trustAll(client, work) {
      await ready(running, work);
      await trustAll(running, client, work);
    },
  };
}

async function ready(running: Running, work: Work<string>): Promise<void> {
  await eventually(`every worker is ready for ${work.kernel}`, async () => {
    const { workers } = await running.status();
    return workers.length > 0 && workers.every((worker) => kernelOf(worker, work.kernel)?.ready);
  });
}

async function trustAll(running: Running, client: Client, work: Work<string>): Promise<void> {
  await eventually(`every worker is trusted with ${work.kernel}`, async () => {
    const { workers } = await running.status();
    if (workers.every((worker) => kernelOf(worker, work.kernel)?.stage === "trusted")) return true;
    await runTask(client, work, work.next());
    return false;
  });
}

/** What the coordinator says of a worker and a kernel. */
export function kernelOf(
  { kernels }: StatusReport["workers"][number],
  kernel: string,
): StatusReport["workers"][number]["kernels"][number] | undefined {
  return kernels.find((each) => each.kernel.startsWith(`${kernel}@`));
}

/** Lets the fleet compute one task, with time enough for any machine. */
export async function runTask(
  client: Client,
  { kernel, asset }: Work<string>,
  input: Uint8Array,
  verify: "sampled" | "always" = "sampled",
): ReturnType<Client["runRaw"]> {
  const assets = asset === null ? [] : [await handleOf(client, asset)];
  return await client.runRaw(kernel, input, { deadlineMs: 20_000, assets, verify });
}

const handles = new WeakMap<Client, Map<Uint8Array, Promise<Asset>>>();

/** One handle per client and asset, as a game has it: the asset is uploaded once. */
function handleOf(client: Client, bytes: Uint8Array): Promise<Asset> {
  const ofClient = handles.get(client) ?? new Map<Uint8Array, Promise<Asset>>();
  handles.set(client, ofClient);
  const handle = ofClient.get(bytes) ?? client.asset(bytes);
  ofClient.set(bytes, handle);
  return handle;
}
