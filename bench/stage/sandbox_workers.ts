// Whole workers in one process: session, slots and real isolates, as the program has them.
import { parseArgs } from "node:util";
import { parseConfig } from "../../worker/config.ts";
import { startWorker } from "../../worker/start.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "" },
    signer: { type: "string", default: "" },
    folder: { type: "string", default: "" },
    workers: { type: "string", default: "1" },
    window: { type: "string", default: "1" },
  },
});
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
  return await startWorker(parsed.config, { session: { window }, selfTest: () => Promise.resolve() });
}));
console.log(JSON.stringify({ type: "started" }));
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
for (const worker of running) {
  worker.command({ type: "finish", reason: "the benchmark is over", withinMs: 1 });
}
await Promise.all(running.map(({ ended }) => ended));
Deno.exit(0);
