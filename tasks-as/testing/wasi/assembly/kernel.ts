// A kernel that tries what WASI has to offer an AssemblyScript program with @assemblyscript/wasi-shim, and answers with
// what it got. The first byte of its input says what to try; tests compare the answers of different machines.
import {
  args_sizes_get,
  clock_time_get,
  clockid,
  environ_sizes_get,
  fd_prestat_get,
  fd_read,
  fd_readdir,
  path_open,
  prestat,
  random_get,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { wasi_process as process } from "@assemblyscript/wasi-shim/assembly/wasi_process";

const FLOOD: u8 = 1;
const EXIT_WELL: u8 = 2;
const EXIT_BADLY: u8 = 3;
const ABORT: u8 = 4;

/** The canonical ABI's result: tag, address, length. */
const RESULT = memory.data(12, 4);
/** Where answers of WASI go, at most 64 bytes. */
const FACTS = memory.data(64, 8);

export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  return size == 0 ? align : heap.alloc(size);
}

export function run(input: usize, length: usize, assets: usize, count: usize): usize {
  const what: u8 = length == 0 ? 0 : load<u8>(input);
  if (what == FLOOD) {
    for (let i = 0; i < 20000; i++) console.log("flood " + i.toString());
    return answer("flooded\n");
  }
  if (what == EXIT_WELL) process.exit(0);
  if (what == EXIT_BADLY) process.exit(7);
  if (what == ABORT) throw new Error("given up");
  console.log("looked around");
  console.error("and saw nothing");
  return answer(look());
}

export function check(
  input: usize,
  length: usize,
  assets: usize,
  count: usize,
  output: usize,
  outputLength: usize,
  seed: u64,
): usize {
  if (outputLength > 0) return answer("");
  answer("nothing was found");
  store<u8>(RESULT, 1);
  return RESULT;
}

export function cabi_post_run(result: usize): void {}
export function cabi_post_check(result: usize): void {}

function look(): string {
  let text = "wall " + clock(clockid.REALTIME) + "\nmonotonic " + clock(clockid.MONOTONIC);
  text += "\nDate " + Date.now().toString();
  text += "\nentropy " + random_get(FACTS, 16).toString();
  for (let i: usize = 0; i < 16; i++) text += " " + load<u8>(FACTS + i).toString();
  text += "\nMath.random " + Math.random().toString();
  text += "\nenvironment " + sizes(environ_sizes_get(FACTS, FACTS + 4));
  text += "\narguments " + sizes(args_sizes_get(FACTS, FACTS + 4));
  const path = String.UTF8.encode("/etc/passwd");
  for (let folder: u32 = 0; folder < 5; folder++) {
    const opened = path_open(folder, 0, changetype<usize>(path), path.byteLength, 0, 0, 0, 0, FACTS);
    const listed = fd_readdir(folder, FACTS, 64, 0, FACTS + 60);
    const given = fd_prestat_get(folder, changetype<prestat>(FACTS));
    text += "\nfolder " + folder.toString() + ": " + opened.toString() + " " + listed.toString() + " " + given.toString();
  }
  store<usize>(FACTS, FACTS + 16);
  store<usize>(FACTS, 16, 4);
  store<usize>(FACTS, 99, 8);
  text += "\nstdin " + fd_read(0, FACTS, 1, FACTS + 8).toString() + " " + load<u32>(FACTS, 8).toString();
  return text + "\n";
}

function clock(which: u32): string {
  const failure = clock_time_get(which, 0, FACTS);
  return failure.toString() + " " + load<u64>(FACTS).toString();
}

function sizes(failure: u16): string {
  return failure.toString() + " " + load<u32>(FACTS).toString() + " " + load<u32>(FACTS, 4).toString();
}

function answer(text: string): usize {
  const bytes = String.UTF8.encode(text);
  store<u8>(RESULT, 0);
  store<usize>(RESULT, changetype<usize>(bytes), 4);
  store<usize>(RESULT, <usize>bytes.byteLength, 8);
  return RESULT;
}
