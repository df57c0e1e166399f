// wasi:cli — no environment, no arguments, no terminal; printing is captured; to exit ends the task and nothing else.
import { P2c2rError } from "../../protocol/errors.ts";
import { type HostFunction, type Interface, plain, u32, writeList, writing } from "./function.ts";

export const environment: Interface = new Map([
  ["get-environment", empty()],
  ["get-arguments", empty()],
  // option<string>: none
  ["initial-cwd", writing("", 12, 4, () => {}, "realloc")],
]);

export const exit: Interface = new Map([
  [
    "exit",
    plain("i32 -> ", (_world, _guest, args) => exited(u32(args, 0) === 0 ? "with success" : "with failure")),
  ],
  ["exit-with-code", plain("i32 -> ", (_world, _guest, args) => exited(`with code ${u32(args, 0) % 256}`))],
]);

export const stdin: Interface = new Map([
  ["get-stdin", plain(" -> i32", ({ handles }) => handles.add({ kind: "input-stream" }))],
]);

export const stdout: Interface = new Map([["get-stdout", output()]]);
export const stderr: Interface = new Map([["get-stderr", output()]]);

/** Their resources have no functions, and no handle on one is ever given. */
export const terminalInput: Interface = new Map();
export const terminalOutput: Interface = new Map();

// option<own<…>>: none
export const terminalStdin: Interface = new Map([["get-terminal-stdin", writing("", 8, 4, () => {})]]);
export const terminalStdout: Interface = new Map([["get-terminal-stdout", writing("", 8, 4, () => {})]]);
export const terminalStderr: Interface = new Map([["get-terminal-stderr", writing("", 8, 4, () => {})]]);

/** A list without entries, at an address that is aligned and not null. */
function empty(): HostFunction {
  return writing("", 8, 4, (result) => writeList(result, 0, 4, 0), "realloc");
}

function output(): HostFunction {
  return plain(" -> i32", ({ handles }) => handles.add({ kind: "output-stream", permitBytes: 0 }));
}

function exited(how: string): never {
  throw new P2c2rError("kernel.trapped", `The kernel exited ${how} before it answered.`);
}
