// wasi:io — error, poll, streams. Standard input is at its end from the start, output goes to the capture, and all
// that can be waited for is ready, since no time passes.
import { P2c2rError } from "../../protocol/errors.ts";
import {
  type Args,
  hostFuel,
  type HostFunction,
  type Interface,
  plain,
  u32,
  u64,
  type World,
  writeList,
  writing,
} from "./function.ts";
import type { Guest } from "./guest.ts";

/** What one `check-write` allows to be written, in bytes. */
export const WRITE_BYTES_PERMITTED = 65_536;
/** Most bytes of one blocking write, by WASI's own definition. */
export const BLOCKING_WRITE_BYTES_MAX = 4_096;

/** `result<_, stream-error>` and `result<list<u8>, stream-error>`: tag at 0, stream-error at 4. */
const RESULT = { size: 12, align: 4, errorAt: 4 } as const;
/** `result<u64, stream-error>`: tag at 0, u64 or stream-error at 8. */
const RESULT_U64 = { size: 16, align: 8, errorAt: 8 } as const;
const ERROR_TAG = 1;
/** `stream-error.closed` */
const CLOSED = 1;

/** No function gives an error away, so no handle on one is ever good. */
export const error: Interface = new Map([
  [
    "[method]error.to-debug-string",
    writing("i32", 8, 4, (_result, { handles }, _guest, args) => {
      handles.get(u32(args, 0), "error");
    }, "realloc"),
  ],
]);

export const poll: Interface = new Map([
  [
    "[method]pollable.ready",
    plain("i32 -> i32", ({ handles }, _guest, args) => {
      handles.get(u32(args, 0), "pollable");
      return 1;
    }),
  ],
  [
    "[method]pollable.block",
    plain("i32 -> ", ({ handles }, _guest, args) => {
      handles.get(u32(args, 0), "pollable");
      return undefined;
    }),
  ],
  ["poll", writing("i32 i32", 8, 4, pollAll, "realloc")],
]);

export const streams: Interface = new Map([
  [
    "[method]input-stream.read",
    writing("i32 i64", RESULT.size, RESULT.align, atEnd(RESULT.errorAt), "realloc"),
  ],
  [
    "[method]input-stream.blocking-read",
    writing("i32 i64", RESULT.size, RESULT.align, atEnd(RESULT.errorAt), "realloc"),
  ],
  [
    "[method]input-stream.skip",
    writing("i32 i64", RESULT_U64.size, RESULT_U64.align, atEnd(RESULT_U64.errorAt)),
  ],
  [
    "[method]input-stream.blocking-skip",
    writing("i32 i64", RESULT_U64.size, RESULT_U64.align, atEnd(RESULT_U64.errorAt)),
  ],
  ["[method]input-stream.subscribe", subscribe("input-stream")],
  ["[method]output-stream.check-write", writing("i32", RESULT_U64.size, RESULT_U64.align, checkWrite)],
  ["[method]output-stream.write", writing("i32 i32 i32", RESULT.size, RESULT.align, write)],
  [
    "[method]output-stream.blocking-write-and-flush",
    writing("i32 i32 i32", RESULT.size, RESULT.align, blockingWrite),
  ],
  ["[method]output-stream.flush", writing("i32", RESULT.size, RESULT.align, flush)],
  ["[method]output-stream.blocking-flush", writing("i32", RESULT.size, RESULT.align, flush)],
  ["[method]output-stream.subscribe", subscribe("output-stream")],
  ["[method]output-stream.write-zeroes", writing("i32 i64", RESULT.size, RESULT.align, writeZeroes)],
  [
    "[method]output-stream.blocking-write-zeroes-and-flush",
    writing("i32 i64", RESULT.size, RESULT.align, blockingWriteZeroes),
  ],
  ["[method]output-stream.splice", writing("i32 i32 i64", RESULT_U64.size, RESULT_U64.align, splice)],
  [
    "[method]output-stream.blocking-splice",
    writing("i32 i32 i64", RESULT_U64.size, RESULT_U64.align, splice),
  ],
]);

