// How simulated workers answer: the truth, and every kind of lie.
import type { Outcome } from "../../coordinator/ports.ts";
import type { FaultCounts, FaultKind } from "./faults.ts";
import type { Dice } from "./random.ts";

/** What a worker does with the work it gets. */
export type Habit =
  | "honest"
  | "honestFlip"
  | "lieAlways"
  | "lieSometimes"
  | "lieLate"
  | "lieAgreed"
  | "lieFuel"
  | "lieRefusal"
  | "silent"
  | "workerFails";

/** All ways of not being honest. */
export const badHabits = [
  "lieAlways",
  "lieSometimes",
  "lieLate",
  "lieAgreed",
  "lieFuel",
  "lieRefusal",
  "silent",
  "workerFails",
] as const;

const SOMETIMES = 0.05;
const FLIPS = 0.004;
const FAILS = 0.3;
/** One that waits for trust begins to lie after so many right answers. */
const LATE = 60;

/** What a worker of a habit answers to its nth task, which comes to `right`; undefined: nothing, ever. Every lie is counted. */
export function answerOf(
  habit: Habit,
  right: Outcome,
  nth: number,
  dice: Dice,
  faults: FaultCounts,
): Outcome | undefined {
  const told = (lie: Outcome | undefined, kind: FaultKind) => {
    faults.count(kind);
    return lie;
  };
  switch (habit) {
    case "honest":
      return right;
    case "honestFlip":
      return dice.chance(FLIPS) ? told(falsified(right, dice), "honestFlip") : right;
    case "lieAlways":
      return told(falsified(right, dice), "lieAlways");
    case "lieSometimes":
      return dice.chance(SOMETIMES) ? told(falsified(right, dice), "lieSometimes") : right;
    case "lieLate":
      return nth > LATE && dice.chance(0.5) ? told(falsified(right, dice), "lieLate") : right;
    case "lieAgreed":
      return told(agreed(right), "lieAgreed");
    case "lieFuel":
      return dice.chance(0.2) ? told({ ...right, fuel: right.fuel + 1 }, "lieFuel") : right;
    case "lieRefusal":
      return dice.chance(0.2) ? told(refusal(right), "lieRefusal") : right;
    case "silent":
      return told(undefined, "silent");
    case "workerFails":
      return dice.chance(FAILS) ? told(failure, "workerFails") : right;
    default:
      return habit satisfies never;
  }
}

const failure: Outcome = {
  type: "failure",
  code: "kernel.environment",
  message: "no memory",
  fuel: 0,
  computeUs: 1,
};

function falsified(right: Outcome, dice: Dice): Outcome {
  if (right.type === "failure") return output(right, dice.below(256));
  const bytes = right.output.slice();
  bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
  return { ...right, output: bytes };
}

/** The same wrong answer, whoever gives it. */
function agreed(right: Outcome): Outcome {
  return right.type === "failure"
    ? output(right, 7)
    : { ...right, output: right.output.map((byte) => byte ^ 0x5a) };
}

function output(right: Outcome, byte: number): Outcome {
  return { type: "output", output: new Uint8Array(8).fill(byte), fuel: right.fuel, computeUs: 1 };
}

function refusal({ fuel }: Outcome): Outcome {
  return { type: "failure", code: "kernel.refused", message: "nothing to compute", fuel, computeUs: 1 };
}
