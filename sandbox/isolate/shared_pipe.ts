// Bytes from one thread to another through memory that both see: a ring with one writer and one reader. Whoever waits is
// woken by a futex and not by an event loop, which takes a third to a fifth of the time that a posted message takes
// (deno task bench overhead). On an event loop, whoever waits lets others have their turn, whatever the other side does.
import { turnOfEventLoop } from "./event_loop.ts";

const CAPACITY = 128 * 1024;

/** Words in front of the ring. Counts of bytes go round at 2³². */
const WRITTEN = 0;
const READ = 1;
/** Not 0: nobody writes or reads any more. */
const OVER = 2;
/** Rung whenever there may be something to read, or room to write: what a side waits on. */
const READER_BELL = 3;
const WRITER_BELL = 4;
const WORDS = 5;
/** Aligned, as frames are: between shared memory and other memory only words that lie alike are copied as words. */
const RING_AT = 64;

/** The memory of a new pipe, to be sent to the other thread. */
export function sharedPipeMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(RING_AT + CAPACITY);
}

/** What both ends see. */
class Shared {
  readonly #words: Int32Array;
  readonly ring: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, WORDS);
    this.ring = new Uint8Array(memory, RING_AT, CAPACITY);
  }

  get isOver(): boolean {
    return Atomics.load(this.#words, OVER) !== 0;
  }

  /** Ends the pipe for both sides and wakes whoever waits. */
  close(): void {
    Atomics.store(this.#words, OVER, 1);
    this.#ringBell(READER_BELL);
    this.#ringBell(WRITER_BELL);
  }

  /** How many bytes are in the ring, seen by one end with its own count. @throws {RangeError} where that cannot be */
  bytesAfterReads(written: number): number {
    return plausible(written - Atomics.load(this.#words, READ));
  }

  bytesAfterWrites(read: number): number {
    return plausible(Atomics.load(this.#words, WRITTEN) - read);
  }

  wrote(count: number): void {
    Atomics.store(this.#words, WRITTEN, count | 0);
    this.#ringBell(READER_BELL);
  }

  tookOut(count: number): void {
    Atomics.store(this.#words, READ, count | 0);
    this.#ringBell(WRITER_BELL);
  }

  bell(which: number): number {
    return Atomics.load(this.#words, which);
  }

  /** Waits until a bell is rung that had rung so often. False: that took longer. */
  waitSync(which: number, rung: number, msMax = Infinity): boolean {
    return Atomics.wait(this.#words, which, rung, msMax) !== "timed-out";
  }

  /** As `waitSync`, on an event loop. One that rings all the time does not keep it to itself. */
  async wait(which: number, rung: number): Promise<void> {
    const { async, value } = Atomics.waitAsync(this.#words, which, rung);
    await (async ? value : turnOfEventLoop());
  }

  #ringBell(which: number): void {
    Atomics.add(this.#words, which, 1);
    Atomics.notify(this.#words, which);
  }
}

function plausible(difference: number): number {
  const bytes = difference >>> 0;
  if (bytes > CAPACITY) throw new RangeError("The other side of a pipe counts wrongly");
  return bytes;
}

/** The end that bytes go into. It keeps its own count: what the other side makes of the memory cannot move it. */
export class PipeWriter {
  readonly #shared: Shared;
  #count = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#shared = new Shared(memory);
  }

  /** Ends the pipe for both sides. */
  close(): void {
    this.#shared.close();
  }

  /** Writes what there is room for, from `from` on; gives how many bytes those were. */
  write(bytes: Uint8Array, from = 0): number {
    const part = bytes.subarray(from, from + this.#room);
    if (part.length === 0) return 0;
    const { ring } = this.#shared;
    const at = this.#count % CAPACITY;
    const first = Math.min(part.length, CAPACITY - at);
    ring.set(part.subarray(0, first), at);
    if (first < part.length) ring.set(part.subarray(first), 0);
    this.#count = (this.#count + part.length) >>> 0;
    this.#shared.wrote(this.#count);
    return part.length;
  }

  /** Resolves when there may be room; with false when the pipe is over, whoever ended it. */
  async writable(): Promise<boolean> {
    const rung = this.#shared.bell(WRITER_BELL);
    if (this.#room > 0) await turnOfEventLoop();
    else if (!this.#shared.isOver) await this.#shared.wait(WRITER_BELL, rung);
    return !this.#shared.isOver;
  }

  /** Writes all of it, waiting for room. False: the pipe is over. Not on a thread that has an event loop to serve. */
  writeSync(bytes: Uint8Array): boolean {
    for (let at = 0;;) {
      const rung = this.#shared.bell(WRITER_BELL);
      if (this.#shared.isOver) return false;
      at += this.write(bytes, at);
      if (at === bytes.length) return true;
      if (this.#room === 0) this.#shared.waitSync(WRITER_BELL, rung);
    }
  }

  get #room(): number {
    return CAPACITY - this.#shared.bytesAfterReads(this.#count);
  }
}

/** The end that bytes come out of. It keeps its own count. */
export class PipeReader {
  readonly #shared: Shared;
  #count = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#shared = new Shared(memory);
  }

  /** Ends the pipe for both sides. */
  close(): void {
    this.#shared.close();
  }

  /** A copy of what is there; undefined for nothing. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    const there = this.#there;
    if (there === 0) return undefined;
    const bytes = new Uint8Array(there);
    this.#take(bytes);
    return bytes;
  }

  /** Resolves when there may be something to read; with false when the pipe is over, whoever ended it. */
  async readable(): Promise<boolean> {
    const rung = this.#shared.bell(READER_BELL);
    if (this.#there > 0) await turnOfEventLoop();
    else if (!this.#shared.isOver) await this.#shared.wait(READER_BELL, rung);
    return !this.#shared.isOver;
  }

  /** As `readable`, but the first milliseconds without giving way to the event loop, which is woken more slowly. */
  readableSoon(msMax: number): boolean | Promise<boolean> {
    const rung = this.#shared.bell(READER_BELL);
    const isThere = this.#there > 0 || this.#shared.isOver || this.#shared.waitSync(READER_BELL, rung, msMax);
    return isThere ? !this.#shared.isOver : this.readable();
  }

  /** Fills all of `bytes`, waiting for them. False: the pipe is over. Not on a thread that has an event loop to serve. */
  readSync(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      const rung = this.#shared.bell(READER_BELL);
      if (this.#shared.isOver) return false;
      const there = Math.min(this.#there, bytes.length - at);
      if (there === 0) this.#shared.waitSync(READER_BELL, rung);
      else this.#take(bytes.subarray(at, at += there));
    }
    return true;
  }

  get #there(): number {
    return this.#shared.bytesAfterWrites(this.#count);
  }

  #take(bytes: Uint8Array): void {
    const { ring } = this.#shared;
    const at = this.#count % CAPACITY;
    const first = Math.min(bytes.length, CAPACITY - at);
    bytes.set(ring.subarray(at, at + first));
    if (first < bytes.length) bytes.set(ring.subarray(0, bytes.length - first), first);
    this.#count = (this.#count + bytes.length) >>> 0;
    this.#shared.tookOut(this.#count);
  }
}
