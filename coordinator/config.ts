// The coordinator's configuration: flags and environment in, one frozen object out.
import { parseArgs } from "node:util";
import { P2c2rError, workBitsMax } from "../protocol/mod.ts";
import { joinModes, type JoinPolicy } from "./app/mod.ts";

/** How a coordinator runs. */
export interface CoordinatorConfig {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** The operator's data folder. */
  readonly data: string;
  /** Where the bundles lie. */
  readonly bundles: string;
  /** Isolates of trusted compute beside the coordinator. */
  readonly localSlots: number;
  /** Keeps the store in memory; signatures are still read from the data folder. */
  readonly memory: boolean;
  /** Prints one JSON object per line instead of sentences. */
  readonly json: boolean;
  /** Stops when standard input ends: for programs that start a coordinator. */
  readonly exitOnEof: boolean;
  /** Believes the last address of X-Forwarded-For, as behind one's own proxy. */
  readonly trustProxy: boolean;
  /** Isolates keep the process's permissions: for platforms that cannot withhold them. */
  readonly plainThreads: boolean;
  /** What joining takes of workers nobody knows yet. */
  readonly join: JoinPolicy;
  /** Whether strangers can reach it: then new identities also share a capped part of the traffic. */
  readonly isPublic: boolean;
  /** Lets the operator in, instead of the token of the data folder. */
  readonly operatorToken: string | null;
}

/** What configuration is read from. */
export interface ConfigSources {
  readonly args: readonly string[];
  readonly env: (name: string) => string | undefined;
  /** Processor cores. */
  readonly cores: number;
  /** Folder of the bundles that came with the program. */
  readonly bundles: string;
}

const PORT_DEFAULT = 8765;
const PORT_MAX = 65_535;
const LOCAL_SLOTS_MAX = 64;
const OPERATOR_TOKEN_LENGTH_MIN = 32;
/** About a second of one core. */
const JOIN_BITS_DEFAULT = 20;

export const help =
  `p2c2r coordinator: takes game work from backends, gives it to workers, proves the answers right

  deno task coordinator [--port N] [--host NAME] [--data DIR] [--local-slots N] [--json]

  --port N         port to listen on, 0 for any free one           P2C2R_PORT          default ${PORT_DEFAULT}
  --host NAME      address to listen on                            P2C2R_HOST          default 127.0.0.1
  --data DIR       data folder: store, keys, signatures, blobs     P2C2R_DATA          default ./data
  --bundles DIR    folder of kernel bundles                        P2C2R_BUNDLES       default the program's own
  --local-slots N  trusted compute beside the coordinator          P2C2R_LOCAL_SLOTS   default half the cores
  --join MODE      new workers: open, work (a second of it)        P2C2R_JOIN          default work; open on loopback
                   or invite (deno task invite)
  --join-bits N    zero bits of that work                          P2C2R_JOIN_BITS     default ${JOIN_BITS_DEFAULT}
  --memory         keep the store in memory: it ends with it       P2C2R_MEMORY=1
  --trust-proxy    callers' addresses come from X-Forwarded-For    P2C2R_TRUST_PROXY=1
  --plain-threads  for platforms that cannot withhold a thread's permissions
  --json           one JSON object per line instead of sentences
  --exit-on-eof    stop when standard input ends
  --help           this text
                   the operator's token, instead of a file's       P2C2R_OPERATOR_TOKEN

Exit codes: 0 stopped, 64 a flag that does not exist, 69 the address is in use, 70 a defect, 74 the data folder cannot be used, 78 a setting is invalid.
`;

