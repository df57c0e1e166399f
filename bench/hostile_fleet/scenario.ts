// The scenario's numbers and its kernel, as all its processes know them.
import type { Kernel } from "../../coordinator/ports.ts";

/** What a slot is like. */
export type Kind = "honest" | "slow" | "liar" | "swallower";

/** How many of each: 40 slots, 30 % of them hostile or ten times too slow. */
export const slots: readonly (readonly [Kind, number])[] = [["honest", 28], ["slow", 6], ["liar", 3], [
  "swallower",
  3,
]];
/** Mean time that a task takes a slot, by waiting. */
export const serviceMs = 12;
export const slowFactor = 10;
/** Slots that leave each second, of all; they are back after `awayMs`. */
export const leavingPerS = 4;
export const awayMsMin = 100;
export const awayMsMax = 900;
/** Answers after which liars begin to lie, and how often; and swallowers to swallow. */
export const honestAnswers = 60;
export const lieChance = 0.2;
export const swallowChance = 0.3;
export const deadlineMsMin = 50;
export const deadlineMsMax = 200;
export const localSlots = 6;
/** Chance that the kernel's check sees a lie. */
export const detection = 0.6;
/** Part of the capacity that is asked for. */
export const load = 0.7;

/** Tasks a second that honest and slow slots can do, those away not counted. */
export function capacityPerS(): number {
  const awayMs = (awayMsMin + awayMsMax) / 2;
  const all = slots.reduce((sum, [, count]) => sum + count, 0);
  const here = 1 - leavingPerS * awayMs / 1000 / all;
  const worth = { honest: 1, slow: 1 / slowFactor, liar: 0, swallower: 0 };
  return here * slots.reduce((sum, [kind, count]) => sum + worth[kind] * count, 0) * 1000 / serviceMs;
}

/** The kernel: what it computes does not matter, only that it takes its time. */
export const kernel: Kernel = {
  no: 1,
  id: "wait",
  version: "1.0.0",
  release: 1,
  digest: "ab".repeat(32),
  fuelMax: 1_000_000,
  inputBytesMax: 1024,
  outputBytesMax: 1024,
  assetsMax: 0,
  assetBytesMax: 0,
  wallMsMax: 1_000,
  detection,
  price: 1_000,
};

/** The fuel of a task. */
export function fuelOf(input: Uint8Array): number {
  return 1_000 + 10 * input.length;
}

/** The right output. */
export function truth(input: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(input, (byte, at) => (byte * 31 + at) & 255);
}

/** How long this task takes an honest slot: ±25 % around the mean, by its input. */
export function taskMs(input: Uint8Array): number {
  return serviceMs * (0.75 + 0.5 * (input[0] ?? 0) / 255);
}

/** Milliseconds that all processes of this machine agree on. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** A stretch of time. */
export type Stretch = readonly [fromMs: number, untilMs: number];
