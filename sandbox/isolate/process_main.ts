// What runs in a process of its own: tasks come as frames on standard input, answers go as frames to standard output.
// It reads and writes without ever giving way to an event loop, so nothing that a kernel's glue leaves behind (a timer,
// a promise) gets a turn; and it ends when its input does, which is when whoever started it is gone.
import { decodeTask, encodeAnswer, LENGTH_BYTES } from "./frames.ts";
import type { CellMessage } from "./messages.ts";
import { Servant } from "./servant.ts";
import { warmUp } from "./warm_up.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";

/** What ends a program politely reaches its whole group. The worker decides what of that becomes of a task in hand. */
const POLITE: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

for (const signal of POLITE) Deno.addSignalListener(signal, () => {});
const servant = new Servant(createVmWatchdog());
const length = new Uint8Array(LENGTH_BYTES);

await warmUp(servant);
say({ type: "ready" });
while (fill(length)) {
  const frame = new Uint8Array(new DataView(length.buffer).getUint32(0, true));
  if (!fill(frame)) break;
  say({ type: "outcome", outcome: servant.serve(decodeTask(frame)) });
  servant.tidy();
}
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

function say(message: CellMessage): void {
  const frame = encodeAnswer(message);
  for (let at = 0; at < frame.length;) at += Deno.stdout.writeSync(frame.subarray(at));
}