/** Reads and checks the configuration. "help" when only that was asked for. @throws P2c2rError `config.usage`, `config.invalid` */
export function readConfig(sources: ConfigSources): CoordinatorConfig | "help" {
  const flags = parsed(sources.args);
  if (flags.help === true) return "help";
  const text = (flag: string | undefined, name: string) => flag ?? sources.env(name);
  const on = (flag: boolean | undefined, name: string) => flag ?? switched(name, sources.env(name));
  const host = named("--host", text(flags.host, "P2C2R_HOST"), "127.0.0.1");
  const trustProxy = on(flags["trust-proxy"], "P2C2R_TRUST_PROXY");
  const isPublic = trustProxy || !isLoopback(host);
  const bits = text(flags["join-bits"], "P2C2R_JOIN_BITS");
  return Object.freeze({
    port: integer("--port", text(flags.port, "P2C2R_PORT"), 0, PORT_MAX, PORT_DEFAULT),
    host,
    data: named("--data", text(flags.data, "P2C2R_DATA"), "data"),
    bundles: named("--bundles", text(flags.bundles, "P2C2R_BUNDLES"), sources.bundles),
    localSlots: integer(
      "--local-slots",
      text(flags["local-slots"], "P2C2R_LOCAL_SLOTS"),
      1,
      LOCAL_SLOTS_MAX,
      localSlotsFor(sources.cores),
    ),
    memory: on(flags.memory, "P2C2R_MEMORY"),
    json: flags.json ?? false,
    exitOnEof: flags["exit-on-eof"] ?? false,
    trustProxy,
    join: Object.freeze({
      mode: joinMode(text(flags.join, "P2C2R_JOIN"), isPublic),
      bits: integer("--join-bits", bits, 0, workBitsMax, JOIN_BITS_DEFAULT),
    }),
    isPublic,
    plainThreads: flags["plain-threads"] ?? false,
    operatorToken: operatorToken(sources.env("P2C2R_OPERATOR_TOKEN")),
  });
}

/**
 * Half the cores: the event loop, the store and the checks that run on it need the others, and rechecks (6 % of the
 * work of peers) and late tasks need no more. One slot is the least with which anything is judged at all.
 */
export function localSlotsFor(cores: number): number {
  return Math.min(Math.max(1, Math.floor(cores / 2)), LOCAL_SLOTS_MAX);
}

/** Whether only programs of this machine reach an address. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i.test(host);
}

function joinMode(given: string | undefined, isPublic: boolean): JoinPolicy["mode"] {
  if (given === undefined) return isPublic ? "work" : "open";
  const mode = joinModes.find((each) => each === given);
  if (mode !== undefined) return mode;
  throw invalid("--join", given, joinModes.join(", "));
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "port": { type: "string" },
        "host": { type: "string" },
        "data": { type: "string" },
        "bundles": { type: "string" },
        "local-slots": { type: "string" },
        "join": { type: "string" },
        "join-bits": { type: "string" },
        "memory": { type: "boolean" },
        "trust-proxy": { type: "boolean" },
        "plain-threads": { type: "boolean" },
        "json": { type: "boolean" },
        "exit-on-eof": { type: "boolean" },
        "help": { type: "boolean" },
      },
    });
    return values;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new P2c2rError("config.usage", `Cannot start: ${why}`, { cause });
  }
}

function integer(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
  otherwise: number,
): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw invalid(name, text, `a whole number from ${min} to ${max}`);
}

function named(name: string, text: string | undefined, otherwise: string): string {
  if (text === undefined) return otherwise;
  if (text.trim() !== "") return text;
  throw invalid(name, text, "a name");
}

function switched(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "0" || text === "") return false;
  if (text === "1") return true;
  throw invalid(name, text, "0 or 1");
}

function operatorToken(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^[\w.~+/=-]+$/.test(text) && text.length >= OPERATOR_TOKEN_LENGTH_MIN) return text;
  throw new P2c2rError(
    "config.invalid",
    `Cannot start: P2C2R_OPERATOR_TOKEN must be at least ${OPERATOR_TOKEN_LENGTH_MIN} letters, digits and -._~+/=`,
  );
}

function invalid(name: string, value: string, allowed: string): P2c2rError {
  return new P2c2rError("config.invalid", `Cannot start: ${name} is "${value}", allowed is ${allowed}`);
}
