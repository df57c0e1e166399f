// The port to a thread, and its adapter for Deno: a module worker without any permission.
import type { RunMessage, ThreadMessage } from "./messages.ts";

/** What an isolate hears from its thread. */
export interface ThreadListener {
  message(message: ThreadMessage): void;
  /** The thread is at its end, by an error of its own or because it could not start. */
  died(reason: string): void;
}

/** A thread. `end` asks it to stop: one that spins may go on until the process ends, but is never heard again. */
export interface Thread {
  post(message: RunMessage, transfer: Transferable[]): void;
  listen(listener: ThreadListener): void;
  end(): void;
}

/** Starts a thread; its first message is `ready`. Throws, or reports `died`, where it cannot. */
export type StartThread = () => Thread;

/** How every thread is started: all permissions withheld. Deno's own option, unknown to TypeScript's library. */
export const threadOptions = { type: "module", deno: { permissions: "none" } } as WorkerOptions;

/** Starts a thread of Deno's. Its module graph (`sandbox/`, `protocol/`) is read under the caller's permissions. */
export function startDenoThread(): Thread {
  return startThread(threadOptions);
}

/**
 * Starts a thread that has its parent's permissions, for platforms that cannot withhold them. What runs in it can use
 * none of them all the same: a core module without imports.
 */
export function startPlainThread(): Thread {
  return startThread({ type: "module" });
}

function startThread(options: WorkerOptions): Thread {
  const worker = new Worker(new URL("./thread_main.ts", import.meta.url), options);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(listener) {
      worker.onmessage = (event: MessageEvent<ThreadMessage>) => listener.message(event.data);
      worker.onmessageerror = () => listener.died("a message could not be read");
      worker.onerror = (event) => {
        // An error that is not taken here ends the whole process.
        event.preventDefault();
        listener.died(event.message);
      };
    },
    end: () => worker.terminate(),
  };
}
