// What a worker adds to a kernel: from the frame with a task coming in to the frame with its result going out, through
// session, slot and a thread of its own, with a kernel that computes nothing. The whole program, a real coordinator, one
// task at a time. deno task bench overhead [--write] [--json] [--quick]: 10 seconds. Goal: a median of at most 150 µs.
import { messageType, parseFromWorker, parseToWorker } from "../protocol/mod.ts";
import type { Crew } from "../tools/demo/crew.ts";
import { createIsolate } from "../sandbox/mod.ts";
import { parseConfig } from "../worker/config.ts";
import type { OpenSocket } from "../worker/connection.ts";
import type { CreateIsolate } from "../worker/isolates.ts";
import { startWorker } from "../worker/start.ts";
import { markdownTable } from "./page_section.ts";
import { type Row, rowOf } from "./rows.ts";
import { publish, readFlags, withCrew } from "./stage/program.ts";
import { openWorkerSocket } from "./stage/socket.ts";
import { startLoad, startStagedCoordinator } from "./stage/stage.ts";

const goalUs = 150;
const sizes = [[180, 100], [2_048, 2_048], [65_536, 65_536]] as const;

/** Stamps tasks when their frame is handed to the session, and results when theirs is handed to the socket. */
class Stamps {
  readonly #cameMs = new Map<number, number>();
  #tookUs: number[] = [];
  #isolateUs: number[] = [];

  readonly createIsolate: CreateIsolate = (stock) => {
    const isolate = createIsolate({ stock });
    return {
      run: async (task) => {
        const startMs = performance.now();
        const outcome = await isolate.run(task);
        this.#isolateUs.push((performance.now() - startMs) * 1000);
        return outcome;
      },
      close: () => isolate.close(),
    };
  };

  readonly openSocket: OpenSocket = (address, token, listener) => {
    const socket = openWorkerSocket(address, token, {
      ...listener,
      frame: (frame) => {
        const nowMs = performance.now();
        for (const message of parseToWorker(frame)) {
          if (message[0] === messageType.task) this.#cameMs.set(message[1], nowMs);
        }
        listener.frame(frame);
      },
    });
    return {
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      send: (frame) => {
        const nowMs = performance.now();
        socket.send(frame);
        for (const message of parseFromWorker(frame)) {
          if (message[0] !== messageType.result) continue;
          this.#tookUs.push((nowMs - this.#cameMs.get(message[1])!) * 1000);
          this.#cameMs.delete(message[1]);
        }
      },
      close: (code, reason) => socket.close(code, reason),
    };
  };

  /** All of it, and of it the way into the isolate, its run and the way back. */
  take(): { readonly tookUs: readonly number[]; readonly isolateUs: readonly number[] } {
    const taken = { tookUs: this.#tookUs, isolateUs: this.#isolateUs };
    this.#tookUs = [];
    this.#isolateUs = [];
    return taken;
  }
}

/** One size. */
export interface OverheadRow extends Row {
  readonly isolateP50: number;
}

async function measure(crew: Crew, folder: string, measureMs: number): Promise<OverheadRow[]> {
  const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
  const parsed = parseConfig([
    ...["--coordinator", coordinator.url, "--signer", coordinator.signer, "--data", `${folder}/worker`],
    ...["--threads", "1", "--priority", "normal"],
  ], 1);
  if (parsed.type !== "run") throw new Error(parsed.text);
  const stamps = new Stamps();
  const worker = await startWorker(parsed.config, stamps);
  while (worker.status().kernelsReady === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const load = await startLoad(crew, "load", coordinator.url, [coordinator.key]);
  const rows: OverheadRow[] = [];
  for (const [inputBytes, outputBytes] of sizes) {
    const order = { inputBytes, outputBytes, pace: { type: "closed", depth: 1 }, warmMs: 0 } as const;
    await load.run({ ...order, measureMs: measureMs / 2 });
    stamps.take();
    await load.run({ ...order, measureMs });
    const name = `${inputBytes.toLocaleString("en")} B in, ${outputBytes.toLocaleString("en")} B out`;
    const { tookUs, isolateUs } = stamps.take();
    rows.push({ ...rowOf(name, "µs", tookUs), isolateP50: rowOf(name, "µs", isolateUs).p50 });
  }
  worker.command({ type: "finish", reason: "the benchmark is over", withinMs: 1 });
  await worker.ended;
  return rows;
}

function page(rows: readonly OverheadRow[]): string {
  return markdownTable(
    ["one task at a time", "median, µs", "of it isolate", "99th percentile", "tasks", "goal"],
    rows.map(({ name, p50, isolateP50, p99, samples }, at) => [
      name,
      p50.toFixed(0),
      isolateP50.toFixed(0),
      p99.toFixed(0),
      samples.toLocaleString("en"),
      at > 0 ? "" : `≤ ${goalUs}${p50 <= goalUs ? ", met" : ", **missed**"}`,
    ]),
  );
}

if (import.meta.main) {
  const flags = readFlags();
  const figures = await withCrew((crew, folder) => measure(crew, folder, flags.quick ? 300 : 2_000));
  await publish(flags, {
    page: "docs/performance.md",
    section: "overhead",
    text: page(figures),
    figures,
    keep: true,
  });
  Deno.exit(0);
}
