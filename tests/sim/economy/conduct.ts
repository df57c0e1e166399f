// How identities behave when there is something to gain: kinds of lying, and honest machines that flip a bit.
import type { Dice } from "../random.ts";

/** What an identity does. */
export interface Conduct {
  readonly name: string;
  /** Chance that a result is wrong, once it has begun. */
  readonly chance: number;
  /** Right results after it was told that it is trusted, before it begins; null: it does not wait for trust. */
  readonly patience: number | null;
  /** Chance that the check sees one such result. */
  readonly detection: number;
  /** Lies are the same for everybody who agrees. */
  readonly agrees: boolean;
  readonly hostile: boolean;
}

/** An honest machine that flips a bit once in so many results; its flips are seen as the most harmless lie is. */
export function honest(flips: number): Conduct {
  return { name: "honest", chance: flips, patience: null, detection: 0, agrees: false, hostile: false };
}

/** A liar that is honest until it is trusted, and then never. */
export function liar(name: string, detection: number, more: Partial<Conduct> = {}): Conduct {
  return { name, chance: 1, patience: 0, detection, agrees: false, hostile: true, ...more };
}

/** Whether a result is wrong; `sinceTrusted` counts results since trust was gained, 0 before. */
export function isWrong({ chance, patience }: Conduct, sinceTrusted: number, dice: Dice): boolean {
  return (patience === null || sinceTrusted > patience) && dice.chance(chance);
}
