// A coordinator's bookkeeping in a process of its own, to be killed. Step n notes known amounts and says `start n`,
// lets two seconds of the books' own time pass (a flush, and some booking of earlier ones) and says `done n`.
import { Bookkeeper } from "../../coordinator/ledger/mod.ts";
import { openStore } from "../../coordinator/store/mod.ts";
import { StoreClock } from "./store_clock.ts";

/** Workers that earn the same: more than one transaction has room for. */
export const workers: readonly string[] = Array.from({ length: 150 }, (_, n) => `w${n}`);

/** Fuel, charged once and claimed by every worker in step n, at a price of one micro-credit each. */
export function fuelOf(step: number): number {
  return 10 * (step + 1);
}

/** Micro-credits that each worker claims in step n: its share. */
export function claimOf(step: number): number {
  return 7 * (step + 1);
}

/** Audit records of one step. */
export const auditsPerStep = 3;

if (import.meta.main) {
  const [path = "", instance = ""] = Deno.args;
  const clock = new StoreClock();
  const book = await Bookkeeper.open({
    store: await openStore({ path }),
    instance,
    project: () => "p1",
    kernel: () => ({ id: "k", version: "1.0.0", price: 1_000_000 }),
    nowMs: clock.nowMs,
    schedule: clock.schedule,
    onState: (state, error) => say(`${state} ${error?.message}`),
  });
  for (let step = 0;; step += 1) {
    say(`start ${step}`);
    noteStep(book, step);
    await clock.pass(2_000);
    say(`done ${step}`);
  }
}

function noteStep(book: Bookkeeper, step: number): void {
  const fuel = fuelOf(step);
  book.note({ type: "charge", project: 1, kernel: 1, fuel });
  for (const worker of workers) {
    book.note({ type: "pend", worker, kernel: 1, fuel, by: "project" });
    if (step > 0) book.note({ type: "grant", worker, kernel: 1, fuel: fuelOf(step - 1), by: "project" });
  }
  for (let n = 0; n < auditsPerStep; n += 1) {
    const task = step * auditsPerStep + n;
    const rest = { attempt: 1, project: 1, worker: "w0", kernel: 1, fuel, latencyMs: 1 };
    book.note({ type: "audit", task, verdict: "served", ...rest });
  }
  const trust = { stage: "trusted", progress: 0, right: step, wrong: 0 } as const;
  book.note({ type: "trust", worker: "w0", kernel: 1, trust });
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
