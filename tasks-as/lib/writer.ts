/**
 * A bounded little-endian writer. A write past the end changes nothing and leaves `failed` set. Floats go
 * through `writeF32` and `writeF64`, which store every NaN as the same bits.
 */
import { arenaTake } from "./arena";
import { bitsOfF32, bitsOfF64 } from "./floats";

@unmanaged
export class Writer {
  /** Address of the first byte. */
  start: usize;
  /** Address of the next byte. */
  next: usize;
  /** Address behind the last byte that may be written. */
  end: usize;
  /** Whether a write went past the end. */
  failed: bool;
}

/** A writer with room for `sizeMax` bytes, both in the arena. */
export function writerOf(sizeMax: usize): Writer {
  const writer = changetype<Writer>(arenaTake(offsetof<Writer>(), alignof<usize>()));
  writer.start = arenaTake(sizeMax, 16);
  writer.next = writer.start;
  writer.end = writer.start + sizeMax;
  writer.failed = false;
  return writer;
}

/** Bytes written so far. */
export function writerSize(writer: Writer): usize {
  return writer.next - writer.start;
}

/** Steps over `size` bytes and returns the address of the first, or 0 when there is no room. */
export function writerSkip(writer: Writer, size: usize): usize {
  if (writer.failed || writer.end - writer.next < size) {
    writer.failed = true;
    return 0;
  }
  const start = writer.next;
  writer.next = start + size;
  return start;
}

/** Appends an integer of type `T` (u8, i16, u32, …). */
export function write<T>(writer: Writer, value: T): void {
  const start = writerSkip(writer, sizeof<T>());
  if (start != 0) store<T>(start, value);
}

/** Appends a 32-bit float with canonical NaN. */
export function writeF32(writer: Writer, value: f32): void {
  write<u32>(writer, bitsOfF32(value));
}

/** Appends a 64-bit float with canonical NaN. */
export function writeF64(writer: Writer, value: f64): void {
  write<u64>(writer, bitsOfF64(value));
}
