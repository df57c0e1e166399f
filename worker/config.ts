// What the command line says, checked: a wrong flag is one clear sentence, never a guess.
import { fileURLToPath } from "node:url";
import { limits } from "../protocol/mod.ts";

/** How a worker runs. */
export interface WorkerConfig {
  readonly coordinator: URL;
  readonly dataDir: string;
  /** What lets it in where joining takes an invite or work; null for none. */
  readonly invite: string | null;
  /** `cloud`: one of the operator's own machines, whose results are believed. */
  readonly tier: "peer" | "cloud";
  /** Tasks computed at the same time. */
  readonly threads: number;
  /** Where they are computed: in threads of this process, or in processes of their own. */
  readonly isolate: "thread" | "process";
  /** Fraction of wall time each of them may compute. */
  readonly duty: number;
  /** Raw public keys whose kernels are run; empty: those that the coordinator offers on first use. */
  readonly signers: readonly Uint8Array<ArrayBuffer>[];
  /** Disk space for assets, and again at most as much for kernels. */
  readonly diskBytesMax: number;
  /** Whether everything else on this computer goes first. */
  readonly lowPriority: boolean;
  /** Lines of JSON instead of text. */
  readonly json: boolean;
  /** Read commands from standard input and end when it ends. */
  readonly exitOnEof: boolean;
}

/** What came of reading the command line. */
export type Parsed =
  | { readonly type: "run"; readonly config: WorkerConfig }
  | { readonly type: "help"; readonly text: string }
  /** 64: a flag that does not exist; 78: a value that is not allowed. */
  | { readonly type: "refused"; readonly exitCode: 64 | 78; readonly text: string };

const help = `Lends this computer to a coordinator of P2C2R: computes small, signed tasks in a sandbox.

  deno task worker [flags]

  --coordinator URL   whom to work for (default http://127.0.0.1:8765)
  --threads N         tasks computed at the same time (default half the cores, at least 1)
  --isolate KIND      where each of them is computed: thread (the default), or process (one of its own, which
                      costs some memory and can be ended for sure; needs the permission to start it)
  --invite TOKEN      joins by an operator's invite; not needed again once this worker is known
  --tier T            peer (the default), or cloud: one of the operator's own machines, let in by an invite for
                      that tier or by the operator's token
  --duty F            fraction of the time each of them may compute, 0.01 to 1 (default 1)
  --priority P        low (everything else on this computer goes first, the default) or normal
  --data DIR          where identity and caches are kept (default data/worker beside the program)
  --disk-mb N         disk space for cached assets in MiB (default 512)
  --signer HEX        run kernels of this signer only: 32-byte Ed25519 public key in hex; may be repeated
                      (default: the coordinator's signers, remembered on first use)
  --json              one line of JSON per message, for programs
  --exit-on-eof       read commands from standard input and end when it ends
  --help              this text

Commands while it runs: pause, pause 1h, resume, finish, status, quit. ctrl-C finishes the tasks in hand.
`;

class Refusal extends Error {
  constructor(readonly exitCode: 64 | 78, text: string) {
    super(text);
  }
}

/** Reads the command line. `cores` is the number of logical processors. */
export function parseConfig(args: readonly string[], cores: number): Parsed {
  try {
    const flags = readFlags(args);
    if (flags.has("help")) return { type: "help", text: help };
    return { type: "run", config: Object.freeze(configOf(flags, cores)) };
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return { type: "refused", exitCode: cause.exitCode, text: cause.message };
  }
}

const valueFlags = new Set([
  "coordinator",
  "invite",
  "tier",
  "threads",
  "isolate",
  "duty",
  "data",
  "disk-mb",
  "signer",
  "priority",
]);
const switchFlags = new Set(["json", "exit-on-eof", "help"]);

function readFlags(args: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const flags = new Map<string, string[]>();
  const rest = args[Symbol.iterator]();
  for (const arg of rest) {
    const [, name = "", given] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const isSwitch = switchFlags.has(name);
    if (!isSwitch && !valueFlags.has(name)) {
      throw new Refusal(64, `Cannot start worker: ${arg} is no flag of this program. See --help.`);
    }
    const value = isSwitch ? given ?? "" : given ?? rest.next().value;
    if (value === undefined) {
      throw new Refusal(64, `Cannot start worker: --${name} needs a value. See --help.`);
    }
    if (isSwitch && given !== undefined) {
      throw new Refusal(64, `Cannot start worker: --${name} takes no value. See --help.`);
    }
    const values = flags.get(name);
    if (values === undefined) flags.set(name, [value]);
    else if (name === "signer") values.push(value);
    else throw new Refusal(64, `Cannot start worker: --${name} is given twice.`);
  }
  return flags;
}

function configOf(flags: ReadonlyMap<string, readonly string[]>, cores: number): WorkerConfig {
  const one = (name: string) => flags.get(name)?.[0];
  return {
    coordinator: coordinatorOf(one("coordinator") ?? "http://127.0.0.1:8765"),
    dataDir: dataDirOf(one("data")),
    invite: inviteOf(one("invite")),
    tier: tierOf(one("tier") ?? "peer"),
    threads: numberOf("threads", one("threads"), Math.max(1, cores >> 1), 1, limits.workerSlotsMax, true),
    isolate: isolateOf(one("isolate") ?? "thread"),
    duty: numberOf("duty", one("duty"), 1, 0.01, 1, false),
    signers: (flags.get("signer") ?? []).map(signerOf),
    diskBytesMax: numberOf("disk-mb", one("disk-mb"), 512, 64, 1024 * 1024, true) * 1024 * 1024,
    lowPriority: priorityOf(one("priority") ?? "low") === "low",
    json: flags.has("json"),
    exitOnEof: flags.has("exit-on-eof"),
  };
}

function coordinatorOf(text: string): URL {
  const url = URL.parse(text);
  const plain = url !== null && url.username === "" && url.password === "" && url.pathname === "/" &&
    url.search === "" && url.hash === "";
  if (plain && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw wrong("coordinator", text, "an address like https://example.org or http://127.0.0.1:8765");
}

function dataDirOf(text: string | undefined): string {
  if (text === "") throw wrong("data", text, "the path of a folder");
  if (text !== undefined) return text;
  const beside = new URL("../data/worker", import.meta.url);
  return beside.protocol === "file:" ? fileURLToPath(beside) : "data/worker";
}

function signerOf(text: string): Uint8Array<ArrayBuffer> {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Uint8Array.fromHex(text);
  throw wrong("signer", text, "a public key of 64 hex digits");
}

function inviteOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[\w.~+/=-]{16,256}$/.test(text)) return text;
  throw wrong("invite", text, "a token as the operator gave it");
}

function tierOf(text: string): "peer" | "cloud" {
  if (text === "peer" || text === "cloud") return text;
  throw wrong("tier", text, "peer or cloud");
}

function isolateOf(text: string): "thread" | "process" {
  if (text === "thread" || text === "process") return text;
  throw wrong("isolate", text, "thread or process");
}

function priorityOf(text: string): "low" | "normal" {
  if (text === "low" || text === "normal") return text;
  throw wrong("priority", text, "low or normal");
}

function numberOf(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
  whole: boolean,
): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw wrong(name, text, `${whole ? "a whole number" : "a number"} from ${min} to ${max}`);
}

function wrong(name: string, value: string, allowed: string): Refusal {
  return new Refusal(78, `Cannot start worker: --${name} is "${value}", allowed is ${allowed}.`);
}
