// The scenario's coordinator: the real one, but for trusted compute and checks, which wait instead of computing.
// Prints its address and key, then one report for each line it reads.
import { newSecrets } from "../../coordinator/app/mod.ts";
import type { Compute } from "../../coordinator/ports.ts";
import { type Effect, type Event, nextWakeMs, type State, step } from "../../coordinator/scheduler/mod.ts";
import { startCoordinator } from "../../coordinator/start.ts";
import { memoryBlobs, openStore } from "../../coordinator/store/mod.ts";
import { splitLines } from "./lines.ts";
import {
  detection,
  fuelOf,
  kernel,
  localSlots,
  nowMs,
  serviceMs,
  type Stretch,
  taskMs,
  truth,
} from "./scenario.ts";

const manifest = new TextEncoder().encode('{"kernel":"wait"}');

/** Waits as long as a slot would, and judges by comparing: a check sees a lie with its chance, drawn by the seed. */
const compute: Compute = {
  async run(work) {
    await new Promise((resolve) => setTimeout(resolve, taskMs(work.input)));
    const { input } = work;
    return { type: "output", output: truth(input), fuel: fuelOf(input), computeUs: 1000 * taskMs(input) };
  },
  check(work, output, seed) {
    const right = truth(work.input);
    const same = output.length === right.length && right.every((byte, at) => byte === output[at]);
    if (same || Number(seed % 1000n) >= 1000 * detection) return { type: "passed" };
    return { type: "failed", message: "a byte is wrong" };
  },
  close: () => Promise.resolve(),
};

/** Events that change nobody's standing. */
const frequent: ReadonlySet<Event["type"]> = new Set([
  "answered",
  "submitted",
  "checked",
  "tick",
  "measured",
  "turned",
]);

/** When there was work that a worker at `rttMs` could still have done in time, when workers were usable, who was punished. */
class Watch {
  readonly waiting: Stretch[] = [];
  readonly usable = new Map<string, Stretch[]>();
  readonly punished = new Set<string>();
  readonly #needMs: number;
  readonly #since = new Map<string, number>();
  #waitingSinceMs: number | null = null;

  constructor(rttMs: number) {
    this.#needMs = rttMs + 1.3 * serviceMs;
  }

  step(state: State, event: Event, out: Effect[]): void {
    const from = out.length;
    step(state, event, out);
    for (let at = from; at < out.length; at++) {
      const effect = out[at]!;
      if (effect.type === "record" && effect.record.quarantinedUntilMs > 0) this.punished.add(effect.worker);
    }
    const atMs = nowMs();
    this.#noteWaiting(state, event.nowMs, atMs);
    if (!frequent.has(event.type)) this.#noteUsable(state, atMs);
  }

  #noteWaiting(state: State, eventMs: number, atMs: number): void {
    const queued = state.kernels.get(kernel.no)?.queued;
    const waits = queued !== undefined && queued.between(eventMs + this.#needMs, eventMs + 60_000) > 0;
    if (waits === (this.#waitingSinceMs !== null)) return;
    if (this.#waitingSinceMs !== null) this.waiting.push([this.#waitingSinceMs, atMs]);
    this.#waitingSinceMs = waits ? atMs : null;
  }

  #noteUsable(state: State, atMs: number): void {
    const seen = new Set<string>();
    for (const { spec, kernels } of state.workers.values()) {
      if ((kernels.get(kernel.no)?.usableSlots ?? 0) === 0) continue;
      seen.add(spec.id);
      if (!this.#since.has(spec.id)) this.#since.set(spec.id, atMs);
    }
    for (const [id, sinceMs] of this.#since) {
      if (!seen.has(id)) this.#end(id, sinceMs, atMs);
    }
  }

  #end(id: string, sinceMs: number, atMs: number): void {
    this.#since.delete(id);
    const known = this.usable.get(id);
    if (known === undefined) this.usable.set(id, [[sinceMs, atMs]]);
    else known.push([sinceMs, atMs]);
  }

  close(): void {
    const atMs = nowMs();
    for (const [id, sinceMs] of this.#since) this.#end(id, sinceMs, atMs);
    if (this.#waitingSinceMs !== null) this.waiting.push([this.#waitingSinceMs, atMs]);
  }
}

const [rtt = "0", hedging = "1"] = Deno.args;
const watch = new Watch(Number(rtt));
const running = await startCoordinator(
  {
    host: "127.0.0.1",
    port: 0,
    localSlots,
    trustProxy: false,
    join: { mode: "open", bits: 0 },
    isPublic: false,
  },
  {
    compute,
    kernels: [{ kernel, signature: manifest, files: new Map([[kernel.digest, manifest]]) }],
    signers: [],
    store: await openStore({ path: ":memory:" }),
    blobs: memoryBlobs(),
    secrets: newSecrets(),
    log: () => {},
    overrides: {
      core: { step: (state, event, out) => watch.step(state, event, out), nextWakeMs },
      scheduler: hedging === "1" ? {} : { hedgeShare: 0, hedgeBurst: 0 },
    },
  },
);
console.log(JSON.stringify({ url: running.url, key: running.firstKey }));
for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines())) {
  if (line === "end") watch.close();
  const status = await running.status();
  const { waiting, usable, punished } = watch;
  const report = { status, waiting, usable: [...usable], punished: [...punished] };
  console.log(JSON.stringify(line === "end" ? report : { status }));
  if (line === "end") break;
}
await running.stop();
Deno.exit(0);
