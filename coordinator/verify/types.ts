// What is remembered of a worker: the only inputs of every trust rule.

/** What verdicts say about one (worker, kernel version). */
export interface KernelTrust {
  /** `renewed`: trusted on an earlier version of this kernel, every result rechecked after it was served. */
  readonly stage: "probation" | "renewed" | "trusted";
  /** Results judged right in this stage; once trusted, up to `provenResults`. */
  readonly progress: number;
  /** Results judged bit by bit and right, ever. */
  readonly right: number;
  /** Results proven wrong, ever. */
  readonly wrong: number;
}

/** What is remembered of a worker as a whole. */
export interface WorkerRecord {
  /** Epoch milliseconds; 0 when never. */
  readonly quarantinedUntilMs: number;
  /** Proven lies that led to quarantine. */
  readonly offences: number;
  /** By `id@version`, every version ever seen. */
  readonly kernels: ReadonlyMap<string, KernelTrust>;
}
