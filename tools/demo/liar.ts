// The demo's liar: a real worker whose isolate computes honestly and then, when told to begin, changes one result in five.
import { createHash } from "node:crypto";
import { createIsolate } from "../../sandbox/mod.ts";
import { Buffer } from "node:buffer";
import { parseConfig } from "../../worker/config.ts";
import type { CreateIsolate } from "../../worker/isolates.ts";
import { startWorker } from "../../worker/start.ts";
import { report } from "./child.ts";
import { liesByKernel, tell } from "./lies.ts";
import { type Random, seeded } from "./maps.ts";
import { TextLineStream } from "./text_lines.ts";

const lieChance = 0.2;
const finishMs = 2_000;

/** Whether it lies yet, and what it has to lie with. */
interface Liar {
  lying: boolean;
  readonly random: Random;
  readonly earlier: Map<string, Uint8Array>;
}

function isolateOf(liar: Liar): CreateIsolate {
  return (stock) => {
    const honest = createIsolate({ stock });
    return {
      async run(task) {
        const outcome = await honest.run(task);
        if (outcome.type !== "output") return outcome;
        const { id } = task.bundle.manifest;
        const output = lied(liar, id, outcome.output, task.input, task.assets[0]?.bytes);
        if (output === null) liar.earlier.set(id, outcome.output.slice());
        return output === null ? outcome : { ...outcome, output };
      },
      close: () => honest.close(),
    };
  };
}

function lied(
  liar: Liar,
  kernel: string,
  output: Uint8Array,
  input: Uint8Array,
  asset: Uint8Array | undefined,
): Uint8Array<ArrayBuffer> | null {
  const names = kernel === "pathfind" || kernel === "physics" ? liesByKernel[kernel] : [];
  const name = names[Math.floor(liar.random() * names.length)];
  if (!liar.lying || name === undefined || liar.random() >= lieChance) return null;
  const told = tell(name, { kernel, output, asset, earlier: liar.earlier.get(kernel) }, liar.random);
  if (told === null || Buffer.compare(told, output) === 0) return null;
  report({ type: "lie", name, kernel, input: sha256(input), output: sha256(told) });
  return told;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function main(): Promise<void> {
  const [seed = "1", ...args] = Deno.args;
  const parsed = parseConfig(args, navigator.hardwareConcurrency);
  if (parsed.type !== "run") {
    console.error(parsed.text);
    Deno.exit(parsed.type === "help" ? 0 : parsed.exitCode);
  }
  const liar: Liar = { lying: false, random: seeded(Number(seed)), earlier: new Map() };
  const running = await startWorker(parsed.config, { createIsolate: isolateOf(liar) });
  report({ type: "started", worker: running.worker });
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    if (line === "lie") liar.lying = true;
  }
  running.command({ type: "finish", reason: "standard input ended", withinMs: finishMs });
  await running.ended;
}

if (import.meta.main) await main();
