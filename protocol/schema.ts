// Every message of p2c2r.v1 as data: who sends it and what each field holds. The compiler holds these rows against
// the types of messages.ts; parser, encoder, docs and fuzzer read nothing else.
// Past 300 lines: one table, read best in one piece.
import {
  boolean,
  bytes,
  integer,
  list,
  named,
  nullable,
  number,
  oneOf,
  prose,
  reserved,
  text,
  tuple,
} from "./fields.ts";
import type { NamedField } from "./fields.ts";
import { limits } from "./limits.ts";
import { messageType } from "./messages.ts";
import type * as m from "./messages.ts";

/** A direction of a connection. */
export type Lane = "fromWorker" | "toWorker" | "fromBackend" | "toBackend";

/** The types of the messages by name. */
export interface MessageByName {
  readonly welcome: m.Welcome;
  readonly probe: m.Probe;
  readonly echo: m.Echo;
  readonly drain: m.Drain;
  readonly error: m.ErrorMessage;
  readonly ready: m.Ready;
  readonly kernelOffer: m.KernelOffer;
  readonly kernelState: m.KernelState;
  readonly task: m.TaskMessage;
  readonly cancel: m.Cancel;
  readonly result: m.ResultMessage;
  readonly failure: m.Failure;
  readonly pause: m.Pause;
  readonly resume: m.Resume;
  readonly handBack: m.HandBack;
  readonly goodbye: m.Goodbye;
  readonly credit: m.Credit;
  readonly standing: m.Standing;
  readonly assetsHeld: m.AssetsHeld;
  readonly openKernel: m.OpenKernel;
  readonly kernelOpened: m.KernelOpened;
  readonly submit: m.Submit;
  readonly answer: m.Answer;
  readonly refusal: m.Refusal;
  readonly withdraw: m.Withdraw;
  readonly revoked: m.Revoked;
}

/** The name of a message. */
export type MessageName = keyof MessageByName;

type FieldsOf<M> = M extends readonly [number, ...infer Rest]
  ? { readonly [I in keyof Rest]: NamedField<Rest[I]> }
  : never;

/** One message of the schema. */
export interface MessageRow<F extends readonly NamedField[] = readonly NamedField[]> {
  readonly type: number;
  readonly lanes: readonly Lane[];
  readonly fields: F;
}

type Schema = {
  readonly [N in MessageName]: MessageRow<FieldsOf<MessageByName[N]>> & {
    readonly type: typeof messageType[N];
  };
};

const number53 = integer();
const kernelNo = named("kernelNo", integer(0, limits.kernelNoMax), "the kernel's number on this connection");
const attempt = named("attempt", number53, "names the attempt in this session");
const fence = named("fence", number53, "sent back unchanged; tells late answers apart");
const requestNo = named("requestNo", number53, "chosen by the backend, never used twice in a session");
const trace = named("trace", nullable(bytes(1, limits.traceBytesMax)), "trace context, sent on unchanged");
const code = named(
  "code",
  text(limits.codeBytesMax, 1),
  "one of the error codes; unknown ones are failures too",
);
const message = named("message", prose(), "what happened, for a person");
const hint = named("hint", prose(), "what to do, for a person");
const reason = named("reason", prose(), "why, for a person");
const fuel = named("fuel", integer(0, limits.fuelMax), "work done");
const computeUs = named("computeUs", number53, "microseconds of computing");
const attempts = named("attempts", integer(0, limits.taskAttemptsMax), "attempts made");
const windowMax = Math.max(limits.workerWindowMax, limits.backendWindowMax);
const duration = integer(0, limits.durationMsMax);
const digest = bytes(limits.digestBytes, limits.digestBytes);
const assets = named(
  "assets",
  nullable(list(digest, limits.taskAssetsMax)),
  "SHA-256 digests, in the order the kernel expects",
);
const slots = named("slots", integer(1, limits.workerSlotsMax), "tasks computed at the same time");
const windowField = named(
  "window",
  integer(1, limits.workerWindowMax),
  "attempts accepted in flight, computing and waiting; at least slots",
);
const later = named("reserved", reserved());
const bothWays = ["fromWorker", "toWorker", "fromBackend", "toBackend"] as const;
const toBoth = ["toWorker", "toBackend"] as const;

