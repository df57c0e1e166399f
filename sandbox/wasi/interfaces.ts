// Which interfaces of WASI 0.2 the sandbox answers, and with what. What is not here is refused by name.
import * as cli from "./cli.ts";
import * as clocks from "./clocks.ts";
import * as entropy from "./entropy.ts";
import * as filesystem from "./filesystem.ts";
import type { HostFunction, Interface } from "./function.ts";
import type { ResourceKind } from "./handles.ts";
import * as io from "./io.ts";

const INTERFACES: ReadonlyMap<string, Interface> = new Map([
  ["wasi:cli/environment", cli.environment],
  ["wasi:cli/exit", cli.exit],
  ["wasi:cli/stdin", cli.stdin],
  ["wasi:cli/stdout", cli.stdout],
  ["wasi:cli/stderr", cli.stderr],
  ["wasi:cli/terminal-input", cli.terminalInput],
  ["wasi:cli/terminal-output", cli.terminalOutput],
  ["wasi:cli/terminal-stdin", cli.terminalStdin],
  ["wasi:cli/terminal-stdout", cli.terminalStdout],
  ["wasi:cli/terminal-stderr", cli.terminalStderr],
  ["wasi:clocks/monotonic-clock", clocks.monotonicClock],
  ["wasi:clocks/wall-clock", clocks.wallClock],
  ["wasi:filesystem/preopens", filesystem.preopens],
  ["wasi:filesystem/types", filesystem.types],
  ["wasi:io/error", io.error],
  ["wasi:io/poll", io.poll],
  ["wasi:io/streams", io.streams],
  ["wasi:random/random", entropy.random],
  ["wasi:random/insecure", entropy.insecure],
  ["wasi:random/insecure-seed", entropy.insecureSeed],
]);

const RESOURCES: ReadonlySet<string> = new Set<ResourceKind>([
  "input-stream",
  "output-stream",
  "pollable",
  "error",
  "descriptor",
  "directory-entry-stream",
  "terminal-input",
  "terminal-output",
]);

/** Any patch release of 0.2: they add functions and change none. */
const VERSION = /^@0\.2\.(0|[1-9]\d{0,3})$/;

/** Whether `name` (`wasi:cli/exit@0.2.3`) is an interface that the sandbox answers. */
export function isInterface(name: string): boolean {
  return interfaceOf(name) !== undefined;
}

/** A function of an interface, or undefined where the sandbox has none of that name. */
export function functionIn(name: string, of: string): HostFunction | undefined {
  return interfaceOf(name)?.get(of);
}

/** How the canonical ABI names the function that gives a handle back. */
const DROP = "[resource-drop]";

/** The resource that a function drops handles of, or undefined where it is another function or the resource is foreign. */
export function droppedBy(of: string): ResourceKind | undefined {
  const name = of.startsWith(DROP) ? of.slice(DROP.length) : "";
  return isResource(name) ? name : undefined;
}

/** The core type of a function of an interface, those that drop handles included. */
export function signatureIn(name: string, of: string): string | undefined {
  if (interfaceOf(name) !== undefined && droppedBy(of) !== undefined) return "i32 -> ";
  return functionIn(name, of)?.type;
}

/** Whether handles on such a resource can be dropped. */
export function isResource(name: string): name is ResourceKind {
  return RESOURCES.has(name);
}

function interfaceOf(name: string): Interface | undefined {
  const at = name.indexOf("@");
  return at > 0 && VERSION.test(name.slice(at)) ? INTERFACES.get(name.slice(0, at)) : undefined;
}
