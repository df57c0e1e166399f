/**
 * The output for a grid with costs: pairs u32 with KIND_COSTLY, per pair a record of 24 bytes { the 16 bytes of
 * answers.ts, cost u32, bytes of the proof u32 }, the runs of all pairs, zeros up to a multiple of 4, then the
 * proofs of all pairs (costly_proof.ts).
 */
import { RECORD_SIZE } from "./answers";

export const KIND_COSTLY: u32 = 0x10000;
export const COSTLY_RECORD_SIZE: usize = RECORD_SIZE + 8;

@inline
export function recordCost(record: usize): u32 {
  return load<u32>(record, RECORD_SIZE);
}

@inline
export function recordProofSize(record: usize): u32 {
  return load<u32>(record, RECORD_SIZE + 4);
}

export function storeCost(record: usize, cost: u32, proofSize: u32): void {
  store<u32>(record, cost, RECORD_SIZE);
  store<u32>(record, proofSize, RECORD_SIZE + 4);
}

/** The next multiple of 4. */
@inline
export function evened(offset: usize): usize {
  return (offset + 3) & ~3;
}