/** The schema: one row per message. */
export const schema = {
  welcome: {
    type: messageType.welcome,
    lanes: toBoth,
    fields: [
      named("session", text(limits.nameBytesMax, 1), "sent again as ?session= to resume"),
      named("resumed", boolean(), "whether this connection goes on with an earlier session"),
      named("instance", text(limits.nameBytesMax, 1), "names the coordinator's process"),
      named("heartbeatMs", duration, "how often each side sends something"),
      named("resumeMs", duration, "how long a dropped session can be resumed"),
      named("windowMax", integer(1, windowMax), "most attempts or tasks in flight"),
      later,
    ],
  },
  probe: { type: messageType.probe, lanes: bothWays, fields: [named("number", number53, "any number")] },
  echo: {
    type: messageType.echo,
    lanes: bothWays,
    fields: [named("number", number53, "the probe's number")],
  },
  drain: {
    type: messageType.drain,
    lanes: toBoth,
    fields: [code, named("graceMs", duration, "how long what is in flight can still be answered")],
  },
  error: { type: messageType.error, lanes: toBoth, fields: [code, message, hint] },
  ready: {
    type: messageType.ready,
    lanes: ["fromWorker"],
    fields: [
      slots,
      windowField,
      named("software", text(limits.nameBytesMax), "name and version of the program"),
      named(
        "tags",
        nullable(list(bytes(1, limits.tagBytesMax), limits.workerTagsMax)),
        "matches the helper plays in; opaque",
      ),
      named(
        "engines",
        nullable(list(text(limits.codeBytesMax, 1), limits.workerEnginesMax)),
        "engines beside wasm",
      ),
      later,
    ],
  },
  kernelOffer: {
    type: messageType.kernelOffer,
    lanes: ["toWorker"],
    fields: [
      kernelNo,
      named("manifestDigest", digest, "SHA-256 of manifest.json, to be fetched from /v1/blobs"),
      named("signature", bytes(1, limits.signatureBytesMax), "the bytes of manifest.sig"),
    ],
  },
  kernelState: {
    type: messageType.kernelState,
    lanes: ["fromWorker"],
    fields: [
      kernelNo,
      named("ready", boolean(), "whether the bundle is verified and tasks are taken"),
      named("code", nullable(text(limits.codeBytesMax, 1)), "why not"),
      named("message", nullable(prose()), "why not, for a person"),
    ],
  },
  task: {
    type: messageType.task,
    lanes: ["toWorker"],
    fields: [
      attempt,
      fence,
      kernelNo,
      named("input", bytes(0, limits.inputBytesMax), "what the kernel reads"),
      assets,
      named("budgetMs", duration, "from receipt until the answer is useless"),
      named("leaseMs", duration, "from receipt until the coordinator turns to another worker as well"),
      named("fuelLimit", integer(0, limits.fuelMax), "most work allowed"),
      named("priority", integer(0, limits.priorityMax), "higher goes first"),
      trace,
      later,
    ],
  },
  cancel: { type: messageType.cancel, lanes: ["toWorker"], fields: [attempt, fence] },
  result: {
    type: messageType.result,
    lanes: ["fromWorker"],
    fields: [
      attempt,
      fence,
      named("output", bytes(0, limits.outputBytesMax), "what the kernel wrote"),
      fuel,
      computeUs,
      trace,
    ],
  },
  failure: {
    type: messageType.failure,
    lanes: ["fromWorker"],
    fields: [attempt, fence, code, message, fuel, computeUs],
  },
  pause: {
    type: messageType.pause,
    lanes: ["fromWorker"],
    fields: [reason, named("untilMs", nullable(duration), "milliseconds from now, where known")],
  },
  resume: { type: messageType.resume, lanes: ["fromWorker"], fields: [slots, windowField] },
  handBack: {
    type: messageType.handBack,
    lanes: ["fromWorker"],
    fields: [
      named(
        "attempts",
        list(tuple<readonly [number, number]>(number53, number53), limits.listEntriesMax),
        "[attempt, fence] of what will not be computed",
      ),
      reason,
    ],
  },
  goodbye: { type: messageType.goodbye, lanes: ["fromWorker"], fields: [reason] },
  credit: {
    type: messageType.credit,
    lanes: ["toWorker"],
    fields: [
      named("claimed", number53, "micro-credits, all since the key was first seen"),
      named("pending", number53, "not yet granted"),
      named("granted", number53, "earned for good"),
      named("refused", number53, "not paid"),
    ],
  },
  standing: {
    type: messageType.standing,
    lanes: ["toWorker"],
    fields: [
      named("state", oneOf("working", "waiting", "quarantined"), "how the worker stands"),
      reason,
      named("untilMs", nullable(number53), "milliseconds from now until this changes, where known"),
    ],
  },
  assetsHeld: {
    type: messageType.assetsHeld,
    lanes: ["fromWorker"],
    fields: [
      named(
        "digests",
        list(digest, limits.listEntriesMax),
        "assets held beside those reported before in this session",
      ),
    ],
  },
  openKernel: {
    type: messageType.openKernel,
    lanes: ["fromBackend"],
    fields: [
      kernelNo,
      named("id", text(limits.nameBytesMax, 1), "the kernel's id"),
      named("version", nullable(text(limits.codeBytesMax, 1)), "null takes the newest"),
    ],
  },
  kernelOpened: {
    type: messageType.kernelOpened,
    lanes: ["toBackend"],
    fields: [
      kernelNo,
      named("manifestDigest", nullable(digest), "null: unknown here"),
      named("version", nullable(text(limits.codeBytesMax, 1)), "the version behind the number"),
      named("inputBytesMax", number53, "the kernel's limit"),
      named("outputBytesMax", number53, "the kernel's limit"),
      named("fuelMax", integer(0, limits.fuelMax), "the kernel's limit"),
      named("price", number53, "micro-credits per million fuel"),
    ],
  },
  submit: {
    type: messageType.submit,
    lanes: ["fromBackend"],
    fields: [
      requestNo,
      kernelNo,
      named("input", bytes(0, limits.inputBytesMax), "what the kernel reads"),
      assets,
      named(
        "deadlineMs",
        integer(limits.deadlineMsMin, limits.deadlineMsMax),
        "from receipt until the answer is useless",
      ),
      named("priority", integer(0, limits.priorityMax), "higher goes first; 0 is usual"),
      named("verify", integer(0, 1), "0 sampled, 1 always: recheck before the answer is served"),
      named(
        "idempotencyKey",
        nullable(text(limits.idempotencyKeyBytesMax, 1)),
        "the same key gives the same answer",
      ),
      named(
        "exclude",
        nullable(list(bytes(1, limits.tagBytesMax), limits.taskTagsMax)),
        "tags of workers that must not compute this",
      ),
      named("fuelLimit", nullable(integer(0, limits.fuelMax)), "null: the kernel's own"),
      trace,
      later,
    ],
  },
  answer: {
    type: messageType.answer,
    lanes: ["toBackend"],
    fields: [
      requestNo,
      named("output", bytes(0, limits.outputBytesMax), "what the kernel wrote"),
      named("tier", integer(0, 2), "0 peer, 1 cloud, 2 local"),
      named("verified", integer(0, 3), "0 checked, 1 rechecked, 2 trusted, 3 cached"),
      attempts,
      fuel,
      named("latencyUs", number53, "from receipt of the submission to this answer, in the coordinator"),
      named("price", number(), "micro-credits, before the rounding of the batch"),
      trace,
      named(
        "source",
        nullable(text(limits.nameBytesMax, 1)),
        "opaque name of the worker, the same within a project; null: trusted compute",
      ),
    ],
  },
  refusal: {
    type: messageType.refusal,
    lanes: ["toBackend"],
    fields: [
      requestNo,
      code,
      message,
      hint,
      named("retryMs", nullable(duration), "when trying again makes sense"),
      attempts,
    ],
  },
  withdraw: { type: messageType.withdraw, lanes: ["fromBackend"], fields: [requestNo] },
  revoked: {
    type: messageType.revoked,
    lanes: ["toBackend"],
    fields: [
      requestNo,
      named(
        "output",
        nullable(bytes(0, limits.outputBytesMax)),
        "the right bytes; null: the kernel refuses that input",
      ),
      reason,
    ],
  },
} as const satisfies Schema;

/** The messages of one direction. */
export type MessagesOf<L extends Lane> = {
  [N in MessageName]: L extends typeof schema[N]["lanes"][number] ? MessageByName[N] : never;
}[MessageName];

/** A row with what the parser needs at hand. */
export interface CompiledRow extends MessageRow {
  readonly name: MessageName;
  /** Fields a sender must write. Those after the last one that cannot be null may be left out and are read as null. */
  readonly required: number;
}

function compile(name: MessageName): CompiledRow {
  const row: MessageRow = schema[name];
  return { ...row, name, required: row.fields.findLastIndex((field) => !field.nullable) + 1 };
}

/** All rows, by message type. */
export const rows: readonly CompiledRow[] = (Object.keys(schema) as MessageName[]).map(compile);

/** The rows of one direction, at the index of their type. */
export function rowsOf(lane: Lane): readonly (CompiledRow | undefined)[] {
  const byType: (CompiledRow | undefined)[] = new Array(Math.max(...rows.map((row) => row.type)) + 1).fill(
    undefined,
  );
  for (const row of rows) if (row.lanes.includes(lane)) byType[row.type] = row;
  return byType;
}
