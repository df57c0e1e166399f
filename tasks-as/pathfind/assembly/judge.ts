/**
 * The certificate: every path is walked and may turn only where the search would, every claim that there is
 * no path is decided, and now and then a pair drawn by the seed is solved again.
 */
import { err, errSentence, okNothing, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaReserve, arenaTake } from "../../lib/arena";
import { randomBelow, randomFrom } from "../../lib/random";
import {
  OUTPUT_HEADER_SIZE,
  RECORD_SIZE,
  recordDiagonal,
  recordRuns,
  recordStartX,
  recordStartY,
  recordStatus,
  recordStraight,
  RUN_SIZE,
  STATUS_FOUND,
  STATUS_UNREACHABLE,
} from "./answers";
import { connectedPairs, connectSize } from "./connect";
import { Grid } from "./grid";
import { goalX, goalY, PAIR_SIZE, startX, startY } from "./pairs";
import { floodPocket, NO_POCKET, POCKET_SIZE, POCKET_WITH, POCKET_WITHOUT } from "./pocket";
import { isShorterPath } from "./resolve";
import { statusOf } from "./solve";
import { followRuns, Walk } from "./walk";

/**
 * One pair in that many is solved again, so that the check stays within a few hundredths of the cost of
 * `run`.
 */
const PAIRS_PER_RESOLVE: u32 = 40;

/** What is being judged, and where. */
@unmanaged
class Case {
  grid: Grid;
  /** Place of the next path's runs, and of the output's end. */
  runs: usize;
  end: usize;
  walk: Walk;
}

/** The result of `check` for a valid input. */
export function judge(
  grid: Grid,
  input: usize,
  inputSize: usize,
  output: usize,
  outputSize: usize,
  seed: u64,
): usize {
  const pairs = inputSize / PAIR_SIZE;
  const records = output + OUTPUT_HEADER_SIZE;
  if (outputSize < OUTPUT_HEADER_SIZE + pairs * RECORD_SIZE) {
    return err("Cannot accept the output: records are missing");
  }
  if (load<u32>(output) != <u32>pairs) return err("Cannot accept the output: its number of pairs is wrong");
  const drawn = randomBelow(randomFrom(seed), max(<u32>pairs, PAIRS_PER_RESOLVE));
  const judged = changetype<Case>(arenaTake(offsetof<Case>(), 8));
  judged.grid = grid;
  judged.runs = records + pairs * RECORD_SIZE;
  judged.end = output + outputSize;
  judged.walk = changetype<Walk>(arenaTake(offsetof<Walk>(), 8));

  let unreachable: u64 = 0;
  for (let i: usize = 0; i < pairs; i++) {
    const pair = input + i * PAIR_SIZE;
    const record = records + i * RECORD_SIZE;
    const fault = recordStatus(record) == STATUS_FOUND
      ? faultOfPath(judged, pair, record, <u32>i == drawn)
      : faultOfStatus(grid, pair, record);
    if (fault != null) return refuse(<u32>i, fault);
    if (recordStatus(record) == STATUS_UNREACHABLE) unreachable |= <u64>1 << <u64>i;
  }
  if (judged.runs != judged.end) return err("Cannot accept the output: there are bytes behind its runs");
  const wrong = wronglyUnreachable(grid, input, inputSize, unreachable);
  return wrong == 0 ? okNothing() : refuse(<u32>ctz(wrong), "has a path and is said to have none");
}

/** Those of the pairs with a bit in `claimed` that are connected after all. */
export function wronglyUnreachable(grid: Grid, input: usize, inputSize: usize, claimed: u64): u64 {
  if (claimed == 0) return 0;
  const scratchSize = max(connectSize(grid.width, grid.height), POCKET_SIZE);
  arenaReserve(scratchSize + 4096);
  const scratch = arenaTake(scratchSize, 8);
  let open = claimed;
  for (let rest = claimed; rest != 0; rest &= rest - 1) {
    const bit = rest & (0 - rest);
    const pair = input + <usize>ctz(rest) * PAIR_SIZE;
    let pocket = floodPocket(grid, startX(pair), startY(pair), goalX(pair), goalY(pair), scratch);
    if (pocket == NO_POCKET) {
      pocket = floodPocket(grid, goalX(pair), goalY(pair), startX(pair), startY(pair), scratch);
    }
    if (pocket == POCKET_WITH) return bit;
    if (pocket == POCKET_WITHOUT) open ^= bit;
  }
  return open == 0 ? 0 : open & connectedPairs(grid, input, inputSize, scratch);
}

/** What is wrong with an answer that has a path, or null. Moves on to the next path's runs. */
function faultOfPath(judged: Case, pair: usize, record: usize, isDrawn: bool): string | null {
  const grid = judged.grid;
  const walk = judged.walk;
  const runs = judged.runs;
  const count = recordRuns(record);
  if (!isStartOf(record, pair)) return "has another start";
  if (statusOf(grid, pair) != STATUS_UNREACHABLE) return "has a path from or to a blocked cell";
  if (<usize>count > (judged.end - runs) / RUN_SIZE) return "has more runs than the output";
  // No path is longer than the grid has cells, so that nobody can keep the check busy by walking in circles.
  const steps = <u64>recordStraight(record) + <u64>recordDiagonal(record);
  if (steps > <u64>(grid.width * grid.height)) return "has wrong numbers of steps";
  walk.x = startX(pair);
  walk.y = startY(pair);
  const fault = followRuns(grid, walk, runs, count, <u32>steps);
  if (fault != null) return fault;
  if (walk.x != goalX(pair) || walk.y != goalY(pair)) return "has a path that misses its goal";
  if (walk.straight != recordStraight(record) || walk.diagonal != recordDiagonal(record)) {
    return "has wrong numbers of steps";
  }
  if (isDrawn && isShorterPath(grid, pair, walk.straight, walk.diagonal)) {
    return "has a path that is not shortest";
  }
  judged.runs = runs + <usize>count * RUN_SIZE;
  return null;
}

/**
 * What is wrong with an answer without a path, or null; that there is none is judged for all pairs together.
 */
export function faultOfStatus(grid: Grid, pair: usize, record: usize): string | null {
  if (!isStartOf(record, pair)) return "has another start";
  if (recordStatus(record) != statusOf(grid, pair)) return "has a wrong status";
  const steps = recordStraight(record) | recordDiagonal(record) | recordRuns(record);
  if (steps != 0) return "has steps without a path";
  return null;
}

export function isStartOf(record: usize, pair: usize): bool {
  return recordStartX(record) == startX(pair) && recordStartY(record) == startY(pair);
}

/** The result that refuses an answer. */
export function refuse(pair: u32, what: string): usize {
  const sentence = sentenceStart();
  say(sentence, "Cannot accept the output: pair ");
  sayInteger(sentence, pair);
  say(sentence, " ");
  say(sentence, what);
  return errSentence(sentence);
}
