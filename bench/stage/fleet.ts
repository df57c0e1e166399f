// A fleet in one process: so many worker connections, each with a key, a session and a socket of its own.
// Prints `started` when all are connected and ready; answers "status" lines; ends with its standard input.
import { parseArgs } from "node:util";
import { TextLineStream } from "../../tools/demo/text_lines.ts";
import { echoFuel } from "./echo_kernel.ts";
import { type FleetWorker, startFleetWorker } from "./fleet_worker.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "" },
    workers: { type: "string", default: "1" },
    window: { type: "string", default: "8" },
  },
});
/** Workers that arrive at the same time: more would wait for each other's handshakes. */
const arrivingMax = 64;
const lookMs = 50;
const readyMsMax = 120_000;

const settings = {
  coordinator: new URL(values.url),
  window: Number(values.window),
  fuel: await echoFuel(),
  stop: new AbortController().signal,
};
const fleet: FleetWorker[] = [];
const untilMs = performance.now() + readyMsMax;

async function arrive(count: number): Promise<void> {
  const some = await Promise.all(Array.from({ length: count }, () => startFleetWorker(settings)));
  fleet.push(...some);
  while (some.some((worker) => worker.status().kernelsReady === 0)) {
    if (performance.now() > untilMs) throw new Error("workers are not ready in time");
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

const workers = Number(values.workers);
for (let left = workers; left > 0; left -= arrivingMax) await arrive(Math.min(left, arrivingMax));
console.log(JSON.stringify({ type: "started", workers: fleet.map(({ id }) => id) }));
for await (
  const _ of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
) {
  const statuses = fleet.map((worker) => worker.status());
  console.log(JSON.stringify({
    type: "status",
    connected: statuses.filter(({ connected }) => connected).length,
    results: statuses.reduce((sum, { results }) => sum + results, 0),
  }));
}
await Promise.all(fleet.map((worker) => worker.end()));
Deno.exit(0);
