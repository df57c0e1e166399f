// wasi:clocks — both clocks stand still. Whatever waits for a moment finds it has come.
import { type HostFunction, type Interface, plain, type World, writing } from "./function.ts";

/** What the wall clock shows: 2000-01-01T00:00:00Z, in seconds since 1970. */
export const WALL_CLOCK_S = 946_684_800n;
/** What the monotonic clock shows, in nanoseconds: its start. */
export const MONOTONIC_NS = 0n;
/** What both clocks say of their resolution, in nanoseconds. */
export const RESOLUTION_NS = 1_000_000n;

/** `datetime`: seconds as u64 at 0, nanoseconds as u32 at 8. */
function datetime(seconds: bigint, nanoseconds: number): HostFunction {
  return writing("", 16, 8, (result) => {
    result.setBigUint64(0, seconds, true);
    result.setUint32(8, nanoseconds, true);
  });
}

const subscribe: HostFunction["call"] = ({ handles }: World) => handles.add({ kind: "pollable" });

export const wallClock: Interface = new Map([
  ["now", datetime(WALL_CLOCK_S, 0)],
  ["resolution", datetime(0n, Number(RESOLUTION_NS))],
]);

export const monotonicClock: Interface = new Map([
  ["now", plain(" -> i64", () => MONOTONIC_NS)],
  ["resolution", plain(" -> i64", () => RESOLUTION_NS)],
  ["subscribe-instant", plain("i64 -> i32", subscribe)],
  ["subscribe-duration", plain("i64 -> i32", subscribe)],
]);
