// Workers of a known speed: each task takes so long, whatever the machine under them.
import { createIsolate } from "../../sandbox/mod.ts";
import type { CreateIsolate } from "../../worker/isolates.ts";

/** Isolates that take at least so long for each task. */
export function pacedIsolates(taskMs: number): CreateIsolate {
  return (stock) => {
    const isolate = createIsolate({ stock });
    return {
      async run(task) {
        const paced = new Promise((resolve) => setTimeout(resolve, taskMs));
        const [outcome] = await Promise.all([isolate.run(task), paced]);
        return outcome;
      },
      close: () => isolate.close(),
    };
  };
}
