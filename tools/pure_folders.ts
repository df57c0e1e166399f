// Which files are pure: time, draws and scheduling reach them as arguments, so a test is a list of events and a bug
// is a seed. The lint rules keep the clock out of them, the arrows tool keeps impure imports out.
import { isTest } from "./source_files.ts";

/** Folders whose every file is pure, but for tests and the shells below. */
const PURE_FOLDERS: readonly string[] = [
  "protocol/",
  "coordinator/scheduler/",
  "coordinator/verify/",
  "coordinator/ledger/",
  "worker/session/",
  "sandbox/component/",
  "sandbox/wasm/",
  "sandbox/wasi/",
];

/** Single pure files elsewhere. */
const PURE_FILES: readonly RegExp[] = [
  /^tasks-as\/[^/]+\/codec(\.ts$|\/)/,
  /^coordinator\/byte_pool\.ts$/,
  /^sandbox\/bundle\/strict_json\.ts$/,
];

/** Files in a pure folder that are the shell around its core: they turn I/O into events and run effects. */
const SHELLS: readonly string[] = ["coordinator/scheduler/shell.ts"];

/** Whether the file (a path from the root) must be pure. */
export function isPure(path: string): boolean {
  if (isTest(path) || SHELLS.includes(path)) return false;
  return PURE_FOLDERS.some((folder) => path.startsWith(folder)) || PURE_FILES.some((file) => file.test(path));
}
