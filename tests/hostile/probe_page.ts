// Has the probes run in a worker of the browser.
import type { ProbeReport } from "./probes.ts";

/** What the probes found. */
export function report(port: number): Promise<ProbeReport> {
  const worker = new Worker(new URL("./probe_scope.ts", import.meta.url), { type: "module" });
  worker.postMessage(port);
  return new Promise((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<ProbeReport>) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}
