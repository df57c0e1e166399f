/**
 * The input: 1 to 64 pairs of { start x u16, start y u16, goal x u16, goal y u16 }, and behind them options u32 if
 * any is wished.
 */
import { err, errSentence, say, sayInteger, sentenceStart } from "../../lib/abi";

export const PAIR_SIZE: usize = 8;
export const PAIRS_MAX: usize = 64;
const OPTIONS_SIZE: usize = 4;
/** Every path comes with the proof that none is cheaper; on a grid with costs. */
export const OPTION_PROOF: u32 = 1;

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

/** Bytes of the pairs in an input, without options. */
@inline
export function pairsSize(inputSize: usize): usize {
  return inputSize & ~(PAIR_SIZE - 1);
}

/** The options of an input. */
export function optionsOf(input: usize, inputSize: usize): u32 {
  const size = pairsSize(inputSize);
  return size == inputSize ? 0 : load<u32>(input + size);
}

/** The error result that says what is wrong with the input, or 0. */
export function refuseInput(input: usize, inputSize: usize, width: u32, height: u32): usize {
  const size = pairsSize(inputSize);
  const rest = inputSize - size;
  if (size == 0 || size > PAIR_SIZE * PAIRS_MAX || (rest != 0 && rest != OPTIONS_SIZE)) {
    return err("Cannot find paths: the input is not 1 to 64 pairs of 8 bytes, with or without 4 bytes of options");
  }
  if (optionsOf(input, inputSize) > OPTION_PROOF) return err("Cannot find paths: unknown options");
  for (let pair = input; pair < input + size; pair += PAIR_SIZE) {
    const isStartIn = startX(pair) < width && startY(pair) < height;
    const isGoalIn = goalX(pair) < width && goalY(pair) < height;
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
    sayInteger(sentence, width);
    say(sentence, " by ");
    sayInteger(sentence, height);
    return errSentence(sentence);
  }
  return 0;
}
