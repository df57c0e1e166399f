// The messages of p2c2r.v1: arrays whose first element is the type. Fields are appended, never moved; null stands for "not said".

/** Message types. 1–9 both directions, 10–29 coordinator and worker, 30–49 coordinator and backend. */
export const messageType = {
  welcome: 1,
  probe: 2,
  echo: 3,
  drain: 4,
  error: 5,
  ready: 10,
  kernelOffer: 11,
  kernelState: 12,
  task: 13,
  cancel: 14,
  result: 15,
  failure: 16,
  pause: 17,
  resume: 18,
  handBack: 19,
  goodbye: 20,
  credit: 21,
  standing: 22,
  assetsHeld: 23,
  openKernel: 30,
  kernelOpened: 31,
  submit: 32,
  answer: 33,
  refusal: 34,
  withdraw: 35,
  revoked: 36,
} as const;

/** Coordinator's first message: who it is and how to keep the session. */
export type Welcome = readonly [
  type: typeof messageType.welcome,
  /** Names the session; sent again (query `session`) to resume it after a drop. */
  session: string,
  /** Whether this connection goes on with an earlier session: attempts and requests in flight are still known. */
  resumed: boolean,
  /** Names the running coordinator process. */
  instance: string,
  heartbeatMs: number,
  resumeMs: number,
  /** Most attempts (worker) or tasks (backend) in flight that the coordinator will send or accept. */
  windowMax: number,
  reserved: null,
];

/** Either side: answer with an echo of the same number at once. Measures round trips and proves life. */
export type Probe = readonly [type: typeof messageType.probe, number: number];
/** The answer to a probe. */
export type Echo = readonly [type: typeof messageType.echo, number: number];
/** Coordinator: no new work over this connection; connect again (elsewhere) after a moment. */
export type Drain = readonly [type: typeof messageType.drain, code: string, graceMs: number];
/** Sent right before a close: why. */
export type ErrorMessage = readonly [
  type: typeof messageType.error,
  code: string,
  message: string,
  hint: string,
];

/** Worker: what it lends, after the welcome. */
export type Ready = readonly [
  type: typeof messageType.ready,
  /** Tasks computed at the same time. */
  slots: number,
  /** Attempts it accepts in flight, computing and waiting; at least `slots`. */
  window: number,
  software: string,
  /** Opaque tags of matches its helper plays in; tasks that exclude one of them are not sent. */
  tags: readonly Uint8Array[] | null,
  /** Engines beside `wasm`. */
  engines: readonly string[] | null,
  reserved: null,
];
/** Coordinator: a kernel it may send tasks for, by a number that holds on this connection. */
export type KernelOffer = readonly [
  type: typeof messageType.kernelOffer,
  kernelNo: number,
  /** SHA-256 of the manifest, which names all other files by digest; all come from /v1/blobs. */
  manifestDigest: Uint8Array,
  /** The bytes of manifest.sig. */
  signature: Uint8Array,
];
/** Worker: whether it has verified the kernel and takes tasks for it. */
export type KernelState = readonly [
  type: typeof messageType.kernelState,
  kernelNo: number,
  ready: boolean,
  code: string | null,
  message: string | null,
];
/** Coordinator: compute this. The same for every purpose: a worker cannot tell a task from a shadow or one that will be rechecked. */
export type TaskMessage = readonly [
  type: typeof messageType.task,
  attempt: number,
  fence: number,
  kernelNo: number,
  input: Uint8Array,
  assets: readonly Uint8Array[] | null,
  /** How long from receipt until the answer is useless. */
  budgetMs: number,
  /** How long from receipt the coordinator waits before it turns to another worker as well. */
  leaseMs: number,
  fuelLimit: number,
  priority: number,
  trace: Uint8Array | null,
  reserved: null,
];
/** Coordinator: this attempt is not needed any more. */
export type Cancel = readonly [type: typeof messageType.cancel, attempt: number, fence: number];
/** Worker: the output of an attempt. */
export type ResultMessage = readonly [
  type: typeof messageType.result,
  attempt: number,
  fence: number,
  output: Uint8Array,
  fuel: number,
  computeUs: number,
  trace: Uint8Array | null,
];
/** Worker: an attempt that gave no output. `kernel.refused` carries the kernel's own sentence. */
export type Failure = readonly [
  type: typeof messageType.failure,
  attempt: number,
  fence: number,
  code: string,
  message: string,
  fuel: number,
  computeUs: number,
];
/** Worker: send nothing more until resume; `untilMs` from now, where known. */
export type Pause = readonly [type: typeof messageType.pause, reason: string, untilMs: number | null];
/** Worker: takes work again. */
export type Resume = readonly [type: typeof messageType.resume, slots: number, window: number];
/** Worker: these attempts (attempt, fence) will not be computed; give them to others. */
export type HandBack = readonly [
  type: typeof messageType.handBack,
  attempts: readonly (readonly [attempt: number, fence: number])[],
  reason: string,
];
/** Worker: leaves for good; everything in hand was delivered or handed back. */
export type Goodbye = readonly [type: typeof messageType.goodbye, reason: string];
/** Coordinator: what the worker's owner has earned, in micro-credits, since the key was first seen. */
export type Credit = readonly [
  type: typeof messageType.credit,
  claimed: number,
  pending: number,
  granted: number,
  refused: number,
];
/** Coordinator: why there is or is not work. */
export type Standing = readonly [
  type: typeof messageType.standing,
  state: "working" | "waiting" | "quarantined",
  reason: string,
  /** Milliseconds from now until this changes, where known. */
  untilMs: number | null,
];
/** Worker: assets it now holds, so that placement can prefer it. */
export type AssetsHeld = readonly [type: typeof messageType.assetsHeld, digests: readonly Uint8Array[]];

