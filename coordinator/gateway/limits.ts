// Limits of the gateways that no peer needs to know; what both ends rely on stands in protocol/limits.ts.

/** Limits of connections, sessions and what is kept for them. Times are milliseconds, sizes bytes. */
export const gatewayLimits = Object.freeze({
  /** How often all connections are looked at: silence, floods, slow readers, probes. */
  sweepMs: 1_000,
  /** A sweep that comes this late says that this process stood still, not that its peers were silent. */
  sweepLateMs: 3_000,
  /** Most frames of one connection between two sweeps. */
  workerFramesPerSweepMax: 20_000,
  backendFramesPerSweepMax: 50_000,
  /** Most messages of one connection between two sweeps. */
  workerMessagesPerSweepMax: 100_000,
  backendMessagesPerSweepMax: 500_000,
  /** Most messages between two sweeps that nobody asked for: results of unknown attempts, repeated reports, probes, refused submissions. */
  strayPerSweepMax: 16_384,
  /** How long a worker may take from the welcome to `ready`. */
  readyMsMax: 20_000,
  /** Messages that may wait while a worker's record is read. */
  joinBacklogMax: 1_024,
  /** Attempts remembered for one worker session: twice the window, because cancelled ones may still answer. */
  attemptsMax: 2_048,
  /** Connections and sessions of all workers, and of those behind one network. */
  workersMax: 20_000,
  workersPerNetworkMax: 1_000,
  /** Sessions of one project, dropped ones included. */
  sessionsPerProjectMax: 256,
  /** Answers kept for dropped backend sessions, all together. */
  undeliveredBytesMax: 64 * 1024 * 1024,
  /** Revocations of one backend session that are sent again after a resume. */
  revocationsKeptMax: 256,
  /** Tasks over HTTP that one project may have in flight. */
  httpTasksPerProjectMax: 1_024,
  /** What is remembered of tasks with idempotency keys: how many, how many bytes of outputs, how long. */
  idempotencyKeysMax: 100_000,
  idempotencyBytesMax: 64 * 1024 * 1024,
  idempotencyMs: 10 * 60 * 1_000,
  /** After how long a refused backend should try again when the queue is full. */
  overloadRetryMs: 250,
  /** How often workers are told what they earned, when that changed. */
  creditMs: 5_000,
});

/** The names of the limits, for tests that need smaller ones. */
export type GatewayLimits = { readonly [K in keyof typeof gatewayLimits]: number };
