// How simulated workers answer: the truth, and every kind of lie.
import type { Outcome, Work } from "../../coordinator/ports.ts";
import type { FaultCounts, FaultKind } from "./faults.ts";
import { truth } from "./kernels.ts";
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

/** What a worker of a habit answers to its nth task; undefined: nothing, ever. Every lie is counted. */
export function answerOf(
  habit: Habit,
  work: Work,
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
      return truth(work);
    case "honestFlip":
      return dice.chance(FLIPS) ? told(falsified(work, dice), "honestFlip") : truth(work);
    case "lieAlways":
      return told(falsified(work, dice), "lieAlways");
    case "lieSometimes":
      return dice.chance(SOMETIMES) ? told(falsified(work, dice), "lieSometimes") : truth(work);
    case "lieLate":
      return nth > LATE && dice.chance(0.5) ? told(falsified(work, dice), "lieLate") : truth(work);
    case "lieAgreed":
      return told(agreed(work), "lieAgreed");
    case "lieFuel":
      return dice.chance(0.2) ? told({ ...truth(work), fuel: truth(work).fuel + 1 }, "lieFuel") : truth(work);
    case "lieRefusal":
      return dice.chance(0.2) ? told(refusal(work), "lieRefusal") : truth(work);
    case "silent":
      return told(undefined, "silent");
    case "workerFails":
      return dice.chance(FAILS) ? told(failure, "workerFails") : truth(work);
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

function falsified(work: Work, dice: Dice): Outcome {
  const right = truth(work);
  if (right.type === "failure") return output(work, dice.below(256));
  const bytes = right.output.slice();
  bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
  return { ...right, output: bytes };
}

/** The same wrong answer, whoever gives it. */
function agreed(work: Work): Outcome {
  const right = truth(work);
  return right.type === "failure"
    ? output(work, 7)
    : { ...right, output: right.output.map((byte) => byte ^ 0x5a) };
}

function output(work: Work, byte: number): Outcome {
  return { type: "output", output: new Uint8Array(8).fill(byte), fuel: truth(work).fuel, computeUs: 1 };
}

function refusal(work: Work): Outcome {
  const { fuel } = truth(work);
  return { type: "failure", code: "kernel.refused", message: "nothing to compute", fuel, computeUs: 1 };
}
