// The coordinator as a program: reads its settings, opens what is outside, starts, and stops in the reverse order.
import { fileURLToPath } from "node:url";
import { P2c2rError } from "../protocol/mod.ts";
import { createPool, loadInstalled, parseRoster, pinsOf, plainThreads } from "../sandbox/mod.ts";
import { type CoordinatorConfig, help, readConfig } from "./config.ts";
import { openData, readSigners } from "./data_folder.ts";
import { exitCodeOf } from "./exit_codes.ts";
import { greet } from "./greeting.ts";
import { installKernels } from "./installed.ts";
import { localCompute } from "./local_compute.ts";
import { describeError, lineLog } from "./log.ts";
import { stopWish } from "./signals.ts";
import { startCoordinator } from "./start.ts";

if (import.meta.main) Deno.exit(await runCoordinator(Deno.args));

/** Runs a coordinator until it is told to stop; answers the exit code. */
export async function runCoordinator(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const bundles = fileURLToPath(new URL("../tasks-as/bundles", import.meta.url));
  try {
    const config = readConfig({ args, env, cores: navigator.hardwareConcurrency, bundles });
    if (config === "help") console.log(help);
    else await run(config);
    return 0;
  } catch (error) {
    console.error(describeError(error));
    if (error instanceof P2c2rError) console.error(error.hint);
    return exitCodeOf(error);
  }
}

async function run(config: CoordinatorConfig): Promise<void> {
  const log = lineLog(config.json, (line) => console.log(line));
  const wish = stopWish(config.exitOnEof);
  const signers = await parseRoster(await readSigners(config.data));
  const { bundles, skipped } = await loadInstalled(
    config.bundles,
    `${config.data}/signatures`,
    await pinsOf(signers),
  );
  for (const { name, reason, code } of skipped) {
    log("skipped", `Kernel ${name} is not served: ${reason}`, { name, code });
  }
  const { secrets, store, blobs } = await openData(config);
  const kernels = await installKernels(store.kernels, bundles);
  const pool = createPool({
    slots: config.localSlots,
    ...(config.plainThreads ? { kind: plainThreads } : {}),
    report: ({ type, message }) => log("isolate", `An isolate ${type}: ${message}`),
  });
  const compute = localCompute({
    pool,
    bundles: new Map(bundles.map((bundle, index) => [kernels[index]!.kernel.no, bundle])),
    assets: blobs,
    report: (error) => log("asset", `Cannot read an asset: ${describeError(error)}`),
  });
  const running = await startCoordinator(config, { compute, kernels, signers, store, blobs, secrets, log });
  greet(running, config, log);
  const reason = await Promise.race([wish, running.finished]);
  log("stopping", `Stopping (${reason})`, { reason });
  await running.stop();
  await Promise.all([compute.close(), store.close()]);
  log("stopped", "Stopped");
}
