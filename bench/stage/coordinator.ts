// A coordinator to be measured: the real one, whole, except that fleets of thousands from one address are let in, that
// workers arrive trusted (a fleet's probation would take minutes), and that `--books off` leaves out ledger and audit.
// Prints where it listens; answers "memory" and "tasks" on standard input; ends with it.
import { parseArgs } from "node:util";
import { TextLineStream } from "../../tools/demo/text_lines.ts";
import { createPool, generateSigner, loadInstalled } from "../../sandbox/mod.ts";
import { readConfig } from "../../coordinator/config.ts";
import { installKernels } from "../../coordinator/installed.ts";
import { localCompute } from "../../coordinator/local_compute.ts";
import { openData } from "../../coordinator/data_folder.ts";
import type { Kernel } from "../../coordinator/ports.ts";
import { type Effect, type Event, nextWakeMs, type State, step } from "../../coordinator/scheduler/mod.ts";
import { startCoordinator } from "../../coordinator/start.ts";
import type { Store } from "../../coordinator/store/mod.ts";
import { type KernelTrust, trustKey } from "../../coordinator/verify/mod.ts";
import { writeEchoBundle } from "./echo_kernel.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "" },
    books: { type: "string", default: "on" },
  },
});
const fleetMax = 50_000;
const unlimited = { burst: 1_000_000, perS: 1_000_000 };

/** Effects that are for the books alone. */
const booked: ReadonlySet<Effect["type"]> = new Set(["charge", "refund", "pend", "grant", "void", "audit"]);

/** The core without what it has to write down. */
function unbooked(state: State, event: Event, out: Effect[]): void {
  const from = out.length;
  step(state, event, out);
  let to = from;
  for (let at = from; at < out.length; at++) {
    const effect = out[at]!;
    if (!booked.has(effect.type)) out[to++] = effect;
  }
  out.length = to;
}

/** A store that knows every newcomer as trusted. */
function trusting(store: Store, kernels: readonly Kernel[]): Store {
  const trust: KernelTrust = { stage: "trusted", progress: 10, right: 60, wrong: 0 };
  const trusted = new Map(kernels.map((kernel) => [trustKey(kernel), trust]));
  return {
    ...store,
    workers: {
      ...store.workers,
      async arrive(arrival) {
        const record = await store.workers.arrive(arrival);
        return record.kernels.size === 0 ? { ...record, kernels: trusted } : record;
      },
    },
  };
}

const data = `${values.folder}/data`;
const bundlesFolder = `${values.folder}/bundles`;
const signer = await generateSigner();
await writeEchoBundle(bundlesFolder, data, signer);
const pins = new Map([[signer.keyId, signer.publicKey]]);
const { bundles } = await loadInstalled(bundlesFolder, `${data}/signatures`, pins);
const config = readConfig({
  args: ["--port", "0", "--data", data],
  env: () => undefined,
  cores: navigator.hardwareConcurrency,
  bundles: bundlesFolder,
});
if (config === "help") throw new Error("no help was asked for");
const { secrets, store, blobs } = await openData(config);
const kernels = await installKernels(store.kernels, bundles);
const compute = localCompute({
  pool: createPool({ slots: config.localSlots }),
  bundles: new Map(bundles.map((bundle, index) => [kernels[index]!.kernel.no, bundle])),
  assets: blobs,
  report: console.error,
});
const running = await startCoordinator(
  config,
  {
    compute,
    kernels,
    signers: [],
    store: trusting(store, kernels.map(({ kernel }) => kernel)),
    blobs,
    secrets,
    log: (event, text) => {
      if (event === "defect" || event === "isolate") console.error(text);
    },
    overrides: {
      app: { challengesPerAddress: unlimited, sessionsPerAddress: unlimited, usedChallengesMax: fleetMax },
      gateway: { workersMax: fleetMax, workersPerNetworkMax: fleetMax },
      core: { step: values.books === "on" ? step : unbooked, nextWakeMs },
    },
  },
);
const { url, firstKey, operatorToken } = running;
const signerHex = signer.publicKey.toHex();
console.log(
  JSON.stringify({ type: "listening", url, key: firstKey, token: operatorToken, signer: signerHex }),
);
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
) {
  if (line === "memory") {
    // Twice: what finalizers let go of is collected by the second.
    for (let times = 0; times < 2; times++) {
      (globalThis as { readonly gc?: () => void }).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { rss: rssBytes, heapUsed: heapBytes, external: externalBytes } = Deno.memoryUsage();
    console.log(JSON.stringify({ type: "memory", rssBytes, heapBytes, externalBytes }));
  } else {
    const { queue, tasks, trust, workers } = await running.status();
    const trusted = workers.filter(({ kernels: [kernel] }) => kernel?.stage === "trusted").length;
    console.log(JSON.stringify({ type: "tasks", queue, tasks, trust, workers: workers.length, trusted }));
  }
}
await running.stop();
await Promise.all([compute.close(), store.close()]);
Deno.exit(0);
