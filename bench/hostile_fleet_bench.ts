// Forty slots, 30 % of them hostile or ten times too slow, a tenth leaving each second, at 70 % of what the rest can do:
// real processes, protocol and scheduler; computing is simulated by waiting, so that two cores suffice.
// deno task bench hostile_fleet [--json] [--runs SECONDS]
// Must hold at 0 and 30 ms of round trip: all answered, 99.9 % by the deadline, no honest worker quarantined, slots
// busy 95 % of the time in which there is work for them.
import { type Client, connect, P2c2rError } from "../sdk/mod.ts";
import type { StatusReport } from "../coordinator/app/mod.ts";
import { parseArgs } from "node:util";
import { Child } from "./hostile_fleet/child.ts";
import {
  capacityPerS,
  deadlineMsMax,
  deadlineMsMin,
  type Kind,
  load,
  slots,
  type Stretch,
} from "./hostile_fleet/scenario.ts";

const secondsUsual = 10;
const warmUpMsMax = 20_000;
/** What must hold. */
const answeredMin = 1;
const byDeadlineMin = 0.999;
const busyMin = 0.95;

interface Row {
  readonly rttMs: number;
  readonly hedging: boolean;
  readonly tasks: number;
  readonly perS: number;
  /** Shares of all tasks. */
  readonly answered: number;
  readonly byDeadline: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Busy time of honest slots while there was work that they could do in time, as a share of that time. */
  readonly busy: number;
  /** The same while twice as much was asked for as they can do. */
  readonly busySaturated: number;
  readonly hedges: number;
  readonly local: number;
  readonly caught: number;
  readonly honestQuarantined: number;
  readonly left: number;
  readonly refused: Readonly<Record<string, number>>;
}

interface FleetReport {
  readonly left: number;
  readonly slots: readonly {
    readonly kind: Kind;
    readonly ids: readonly string[];
    readonly busy: readonly Stretch[];
  }[];
}

interface CoordinatorReport {
  readonly status: StatusReport;
  readonly waiting: readonly Stretch[];
  readonly usable: readonly (readonly [string, readonly Stretch[]])[];
  readonly punished: readonly string[];
}

/** What came of one stretch of load. */
class Outcomes {
  readonly latencies: number[] = [];
  byDeadline = 0;
  tasks = 0;
  readonly refused: Record<string, number> = {};

