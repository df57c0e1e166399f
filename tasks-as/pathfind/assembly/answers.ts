/**
 * The output: the number of pairs u32, per pair a record { start x u16, start y u16, straight steps u32,
 * diagonal steps u32, runs u32 with the status in its bits 30 and 31 }, then the runs of all pairs in order.
 * A run is a u16: its direction in bits 0 … 2, its steps (1 … 2047) above. Neighbouring runs have different
 * directions, so a path has one encoding. Only STATUS_FOUND has steps and runs.
 */

/** The manifest's outputBytesMax. */
export const OUTPUT_SIZE_MAX: usize = 2097152;
export const OUTPUT_HEADER_SIZE: usize = 4;
export const RECORD_SIZE: usize = 16;
export const RUN_SIZE: usize = 2;
const RUN_STEPS_SHIFT: u32 = 3;
const STATUS_SHIFT: u32 = 30;
const RUN_COUNT_MASK: u32 = (1 << STATUS_SHIFT) - 1;

export const STATUS_FOUND: u32 = 0;
export const STATUS_UNREACHABLE: u32 = 1;
export const STATUS_START_BLOCKED: u32 = 2;
export const STATUS_GOAL_BLOCKED: u32 = 3;

@inline
export function recordStartX(record: usize): u32 {
  return load<u16>(record);
}

@inline
export function recordStartY(record: usize): u32 {
  return load<u16>(record, 2);
}

@inline
export function recordStraight(record: usize): u32 {
  return load<u32>(record, 4);
}

@inline
export function recordDiagonal(record: usize): u32 {
  return load<u32>(record, 8);
}

@inline
export function recordRuns(record: usize): u32 {
  return load<u32>(record, 12) & RUN_COUNT_MASK;
}

@inline
export function recordStatus(record: usize): u32 {
  return load<u32>(record, 12) >> STATUS_SHIFT;
}

export function storeRecord(
  record: usize,
  startX: u32,
  startY: u32,
  status: u32,
  straight: u32,
  diagonal: u32,
  runs: u32,
): void {
  store<u16>(record, <u16>startX);
  store<u16>(record, <u16>startY, 2);
  store<u32>(record, straight, 4);
  store<u32>(record, diagonal, 8);
  store<u32>(record, runs | (status << STATUS_SHIFT), 12);
}

@inline
export function runDirection(run: usize): u32 {
  return load<u16>(run) & 7;
}

@inline
export function runSteps(run: usize): u32 {
  return <u32>load<u16>(run) >> RUN_STEPS_SHIFT;
}

export function storeRun(run: usize, direction: u32, steps: u32): void {
  store<u16>(run, <u16>(direction | (steps << RUN_STEPS_SHIFT)));
}
