// A program with a worker's permissions that has the probes run in a thread and prints their report.
import { threadOptions } from "../../sandbox/isolate/thread.ts";

const thread = new Worker(new URL("./probe_scope.ts", import.meta.url), threadOptions);
thread.onmessage = ({ data }) => {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(data)));
  thread.terminate();
};
thread.postMessage(Number(Deno.args[0]));
