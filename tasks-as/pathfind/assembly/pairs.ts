/**
 * The input: 1 to 64 pairs of { start x u16, start y u16, goal x u16, goal y u16 }, nothing before or behind.
 */
import { err, errSentence, say, sayInteger, sentenceStart } from "../../lib/abi";
import { Grid } from "./grid";

export const PAIR_SIZE: usize = 8;
export const PAIRS_MAX: usize = 64;

@inline
export function startX(pair: usize): u32 {
  return load<u16>(pair);
}

@inline
export function startY(pair: usize): u32 {
  return load<u16>(pair, 2);
}

@inline
export function goalX(pair: usize): u32 {
  return load<u16>(pair, 4);
}

@inline
export function goalY(pair: usize): u32 {
  return load<u16>(pair, 6);
}

/** The error result that says what is wrong with the input, or 0. */
export function refusePairs(input: usize, inputSize: usize, grid: Grid): usize {
  if (inputSize == 0 || inputSize % PAIR_SIZE != 0 || inputSize > PAIR_SIZE * PAIRS_MAX) {
    return err("Cannot find paths: the input is not 1 to 64 pairs of 8 bytes");
  }
  for (let pair = input; pair < input + inputSize; pair += PAIR_SIZE) {
    const isStartIn = startX(pair) < grid.width && startY(pair) < grid.height;
    const isGoalIn = goalX(pair) < grid.width && goalY(pair) < grid.height;
    if (isStartIn && isGoalIn) continue;
    const sentence = sentenceStart();
    say(sentence, "Cannot find paths: ");
    say(sentence, isStartIn ? "goal " : "start ");
    sayInteger(sentence, isStartIn ? goalX(pair) : startX(pair));
    say(sentence, ",");
    sayInteger(sentence, isStartIn ? goalY(pair) : startY(pair));
    say(sentence, " of pair ");
    sayInteger(sentence, (pair - input) / PAIR_SIZE);
    say(sentence, " is outside the grid of ");
    sayInteger(sentence, grid.width);
    say(sentence, " by ");
    sayInteger(sentence, grid.height);
    return errSentence(sentence);
  }
  return 0;
}
