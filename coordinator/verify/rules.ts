// The trust rules: pure functions from what is remembered and a verdict to what is remembered next.
import type { KernelTrust, WorkerRecord } from "./types.ts";

/** Numbers of the trust rules. Times are milliseconds. */
export interface TrustRules {
  /** Shadows judged right before a worker's results of a kernel are served. */
  readonly probationResults: number;
  /** Rechecks judged right before a new version of a known kernel is sampled like any other. */
  readonly renewedResults: number;
  /** Recheck rate where the kernel's check catches lies that matter often enough, and elsewhere. */
  readonly recheckRateChecked: number;
  readonly recheckRateUnchecked: number;
  /** Measured detection from which the lower rate applies. */
  readonly detectionMin: number;
  /** First quarantine; each further one is twice as long, up to the maximum. */
  readonly quarantineMs: number;
  readonly quarantineMsMax: number;
  /** Results judged right without one wrong before an isolated mismatch counts as a flipped bit. */
  readonly cleanRecordMin: number;
  /** Rechecks judged right after probation before a worker's part of the traffic is capped no more. */
  readonly provenResults: number;
  /** How long a served result can still be revoked: so many later ones, so long, so many bytes per worker and kernel. */
  readonly windowResults: number;
  readonly windowMs: number;
  readonly windowBytesMax: number;
}

/** What DESIGN promises: see docs/security.md for what follows from these numbers. */
export const trustRules: TrustRules = {
  probationResults: 50,
  renewedResults: 20,
  recheckRateChecked: 0.03,
  recheckRateUnchecked: 0.05,
  detectionMin: 0.6,
  quarantineMs: 60 * 60 * 1000,
  quarantineMsMax: 30 * 24 * 60 * 60 * 1000,
  cleanRecordMin: 1000,
  provenResults: 10,
  windowResults: 256,
  windowMs: 30_000,
  windowBytesMax: 32 * 1024 * 1024,
};

/** The name under which trust in a kernel is remembered. */
export function trustKey(kernel: { readonly id: string; readonly version: string }): string {
  return `${kernel.id}@${kernel.version}`;
}

/** A worker nobody knows yet. */
export const unknownWorker: WorkerRecord = { quarantinedUntilMs: 0, offences: 0, kernels: new Map() };

const beginner: KernelTrust = { stage: "probation", progress: 0, right: 0, wrong: 0 };

/**
 * What a worker's record says about a kernel: trust in an earlier version shortens the way to trust in this one. `key`:
 * its `trustKey`, for who asks with every task.
 */
export function trustIn(
  record: WorkerRecord,
  kernel: { readonly id: string; readonly version: string },
  key: string = trustKey(kernel),
): KernelTrust {
  const known = record.kernels.get(key);
  if (known !== undefined) return known;
  for (const [key, trust] of record.kernels) {
    if (trust.stage === "trusted" && key.startsWith(`${kernel.id}@`)) {
      return { ...beginner, stage: "renewed" };
    }
  }
  return beginner;
}

/** After a result was judged bit by bit and is right. */
export function judgedRight(trust: KernelTrust, rules: TrustRules): KernelTrust {
  const right = trust.right + 1;
  const progress = trust.progress + 1;
  if (trust.stage === "trusted") {
    return { ...trust, progress: Math.min(progress, rules.provenResults), right };
  }
  const needed = trust.stage === "probation" ? rules.probationResults : rules.renewedResults;
  if (progress < needed) return { ...trust, progress, right };
  const proven = trust.stage === "renewed" ? rules.provenResults : 0;
  return { ...trust, stage: "trusted", progress: proven, right };
}

/** Whether a worker is trusted, but by its probation alone. */
export function isYoung(trust: KernelTrust, rules: TrustRules): boolean {
  return trust.stage === "trusted" && trust.progress < rules.provenResults;
}

/** The chance that a result which passed its check is recomputed. It never decays: a decaying rate pays sleepers. */
export function recheckRate(trust: KernelTrust, detection: number, rules: TrustRules): number {
  if (trust.stage !== "trusted") return 1;
  return detection >= rules.detectionMin ? rules.recheckRateChecked : rules.recheckRateUnchecked;
}

/** After a result was proven wrong and the proof was reproduced. */
export interface WrongJudgement {
  readonly record: WorkerRecord;
  /** False for an isolated mismatch after a long clean record: back to probation on this kernel, no quarantine. */
  readonly quarantined: boolean;
}

/** Drops trust: on every kernel, with a quarantine, unless this looks like one flipped bit in a long clean record. */
export function judgedWrong(
  record: WorkerRecord,
  key: string,
  nowMs: number,
  rules: TrustRules,
): WrongJudgement {
  const trust = record.kernels.get(key) ?? beginner;
  const isolated = trust.right >= rules.cleanRecordMin && trust.wrong === 0 && record.offences === 0;
  const kernels = new Map(record.kernels);
  if (!isolated) {
    for (const [name, each] of kernels) kernels.set(name, { ...each, stage: "probation", progress: 0 });
  }
  kernels.set(key, { ...trust, stage: "probation", progress: 0, wrong: trust.wrong + 1 });
  if (isolated) return { record: { ...record, kernels }, quarantined: false };
  const durationMs = Math.min(rules.quarantineMs * 2 ** record.offences, rules.quarantineMsMax);
  return {
    record: { quarantinedUntilMs: nowMs + durationMs, offences: record.offences + 1, kernels },
    quarantined: true,
  };
}

/** A worker's record with what is now known about one kernel. */
export function withTrust(record: WorkerRecord, key: string, trust: KernelTrust): WorkerRecord {
  return { ...record, kernels: new Map(record.kernels).set(key, trust) };
}
