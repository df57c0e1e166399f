// The faults a simulation knows, by name, and how often each has happened.

/** What goes wrong, and what it means. */
export const faultKinds = {
  frameLost: "a frame never arrives",
  frameDuplicated: "a frame arrives twice",
  frameReordered: "a frame is overtaken by later ones",
  delaySpike: "a path is slow for a while",
  partition: "a path lets nothing through for a while, then everything",
  connectionCut: "a connection breaks",
  httpTorn: "an HTTP exchange breaks, on the way there, in the middle or on the way back",
  fileSlow: "a file takes long to come to a worker",
  fileWrong: "a worker is sent other bytes than it asked for",
  strangerAsks: "somebody asks with a key, token or signature that is not theirs",
  reconnectStorm: "all connections break at once",
  workerSlow: "a worker computes several times slower for a while",
  workerFrozen: "a worker's process stands still",
  workerCrash: "a worker dies and starts again with its key",
  workerPaused: "a helper pauses the worker, and resumes it",
  kernelLost: "a worker cannot prepare a kernel at first",
  workerFails: "a worker fails at what it computes and says so",
  backendCrash: "a backend dies, and another starts",
  coordinatorCrash: "the coordinator dies between two effects",
  coordinatorStop: "the coordinator is stopped and started",
  coordinatorFrozen: "the coordinator's process stands still",
  storeError: "the store refuses an operation",
  commitUnknown: "the store does an operation and says that it failed",
  storeSlow: "the store takes long",
  wallClockJump: "the machine's clock is set, forwards or back",
  trustedFlip: "trusted compute flips a bit",
  trustedFailure: "trusted compute fails without a verdict",
  trustedSlow: "trusted compute is slow for a while: verdicts come late",
  checkMissing: "a check cannot run",
  checkErrs: "a check refuses what is right",
  eventForged: "somebody answers for another's attempt",
  eventRepeated: "an event of the past comes again",
  honestFlip: "an honest worker flips a bit",
  lieAlways: "a worker lies every time",
  lieSometimes: "a worker lies once in a while",
  lieLate: "a worker lies once it is trusted",
  lieAgreed: "several workers agree on a wrong answer",
  lieFuel: "a worker claims fuel that the task does not use",
  lieRefusal: "a worker says that the kernel refused",
  floods: "a worker answers what it was never asked",
  garbage: "a worker sends bytes that are no protocol",
  silent: "a worker takes work and never answers",
} as const;

/** A fault's name. */
export type FaultKind = keyof typeof faultKinds;

/** All of them, in the order of the table. */
export const allFaults = Object.keys(faultKinds) as readonly FaultKind[];

/** How often each fault happened. */
export class FaultCounts {
  readonly #counts = new Map<FaultKind, number>();

  /** It happened. */
  count(kind: FaultKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** Counts by name. */
  get byKind(): ReadonlyMap<FaultKind, number> {
    return this.#counts;
  }
}
