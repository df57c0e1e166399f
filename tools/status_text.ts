// A status report as lines that a person reads.
import type { KernelStatus, StatusReport, WorkerStatus } from "../coordinator/app/status_report.ts";

const MILLION = 1e6;
const LABEL_WIDTH = 12;
const WORKER_NAME_LENGTH = 12;

/** The whole report; counters are since the coordinator's start. */
export function statusLines(report: StatusReport): string[] {
  const { instance, version, health, upMs, tasks, memory } = report;
  const { tiers } = tasks;
  return [
    `coordinator ${instance}, version ${version}: ${health}, up ${span(upMs)}`,
    line("tasks", answeredText(report)),
    line(
      "",
      `peer ${count(tiers.peer)} · cloud ${count(tiers.cloud)} · local ${count(tiers.local)} · cache ${
        count(tiers.cache)
      }`,
    ),
    ...optional("refused", counts(tasks.refused)),
    line("queue", queueText(report)),
    line("trust", trustText(report)),
    line("scheduling", schedulingText(report)),
    line(
      "credits",
      Object.entries(report.ledger).map(([kind, sum]) => `${kind} ${credits(sum)}`).join(" · "),
    ),
    line(
      "memory",
      `${size(memory.rssBytes)} resident · ${size(memory.heapBytes)} heap · ${
        size(memory.cacheBytes)
      } cached answers`,
    ),
    line(
      "backends",
      `${count(report.backends.sessions)} sessions, ${count(report.backends.connected)} connected`,
    ),
    ...optional("closed", counts(report.closes)),
    ...workerLines(report.workers),
  ];
}

function answeredText({ tasks: { submitted, answered, deadlineMet, perS, repeated } }: StatusReport): string {
  const met = deadlineMet === null ? "" : ` (${(deadlineMet * 100).toFixed(2)} % by the deadline)`;
  const again = repeated === 0 ? "" : ` · ${count(repeated)} repeated`;
  return `${count(submitted)} submitted · ${count(answered)} answered${met} · ${
    perS.toFixed(1)
  }/s now${again}`;
}

function queueText({ queue: { inFlight, waiting, inputBytes, local } }: StatusReport): string {
  return `${count(inFlight)} in flight · ${count(waiting)} waiting for a worker · ${
    size(inputBytes)
  } of inputs · ` +
    `local compute ${local.running} of ${local.slots} running, ${count(local.waiting)} waiting`;
}

function trustText({ trust }: StatusReport): string {
  const { checked, checksFailed, rechecked, shadows, caught, revoked, revokedUnreachable } = trust;
  const lost = revokedUnreachable === 0 ? "" : ` (${count(revokedUnreachable)} with nobody to tell)`;
  return `${count(checked)} checked, ${count(checksFailed)} failed · ${count(rechecked)} rechecked · ` +
    `${count(shadows)} shadows · ${count(caught)} caught · ${count(revoked)} revoked${lost}`;
}

function schedulingText({ scheduling }: StatusReport): string {
  const { hedges, hedgesDenied, failovers, leasesExpired, lateAnswers, unknownResults, breakers } =
    scheduling;
  const passedOver = Object.entries(breakers).filter(([, { state }]) => state !== "closed")
    .map(([tier, { state }]) =>
      ` · tier ${tier} is passed over (${state === "open" ? "open" : "being tried"})`
    );
  const denied = hedgesDenied === 0 ? "" : ` (${count(hedgesDenied)} denied)`;
  return `${count(hedges)} hedges${denied} · ${count(failovers)} failovers · ${
    count(leasesExpired)
  } leases expired · ` +
    `${count(lateAnswers)} late answers · ${count(unknownResults)} unknown results${passedOver.join("")}`;
}

function workerLines(workers: readonly WorkerStatus[]): string[] {
  if (workers.length === 0) return ["no workers: local compute answers what it can"];
  const head = [
    "worker",
    "state",
    "slots",
    "in flight",
    "rtt ms",
    "answered",
    "granted",
    "pending",
    "kernels",
  ];
  return ["", ...table([head, ...workers.map(row)]), ...workers.flatMap(reasons)];
}

function row(worker: WorkerStatus): string[] {
  const { state, slots, inFlight, quota, rttMs, answered, credit, kernels } = worker;
  return [
    name(worker),
    state,
    `${slots}`,
    `${inFlight} of ${Math.floor(quota)}`,
    rttMs === 0 ? "-" : rttMs.toFixed(1),
    count(answered),
    credit === null ? "-" : credits(credit.granted),
    credit === null ? "-" : credits(credit.pending),
    kernels.map(kernelText).join(", "),
  ];
}

function kernelText({ kernel, stage, progress, wrong }: KernelStatus): string {
  const steps = stage === "trusted" ? "" : ` ${progress}`;
  return `${kernel} ${stage}${steps}${wrong === 0 || stage === "trusted" ? "" : ` (${wrong} wrong)`}`;
}

/** Why a worker has no work, and why it cannot compute a kernel. */
function reasons(worker: WorkerStatus): string[] {
  const { reason, quarantinedForMs, kernels } = worker;
  const more = quarantinedForMs > 0 ? ` (for ${span(quarantinedForMs)} more)` : "";
  return [
    ...(reason === null ? [] : [`${name(worker)}: ${reason}${more}`]),
    ...kernels.filter((each) => !each.ready && each.problem !== null)
      .map((each) => `${name(worker)}: ${each.kernel} is not ready: ${each.problem}`),
  ];
}

/** Columns as wide as their widest entry. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((each) => each[column]?.length ?? 0))
  );
  return rows.map((each) =>
    each.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
}

function line(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text;
}

function optional(label: string, text: string): string[] {
  return text === "" ? [] : [line(label, text)];
}

function name({ id }: WorkerStatus): string {
  return id.slice(0, WORKER_NAME_LENGTH);
}

function counts(byName: Readonly<Record<string, number>>): string {
  return Object.entries(byName).map(([what, times]) => `${what} ${count(times)}`).join(" · ");
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}

function credits(micro: number): string {
  return (micro / MILLION).toFixed(6);
}

function size(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A span of time in a unit that leaves a small number. */
function span(ms: number): string {
  const units = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"]] as const;
  const fitting = units.find(([unitMs]) => ms >= 2 * unitMs);
  return fitting === undefined
    ? `${Math.round(ms / 1000)} s`
    : `${Math.round(ms / fitting[0])} ${fitting[1]}`;
}
