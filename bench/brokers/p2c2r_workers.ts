// Worker connections: the program's own session, parser, runner and slots. `--echo`: what a task computes is done here
// and then, so that the coordinator is measured and not the sandbox. Without it every task runs in a real isolate.
import { parseArgs } from "node:util";
import { createIsolate, type IsolateTask, type Outcome } from "../../sandbox/mod.ts";
import { parseConfig } from "../../worker/config.ts";
import type { CreateIsolate } from "../../worker/isolates.ts";
import { startWorker } from "../../worker/start.ts";
import { answerOf } from "./order.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "" },
    signer: { type: "string", default: "" },
    folder: { type: "string", default: "" },
    workers: { type: "string", default: "1" },
    window: { type: "string", default: "1" },
    echo: { type: "boolean", default: false },
  },
});

/** What the kernel costs depends on nothing but sizes: one real run of each tells the fuel that answers have to state. */
function echoIsolates(): CreateIsolate {
  const fuels = new Map<number, Promise<number>>();
  const measure = async (stock: Parameters<CreateIsolate>[0], task: IsolateTask): Promise<number> => {
    const real = createIsolate({ stock });
    try {
      return (await real.run(task)).fuel;
    } finally {
      await real.close();
    }
  };
  return (stock) => ({
    async run(task): Promise<Outcome> {
      const fuel = fuels.get(task.input.length) ?? measure(stock, task);
      fuels.set(task.input.length, fuel);
      return { type: "output", output: answerOf(task.input).slice(), fuel: await fuel, computeUs: 1 };
    },
    close: () => Promise.resolve(),
  });
}

const createEcho = echoIsolates();
const window = Number(values.window);
const running = await Promise.all(Array.from({ length: Number(values.workers) }, async (_, no) => {
  const parsed = parseConfig(
    [
      ...["--coordinator", values.url, "--signer", values.signer, "--data", `${values.folder}/${no}`],
      ...["--threads", "1", "--priority", "normal"],
    ],
    1,
  );
  if (parsed.type !== "run") throw new Error(parsed.text);
  return await startWorker(parsed.config, {
    session: { window },
    selfTest: () => Promise.resolve(),
    ...(values.echo ? { createIsolate: createEcho } : {}),
  });
}));
console.log(JSON.stringify({ type: "started" }));
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
for (const worker of running) {
  worker.command({ type: "finish", reason: "the benchmark is over", withinMs: 1 });
}
await Promise.all(running.map(({ ended }) => ended));
