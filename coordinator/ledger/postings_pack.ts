// Postings as bytes: what a flush writes to the store, and what is booked from it after a crash.
import { malformed, Packer, Unpacker } from "./pack.ts";
import { type Postings, type Reason, reasons } from "./postings.ts";

const postingsVersion = 1;

/** Packs postings; {@link unpackPostings} gives the same back, in the same order. */
export function packPostings(postings: readonly Postings[]): Uint8Array<ArrayBuffer> {
  const packer = new Packer(postingsVersion);
  for (const { reason, fuel, amounts } of postings) {
    packer.whole(reasons.indexOf(reason));
    writeSums(packer, fuel);
    writeSums(packer, amounts);
  }
  return packer.done(postings.length);
}

/** The postings of a blob. Throws `store.failed` when {@link packPostings} did not write it. */
export function unpackPostings(blob: Uint8Array): readonly Postings[] {
  const unpacker = new Unpacker(blob, postingsVersion);
  const postings: Postings[] = [];
  for (let left = unpacker.count; left > 0; left -= 1) {
    const reason = reasonAt(unpacker.whole());
    const fuel = readSums(unpacker);
    const amounts = readSums(unpacker);
    postings.push({ reason, fuel, amounts });
  }
  unpacker.end();
  return postings;
}

function writeSums(packer: Packer, sums: ReadonlyMap<string, number>): void {
  packer.whole(sums.size);
  for (const [key, sum] of sums) {
    packer.text(key);
    packer.whole(sum);
  }
}

function readSums(unpacker: Unpacker): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (let left = unpacker.whole(); left > 0; left -= 1) {
    const key = unpacker.text();
    sums.set(key, unpacker.whole());
  }
  return sums;
}

function reasonAt(place: number): Reason {
  const reason = reasons[place];
  if (reason === undefined) throw malformed(`it has no reason number ${place}`);
  return reason;
}
