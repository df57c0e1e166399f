// What a coordinator says once it listens: where it is, how to use it, how to lend it a machine.
import type { CoordinatorConfig } from "./config.ts";
import type { Log } from "./log.ts";
import type { Running } from "./start.ts";

/** Where workers look without being told, and what the named permission set allows. */
const WORKER_DEFAULT = "http://127.0.0.1:8765";

/** Says it. */
export function greet(
  running: Running,
  { data, host, memory, operatorToken: given }: CoordinatorConfig,
  log: Log,
): void {
  const { url, firstKey, operatorToken } = running;
  if (firstKey !== null) {
    log("firstKey", `API key of the first project, shown this once: ${firstKey}`, { key: firstKey });
  }
  if (memory) {
    const token = given === null ? operatorToken : "the one it was given";
    log("operator", `All is kept in memory and lost at the end. Operator's token: ${token}`);
  } else log("operator", `Operator's token: in ${data}/operator.token`, { file: `${data}/operator.token` });
  const command = workerCommand(reachable(url, host));
  log("worker", `To lend a machine to it:  ${command}`, { command });
}

/** Where others find it: one that listens everywhere is known by this machine's own name. */
function reachable(url: string, host: string): string {
  if (host !== "0.0.0.0" && host !== "::") return url;
  return `http://THIS-MACHINE:${new URL(url).port || 80}`;
}

/** The command that runs a worker for this coordinator, from the project's folder. */
export function workerCommand(url: string): string {
  if (url === WORKER_DEFAULT) return "deno run worker";
  const address = /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? url;
  return `deno run --no-prompt -P=worker --allow-net=${address} worker/main.ts --coordinator ${url}`;
}