  at(q: number): number {
    const sorted = this.latencies.sort((a, b) => a - b);
    return Number((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(1));
  }
}

/** Sends tasks at an even rate for a while, whatever becomes of them, and waits for all their ends. */
async function drive(
  client: Client,
  perS: number,
  forMs: number,
  fromMs: number,
  untilMs: number,
): Promise<Outcomes> {
  const outcomes = new Outcomes();
  const running = new Set<Promise<void>>();
  const beganMs = performance.now();
  let sent = 0;
  while (performance.now() - beganMs < forMs) {
    const due = Math.floor((performance.now() - beganMs) * perS / 1000);
    for (; sent < due; sent++) {
      const deadlineMs = Math.floor(fromMs + Math.random() * (untilMs - fromMs));
      const task = one(client, deadlineMs, outcomes).finally(() => running.delete(task));
      running.add(task);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  outcomes.tasks = sent;
  return outcomes;
}

async function one(client: Client, deadlineMs: number, outcomes: Outcomes): Promise<void> {
  // Sixteen random bytes are a task that nobody has asked for before.
  const input = crypto.getRandomValues(new Uint8Array(16));
  const beganMs = performance.now();
  try {
    const { latencyMs } = await client.runRaw("wait", input, { deadlineMs });
    outcomes.latencies.push(performance.now() - beganMs);
    if (latencyMs <= deadlineMs) outcomes.byDeadline++;
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    outcomes.refused[error.code] = (outcomes.refused[error.code] ?? 0) + 1;
  }
}

/** Works gently until nearly everybody is trusted. */
async function warmUp(client: Client, coordinator: Child): Promise<void> {
  const wanted = 0.9 * slots.reduce((sum, [, count]) => sum + count, 0);
  const untilMs = performance.now() + warmUpMsMax;
  while (performance.now() < untilMs) {
    await drive(client, 150, 500, 300, 400);
    const { status } = await coordinator.ask<{ status: StatusReport }>("status");
    const trusted = status.workers.filter(({ kernels }) => kernels.some(({ stage }) => stage === "trusted"));
    if (new Set(trusted.map(({ id }) => id)).size >= wanted) break;
  }
  await drive(client, 0.3 * capacityPerS(), 1_000, 100, 200);
}

/** The part of `inside` that lies in `outside`, both in order of time. */
function overlapMs(inside: readonly Stretch[], outside: readonly Stretch[]): number {
  let sum = 0;
  let at = 0;
  for (const [fromMs, untilMs] of inside) {
    while (at < outside.length && outside[at]![1] <= fromMs) at++;
    for (let next = at; next < outside.length && outside[next]![0] < untilMs; next++) {
      sum += Math.max(0, Math.min(untilMs, outside[next]![1]) - Math.max(fromMs, outside[next]![0]));
    }
  }
  return sum;
}

function within(stretches: readonly Stretch[], [fromMs, untilMs]: Stretch): readonly Stretch[] {
  return stretches.filter(([from, until]) => until > fromMs && from < untilMs)
    .map(([from, until]) => [Math.max(from, fromMs), Math.min(until, untilMs)]);
}

/** Busy time of honest slots / time in which they were usable and had work waiting. */
function busyShare(fleet: FleetReport, report: CoordinatorReport, during: Stretch): number {
  const usable = new Map(report.usable);
  const waiting = within(report.waiting, during);
  let busyMs = 0;
  let eligibleMs = 0;
  for (const { kind, ids, busy } of fleet.slots) {
    if (kind !== "honest") continue;
    const here = ids.flatMap((id) => usable.get(id) ?? []);
    const eligible = here.flatMap((stretch) => within(waiting, stretch));
    eligibleMs += eligible.reduce((sum, [from, until]) => sum + until - from, 0);
    busyMs += overlapMs(busy, eligible);
  }
  return eligibleMs === 0 ? 1 : busyMs / eligibleMs;
}

const epochNowMs = (): number => performance.timeOrigin + performance.now();

async function measure(rttMs: number, hedging: boolean, seconds: number): Promise<Row> {
  const coordinator = new Child("coordinator.ts", [`${rttMs}`, hedging ? "1" : "0"]);
  let fleet: Child | null = null;
  try {
    const { url, key } = await coordinator.read<{ url: string; key: string }>();
    fleet = new Child("fleet.ts", [url, `${rttMs}`]);
    await fleet.read();
    await using client = await connect(url, { apiKey: key });
    await warmUp(client, coordinator);
    const perS = load * capacityPerS();
    const beganMs = epochNowMs();
    const outcomes = await drive(client, perS, 1000 * seconds, deadlineMsMin, deadlineMsMax);
    const during: Stretch = [beganMs, epochNowMs()];
    await drive(client, 2 * capacityPerS(), 3_000, deadlineMsMax, 2 * deadlineMsMax);
    const saturated: Stretch = [during[1] + 500, epochNowMs() - 500];
    await fleet.finish();
    const made = await fleet.read<FleetReport>();
    const report = await coordinator.ask<CoordinatorReport>("end");
    return rowOf(rttMs, hedging, seconds, outcomes, made, report, [during, saturated]);
  } finally {
    await fleet?.end();
    await coordinator.end();
  }
}

function rowOf(
  rttMs: number,
  hedging: boolean,
  seconds: number,
  outcomes: Outcomes,
  fleet: FleetReport,
  report: CoordinatorReport,
  [during, saturated]: readonly [Stretch, Stretch],
): Row {
  const { tasks, latencies, byDeadline, refused } = outcomes;
  const honest = new Set(
    fleet.slots.filter(({ kind }) => kind === "honest" || kind === "slow").flatMap(({ ids }) => ids),
  );
  const share = (count: number) => Number((count / tasks).toFixed(5));
  const { scheduling, tasks: { tiers }, trust } = report.status;
  return {
    rttMs,
    hedging,
    tasks,
    perS: Math.round(tasks / seconds),
    answered: share(latencies.length),
    byDeadline: share(byDeadline),
    p50Ms: outcomes.at(0.5),
    p99Ms: outcomes.at(0.99),
    p999Ms: outcomes.at(0.999),
    busy: Number(busyShare(fleet, report, during).toFixed(3)),
    busySaturated: Number(busyShare(fleet, report, saturated).toFixed(3)),
    hedges: scheduling.hedges,
    local: tiers.local,
    caught: trust.caught,
    honestQuarantined: report.punished.filter((id) => honest.has(id)).length,
    left: fleet.left,
    refused,
  };
}

function holds(row: Row): boolean {
  if (!row.hedging) return row.honestQuarantined === 0;
  return row.answered >= answeredMin && row.byDeadline >= byDeadlineMin && row.busySaturated >= busyMin &&
    row.honestQuarantined === 0;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      json: { type: "boolean" },
      runs: { type: "string" },
      only: { type: "string" },
      write: { type: "boolean" },
    },
  });
  const seconds = Number(values.runs ?? secondsUsual);
  const rows: Row[] = [];
  for (const rttMs of [0, 30]) {
    for (const hedging of [true, false]) {
      if (values.only !== undefined && values.only !== `${rttMs}${hedging ? "h" : ""}`) continue;
      const row = await measure(rttMs, hedging, seconds);
      rows.push(row);
      if (!values.json) console.log(row);
    }
  }
  if (values.json) console.log(JSON.stringify(rows));
  Deno.exit(rows.every(holds) ? 0 : 1);
}