/** Backend: names a kernel by a number that holds in this session. `version` null takes the newest. */
export type OpenKernel = readonly [
  type: typeof messageType.openKernel,
  kernelNo: number,
  id: string,
  version: string | null,
];
/** Coordinator: the kernel behind the number. A null digest: unknown here. */
export type KernelOpened = readonly [
  type: typeof messageType.kernelOpened,
  kernelNo: number,
  manifestDigest: Uint8Array | null,
  version: string | null,
  inputBytesMax: number,
  outputBytesMax: number,
  fuelMax: number,
  /** Micro-credits per million fuel. */
  price: number,
];
/** Backend: one task. Sending a number again while it is in flight changes nothing, so a resumed session can repeat what it waits for. */
export type Submit = readonly [
  type: typeof messageType.submit,
  requestNo: number,
  kernelNo: number,
  input: Uint8Array,
  assets: readonly Uint8Array[] | null,
  deadlineMs: number,
  priority: number,
  /** 0 sampled, 1 always: recheck before the answer is served. */
  verify: number,
  idempotencyKey: string | null,
  exclude: readonly Uint8Array[] | null,
  fuelLimit: number | null,
  trace: Uint8Array | null,
  reserved: null,
];
/** Coordinator: the answer. */
export type Answer = readonly [
  type: typeof messageType.answer,
  requestNo: number,
  output: Uint8Array,
  /** Index into {@link tiers}. */
  tier: number,
  /** Index into {@link verifications}. */
  verified: number,
  attempts: number,
  fuel: number,
  /** From receipt of the submission to this answer, in the coordinator. */
  latencyUs: number,
  /** Micro-credits, before rounding of the batch. */
  price: number,
  trace: Uint8Array | null,
  /** Opaque name of the worker behind the answer, the same for every answer to this project; null for trusted compute. */
  source: string | null,
];
/** Coordinator: there will be no answer. */
export type Refusal = readonly [
  type: typeof messageType.refusal,
  requestNo: number,
  code: string,
  message: string,
  hint: string,
  retryMs: number | null,
  attempts: number,
];
/** Backend: the answer is not wanted any more. A refusal `task.cancelled` or an answer already on its way follows. */
export type Withdraw = readonly [type: typeof messageType.withdraw, requestNo: number];
/** Coordinator: an answer served earlier was wrong; `output` holds the right bytes, null where the kernel refuses that input. */
export type Revoked = readonly [
  type: typeof messageType.revoked,
  requestNo: number,
  output: Uint8Array | null,
  reason: string,
];

/** Where a task was computed. */
export const tiers = ["peer", "cloud", "local"] as const;
/** Where a task was computed. */
export type Tier = typeof tiers[number];
/** How an answer was verified before it was served. */
export const verifications = ["checked", "rechecked", "trusted", "cached"] as const;
/** How an answer was verified before it was served. */
export type Verification = typeof verifications[number];

/** What a worker sends. */
export type FromWorker =
  | Probe
  | Echo
  | Ready
  | KernelState
  | ResultMessage
  | Failure
  | Pause
  | Resume
  | HandBack
  | Goodbye
  | AssetsHeld;
/** What a coordinator sends to a worker. */
export type ToWorker =
  | Welcome
  | Probe
  | Echo
  | Drain
  | ErrorMessage
  | KernelOffer
  | TaskMessage
  | Cancel
  | Credit
  | Standing;
/** What a backend sends. */
export type FromBackend = Probe | Echo | OpenKernel | Submit | Withdraw;
/** What a coordinator sends to a backend. */
export type ToBackend =
  | Welcome
  | Probe
  | Echo
  | Drain
  | ErrorMessage
  | KernelOpened
  | Answer
  | Refusal
  | Revoked;
/** Any message. */
export type Message = FromWorker | ToWorker | FromBackend | ToBackend;