/** `poll: func(in: list<borrow<pollable>>) -> list<u32>`: all of them are ready. */
function pollAll(_result: DataView, { handles, charge }: World, guest: Guest, args: Args): void {
  const [address, count] = [u32(args, 0), u32(args, 1)];
  if (count === 0) throw new P2c2rError("kernel.trapped", "The kernel waits for nothing.");
  charge(count * 4 * hostFuel.byteCopied);
  const list = guest.view(address, count * 4, 4);
  for (let i = 0; i < count; i++) handles.get(list.getUint32(i * 4, true), "pollable");
  const readyAt = guest.allocate(count * 4, 4);
  const ready = guest.view(readyAt, count * 4, 4);
  for (let i = 0; i < count; i++) ready.setUint32(i * 4, i, true);
  writeList(guest.view(u32(args, 2), 8, 4), 0, readyAt, count);
}

function subscribe(kind: "input-stream" | "output-stream"): HostFunction {
  return plain("i32 -> i32", ({ handles }, _guest, args) => {
    handles.get(u32(args, 0), kind);
    return handles.add({ kind: "pollable" });
  });
}

/** Every read: the stream is closed. */
function atEnd(errorAt: number) {
  return (result: DataView, { handles }: World, _guest: Guest, args: Args): void => {
    handles.get(u32(args, 0), "input-stream");
    writeClosed(result, errorAt);
  };
}

function writeClosed(result: DataView, errorAt: number): void {
  result.setUint8(0, ERROR_TAG);
  result.setUint8(errorAt, CLOSED);
}

function checkWrite(result: DataView, { handles }: World, _guest: Guest, args: Args): void {
  handles.get(u32(args, 0), "output-stream").permitBytes = WRITE_BYTES_PERMITTED;
  result.setBigUint64(8, BigInt(WRITE_BYTES_PERMITTED), true);
}

function write(_result: DataView, world: World, guest: Guest, args: Args): void {
  usePermit(world, args, u32(args, 2));
  capture(world, guest, args);
}

function blockingWrite(_result: DataView, world: World, guest: Guest, args: Args): void {
  world.handles.get(u32(args, 0), "output-stream");
  refuseLongBlocking(BigInt(u32(args, 2)));
  capture(world, guest, args);
}

function capture(world: World, guest: Guest, args: Args): void {
  const [address, size] = [u32(args, 1), u32(args, 2)];
  world.charge(size * hostFuel.byteCopied);
  world.capture.write(guest.bytes(address, size));
}

function writeZeroes(_result: DataView, world: World, _guest: Guest, args: Args): void {
  const size = u64(args, 1);
  usePermit(world, args, size);
  world.capture.writeZeroes(Number(size));
}

function blockingWriteZeroes(_result: DataView, world: World, _guest: Guest, args: Args): void {
  world.handles.get(u32(args, 0), "output-stream");
  const size = u64(args, 1);
  refuseLongBlocking(size);
  world.capture.writeZeroes(Number(size));
}

function flush(_result: DataView, { handles }: World, _guest: Guest, args: Args): void {
  handles.get(u32(args, 0), "output-stream");
}

/** The one source of bytes there is has none. */
function splice(result: DataView, { handles }: World, _guest: Guest, args: Args): void {
  handles.get(u32(args, 0), "output-stream");
  handles.get(u32(args, 1), "input-stream");
  writeClosed(result, RESULT_U64.errorAt);
}

/** WASI: writing more than `check-write` allowed is a trap. */
function usePermit({ handles }: World, args: Args, size: number | bigint): void {
  const stream = handles.get(u32(args, 0), "output-stream");
  if (size > stream.permitBytes) {
    throw new P2c2rError("kernel.trapped", "The kernel wrote more than check-write allowed.");
  }
  stream.permitBytes -= Number(size);
}

function refuseLongBlocking(size: bigint): void {
  if (size <= BLOCKING_WRITE_BYTES_MAX) return;
  throw new P2c2rError(
    "kernel.trapped",
    `The kernel wrote ${size} bytes at once, the limit is ${BLOCKING_WRITE_BYTES_MAX}.`,
  );
}
