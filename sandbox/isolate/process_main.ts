// What runs in a process of its own: tasks come as frames on standard input, answers go as frames to standard output.
// It ends when its input does, which is when whoever started it is gone.
import { Servant } from "./servant.ts";
import { serveFrames } from "./serve_frames.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";
import { warmUp } from "./warm_up.ts";

/** What ends a program politely reaches its whole group. The worker decides what of that becomes of a task in hand. */
const POLITE: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

for (const signal of POLITE) Deno.addSignalListener(signal, () => {});
const servant = new Servant(createVmWatchdog());

await warmUp(servant);
await serveFrames(servant, { next: () => true, fill, say });
// Whoever listens for signals does not end by itself.
Deno.exit();

function fill(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const count = Deno.stdin.readSync(bytes.subarray(at));
    if (count === null) return false;
    at += count;
  }
  return true;
}

function say(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  return true;
}
