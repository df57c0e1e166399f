// What a thread and a process have in common: tasks come as frames, answers go as frames, read and written without giving
// way to an event loop. Behind every answer the event loop turns once, for it is there that the engine gives back the
// memories of tasks that are over.
import { turnOfEventLoop } from "./event_loop.ts";
import { decodeTask, encodeAnswer, LENGTH_BYTES } from "./frames.ts";
import type { Servant } from "./servant.ts";

/** Where frames come from and go to. False: there is nobody at the other end any more. */
export interface FrameLine {
  /** Resolves when `fill` need not wait for long any more, or at once where it may. */
  next(): boolean | Promise<boolean>;
  /** Fills all of `bytes`. */
  fill(bytes: Uint8Array): boolean;
  /** Writes all of `bytes`. */
  say(bytes: Uint8Array): boolean;
}

/** Says that it is ready and serves one task after the other, until the line is over. */
export async function serveFrames(servant: Servant, line: FrameLine): Promise<void> {
  const length = new Uint8Array(LENGTH_BYTES);
  let isHeard = line.say(encodeAnswer({ type: "ready" }));
  while (isHeard && await line.next() && line.fill(length)) {
    // With the place of its length in front, it lies in memory as it does in a pipe: that is copied word by word.
    const whole = new Uint8Array(LENGTH_BYTES + new DataView(length.buffer).getUint32(0, true));
    const frame = whole.subarray(LENGTH_BYTES);
    if (!line.fill(frame)) return;
    isHeard = line.say(encodeAnswer({ type: "outcome", outcome: servant.serve(decodeTask(frame)) }));
    servant.tidy();
    await turnOfEventLoop();
  }
}
