// The adapter over `Worker`, as Deno and browsers have it.
import type { Cell } from "./cell.ts";
import type { RunMessage } from "./messages.ts";

/** Starts a worker as a cell. */
export function startWorkerCell(main: URL, options: WorkerOptions): Cell {
  const worker = new Worker(main, options);
  return {
    post(message) {
      const own = withOwnBytes(message);
      worker.postMessage(own, [own.input.buffer, ...own.newAssets.map(([, bytes]) => bytes.buffer)]);
    },
    listen(listener) {
      worker.onmessage = (event: MessageEvent<unknown>) => listener.message(event.data);
      worker.onmessageerror = () => listener.died("a message could not be read");
      worker.onerror = (event) => {
        // An error that is not taken here ends the whole process.
        event.preventDefault();
        listener.died(event.message);
      };
    },
    end() {
      // Chromium lets one that spins run on for two seconds, beside its successor (measured, 2026).
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** Copies go to the worker: a view into a frame must neither travel with the whole frame nor be detached. */
function withOwnBytes(message: RunMessage) {
  return {
    ...message,
    input: message.input.slice(),
    newAssets: message.newAssets.map(([digest, bytes]) => [digest, bytes.slice()] as const),
  };
}
