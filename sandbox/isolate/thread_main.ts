// What runs in a thread: tasks under the watchdog, as frames in memory that it shares with whoever started it. It is
// started without permissions.
import { Servant } from "./servant.ts";
import { serveFrames } from "./serve_frames.ts";
import { PipeReader, PipeWriter } from "./shared_pipe.ts";
import type { ThreadPipes } from "./thread.ts";
import { createVmWatchdog } from "./vm_watchdog.ts";
import { warmUp } from "./warm_up.ts";

/** A thread whose last task was so long ago waits in its event loop, where the engine may do what it has put off. */
const AWAKE_MS = 200;

const given = Promise.withResolvers<ThreadPipes>();
addEventListener("message", (event) => given.resolve((event as MessageEvent<ThreadPipes>).data));
const servant = new Servant(createVmWatchdog());
const { tasks, answers } = await given.promise;
await warmUp(servant);
const [reader, writer] = [new PipeReader(tasks), new PipeWriter(answers)];
await serveFrames(servant, {
  next: () => reader.readableSoon(AWAKE_MS),
  fill: (bytes) => reader.readSync(bytes),
  say: (bytes) => writer.writeSync(bytes),
});
close();
