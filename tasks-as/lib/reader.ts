/**
 * A bounded little-endian reader over bytes nobody has vouched for. A read past the end gives 0 and leaves
 * `failed` set, so that a kernel may read a whole struct and ask once. Inner loops validate a size first and
 * then use `load` directly.
 */
import { arenaTake } from "./arena";

@unmanaged
export class Reader {
  /** Address of the next byte. */
  next: usize;
  /** Address behind the last byte. */
  end: usize;
  /** Whether a read went past the end. */
  failed: bool;
}

/** A reader over the `size` bytes at `start`, in the arena. */
export function readerOver(start: usize, size: usize): Reader {
  const reader = changetype<Reader>(arenaTake(offsetof<Reader>(), alignof<usize>()));
  reader.next = start;
  reader.end = start + size;
  reader.failed = false;
  return reader;
}

/** Bytes not yet read. */
export function readerLeft(reader: Reader): usize {
  return reader.end - reader.next;
}

/** Whether every byte was read and none beyond. */
export function readerAtEnd(reader: Reader): bool {
  return !reader.failed && reader.next == reader.end;
}

/** Steps over `size` bytes and returns the address of the first, or 0 when there are fewer. */
export function readerSkip(reader: Reader, size: usize): usize {
  if (reader.failed || reader.end - reader.next < size) {
    reader.failed = true;
    return 0;
  }
  const start = reader.next;
  reader.next = start + size;
  return start;
}

/** The next number of type `T` (u8, i16, u32, f32, …), or 0 past the end. */
export function read<T>(reader: Reader): T {
  const start = readerSkip(reader, sizeof<T>());
  return start == 0 ? <T>0 : load<T>(start);
}
