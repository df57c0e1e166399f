// What bookkeeping costs: notes, flushes and booking at the pace of 10,000 tasks a second on 100 workers, the store's
// own rows a second, and recovery. `deno run -P=bench bench/store_bench.ts [--write] [--json]`:
// --write keeps the figures for what is calculated from them. One run takes about ten seconds.
import { setImmediate } from "node:timers";
import { Bookkeeper, packAudit, unpackAudit } from "../coordinator/ledger/mod.ts";
import type { AuditRecord } from "../coordinator/ledger/mod.ts";
import { digestOf, openFolderBlobs, openStore, type Store } from "../coordinator/store/mod.ts";
import { withTempFolder } from "../tools/temp_folder.ts";
import { keepMeasured } from "./measured.ts";

/** One measured figure. */
export interface StoreBenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const tasksPerFlush = 1_000;
const flushes = 200;
const workers = Array.from({ length: 100 }, (_, n) => n.toString(16).padStart(32, "a1"));

/** Measures everything once. */
export function storeBench(): Promise<readonly StoreBenchRow[]> {
  return withTempFolder(async (folder) => [
    ...await benchBooks(`${folder}/books.sqlite`),
    ...await benchLedger(`${folder}/ledger.sqlite`),
    ...benchAudit(),
    ...await benchBlobs(`${folder}/blobs`),
  ]);
}

/** Two hundred flushes of a thousand tasks: twenty seconds of a busy coordinator, as fast as they go. */
async function benchBooks(path: string): Promise<readonly StoreBenchRow[]> {
  const store = await openStore({ path });
  let nowMs = 1_800_000_000_000;
  let run: (() => void) | undefined;
  const book = await openBooks(store, "bench", () => nowMs, (work) => {
    run = work;
    return () => run = undefined;
  });
  const noteMs: number[] = [];
  const tickMs: number[] = [];
  for (let flush = 0; flush < flushes; flush += 1) {
    noteMs.push(await timed(() => noteFlush(book, flush)));
    nowMs += 100;
    const due = run;
    run = undefined;
    tickMs.push(
      await timed(async () => {
        due?.();
        while (run === undefined) await nextTurn();
      }),
    );
  }
  const bytes = (await Deno.stat(path)).size + (await Deno.stat(`${path}-wal`)).size;
  await store.close();
  const recoverMs = await timed(async () => {
    const again = await openStore({ path });
    await openBooks(again, "again", () => nowMs, () => () => undefined);
    await again.close();
  });
  const mean = sum(noteMs) / flushes + sum(tickMs) / flushes;
  return [
    row("notes of a task (charge, pend, grant, audit)", 1_000 * quantile(noteMs, 0.5) / tasksPerFlush, "us"),
    row("tick with a flush of 1,000 tasks, p50", quantile(tickMs, 0.5), "ms"),
    row("tick with a flush of 1,000 tasks, p99", quantile(tickMs, 0.99), "ms"),
    row("tick with a flush of 1,000 tasks, worst", quantile(tickMs, 1), "ms"),
    row("one core's share at 10,000 tasks/s", mean, "%"),
    row("disk per task", bytes / flushes / tasksPerFlush, "B"),
    row("start after a crash with up to 100 unbooked flushes", recoverMs, "ms"),
  ];
}

function openBooks(
  store: Store,
  instance: string,
  nowMs: () => number,
  schedule: (run: () => void) => () => void,
): Promise<Bookkeeper> {
  const kernel = () => ({ id: "pathfind", version: "1.0.0", price: 1_000 });
  return Bookkeeper.open({
    store,
    instance,
    nowMs,
    schedule,
    kernel,
    project: () => "p1",
    onState: console.error,
  });
}

function noteFlush(book: Bookkeeper, flush: number): void {
  for (let n = 0; n < tasksPerFlush; n += 1) {
    const worker = workers[n % workers.length] ?? "";
    const task = flush * tasksPerFlush + n + 1;
    const fuel = 100_000 + n;
    book.note({ type: "charge", project: 1, kernel: 1, fuel });
    book.note({ type: "pend", worker, kernel: 1, fuel, by: "project" });
    book.note({ type: "grant", worker, kernel: 1, fuel, by: "project" });
    const rest = { attempt: task, project: 1, worker, kernel: 1, fuel, latencyMs: 7.123 };
    book.note({ type: "audit", task, verdict: "served", ...rest });
    if (n % 20 === 0) {
      const trust = { stage: "trusted", progress: 0, right: task, wrong: 0 } as const;
      book.note({ type: "trust", worker, kernel: 1, trust });
    }
  }
}

/** Transactions of a hundred workers, as a period books them. */
async function benchLedger(path: string): Promise<readonly StoreBenchRow[]> {
  const store = await openStore({ path });
  const transactions = 100;
  let entries = 0;
  const ms = await timed(async () => {
    for (let n = 0; n < transactions; n += 1) {
      const list = workers.flatMap((owner) =>
        (["pending", "granted"] as const).map((kind) => ({
          account: `worker:${owner}:${kind}`,
          kind,
          owner,
          microCredits: kind === "granted" ? 5 : -5,
        }))
      );
      entries += list.length;
      const head = {
        idempotencyKey: `bench:${n}`,
        coordinator: "bench",
        reason: "grant",
        createdMs: n,
      } as const;
      await store.ledger.post({ ...head, fuel: new Map(), entries: list });
    }
  });
  await store.close();
  return [
    row("ledger entries booked", 1_000 * entries / ms, "/s"),
    row("transaction of 100 workers", ms / transactions, "ms"),
  ];
}

function benchAudit(): readonly StoreBenchRow[] {
  const records = Array.from({ length: 100_000 }, (_, n): AuditRecord => ({
    task: n + 1,
    attempt: n + 1,
    project: "019a0000-0000-7000-8000-000000000001",
    worker: workers[n % workers.length] ?? "",
    kernel: "pathfind@1.0.0",
    verdict: "served",
    fuel: 100_000 + n,
    latencyMs: 7.123,
  }));
  const startMs = performance.now();
  const blob = packAudit(records);
  const packedMs = performance.now();
  unpackAudit(blob);
  const endMs = performance.now();
  return [
    row("audit records packed", 1_000 * records.length / (packedMs - startMs), "/s"),
    row("audit records unpacked", 1_000 * records.length / (endMs - packedMs), "/s"),
    row("audit record", blob.length / records.length, "B"),
  ];
}

async function benchBlobs(folder: string): Promise<readonly StoreBenchRow[]> {
  const blobs = await openFolderBlobs({ folder });
  const files = Array.from({ length: 32 }, (_, n) => new Uint8Array(1024 * 1024).fill(n));
  const digests = await Promise.all(files.map(digestOf));
  const putMs = await timed(async () => {
    for (const [n, file] of files.entries()) await blobs.put(digests[n] ?? "", file);
  });
  const cold = await openFolderBlobs({ folder });
  const getMs = await timed(async () => {
    for (const digest of digests) await cold.get(digest);
  });
  return [
    row("blob of 1 MiB put", putMs / files.length, "ms"),
    row("blob of 1 MiB read and verified", getMs / files.length, "ms"),
  ];
}

async function timed(work: () => void | Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function row(name: string, value: number, unit: string): StoreBenchRow {
  return { name, value, unit };
}

if (import.meta.main) {
  const rows = await storeBench();
  if (Deno.args.includes("--write")) await keepMeasured("store", rows);
  if (Deno.args.includes("--json")) console.log(JSON.stringify({ bench: "store", rows }));
  else for (const { name, value, unit } of rows) console.log(`${name}: ${value.toPrecision(4)} ${unit}`);
}
