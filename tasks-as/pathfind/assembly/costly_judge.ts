/**
 * The certificate for grids with costs: every path is walked and its cost added up, every claim that there is no
 * path is decided. Where proofs were asked for, all of them are gone through (costly_verify.ts), and nothing is
 * left to chance; else shortcuts of every path are looked for (costly_shortcut.ts), and now and then a pair is solved
 * again.
 */
import { err, okNothing } from "../../lib/abi";
import { arenaMark, arenaRelease, arenaReserve, arenaTake } from "../../lib/arena";
import { Costs } from "../../lib/costs";
import { randomBelow, randomFrom } from "../../lib/random";
import {
  OUTPUT_HEADER_SIZE,
  recordDiagonal,
  recordRuns,
  recordStatus,
  recordStraight,
  RUN_SIZE,
  STATUS_FOUND,
  STATUS_UNREACHABLE,
} from "./answers";
import { COSTLY_RECORD_SIZE, KIND_COSTLY, recordCost, recordProofSize } from "./costly_answers";
import { freeCellsOf, leastCostOf } from "./costly_grid";
import { findCheapest, FOUND, octileCost, searchOver, searchSize } from "./costly_search";
import { hasShortcut, Looks, looksFor } from "./costly_shortcut";
import { proves } from "./costly_verify";
import { CostlyWalk, followCosts } from "./costly_walk";
import { Grid } from "./grid";
import { faultOfStatus, isStartOf, refuse, wronglyUnreachable } from "./judge";
import { goalX, goalY, PAIR_SIZE, startX, startY } from "./pairs";
import { statusOf } from "./solve";

/** One pair in that many is solved again where there are no proofs. */
const PAIRS_PER_RESOLVE: u32 = 320;

@unmanaged
class CostlyCase {
  costs: Costs;
  grid: Grid;
  leastCost: u32;
  isProved: bool;
  /** Places of the next path's runs and proof. */
  runs: usize;
  proof: usize;
  walk: CostlyWalk;
  looks: Looks;
}

/** The result of `check` for valid pairs. */
export function judgeCostly(
  costs: Costs,
  input: usize,
  inputSize: usize,
  isProved: bool,
  output: usize,
  outputSize: usize,
  seed: u64,
): usize {
  const pairs = inputSize / PAIR_SIZE;
  const records = output + OUTPUT_HEADER_SIZE;
  if (outputSize < OUTPUT_HEADER_SIZE + pairs * COSTLY_RECORD_SIZE) {
    return err("Cannot accept the output: records are missing");
  }
  if (load<u32>(output) != (<u32>pairs | KIND_COSTLY)) {
    return err("Cannot accept the output: its number of pairs or its kind is wrong");
  }
  const judged = changetype<CostlyCase>(arenaTake(offsetof<CostlyCase>(), 8));
  judged.costs = costs;
  judged.grid = freeCellsOf(costs);
  judged.leastCost = leastCostOf(costs);
  judged.isProved = isProved;
  judged.walk = changetype<CostlyWalk>(arenaTake(offsetof<CostlyWalk>(), 8));
  judged.runs = records + pairs * COSTLY_RECORD_SIZE;
  judged.proof = proofsStart(records, pairs, output, outputSize);
  if (judged.proof == 0) return err("Cannot accept the output: its size is wrong");

  const random = randomFrom(seed);
  const drawn = randomBelow(random, max(<u32>pairs, PAIRS_PER_RESOLVE));
  judged.looks = looksFor(costs, judged.leastCost, <u32>pairs, random);
  let unreachable: u64 = 0;
  for (let i: usize = 0; i < pairs; i++) {
    const pair = input + i * PAIR_SIZE;
    const record = records + i * COSTLY_RECORD_SIZE;
    const fault = recordStatus(record) == STATUS_FOUND
      ? faultOfPath(judged, pair, record, <u32>i == drawn)
      : faultOfNone(judged, pair, record);
    if (fault != null) return refuse(<u32>i, fault);
    if (recordStatus(record) == STATUS_UNREACHABLE) unreachable |= <u64>1 << <u64>i;
  }
  const wrong = wronglyUnreachable(judged.grid, input, inputSize, unreachable);
  return wrong == 0 ? okNothing() : refuse(<u32>ctz(wrong), "has a path and is said to have none");
}

/** Where the proofs begin, or 0 if records, runs and proofs do not make up the output. */
function proofsStart(records: usize, pairs: usize, output: usize, outputSize: usize): usize {
  const recordsEnd = records + pairs * COSTLY_RECORD_SIZE;
  let runs: u64 = 0;
  let proofs: u64 = 0;
  for (let record = records; record < recordsEnd; record += COSTLY_RECORD_SIZE) {
    runs += <u64>recordRuns(record);
    proofs += <u64>recordProofSize(record);
  }
  const runsEnd = <u64>(recordsEnd - output) + runs * RUN_SIZE;
  const start = (runsEnd + 3) & ~3;
  if (start + proofs != <u64>outputSize) return 0;
  for (let at = <usize>runsEnd; at < <usize>start; at++) if (load<u8>(output + at) != 0) return 0;
  return output + <usize>start;
}

/** What is wrong with an answer without a path, or null. */
function faultOfNone(judged: CostlyCase, pair: usize, record: usize): string | null {
  const fault = faultOfStatus(judged.grid, pair, record);
  if (fault != null) return fault;
  return (recordCost(record) | recordProofSize(record)) != 0 ? "has a cost without a path" : null;
}

/** What is wrong with an answer that has a path, or null. Moves on to the next path. */
function faultOfPath(judged: CostlyCase, pair: usize, record: usize, isDrawn: bool): string | null {
  const costs = judged.costs;
  const walk = judged.walk;
  const runs = judged.runs;
  const count = recordRuns(record);
  if (!isStartOf(record, pair)) return "has another start";
  if (statusOf(judged.grid, pair) != STATUS_UNREACHABLE) return "has a path from or to a blocked cell";
  // No cheapest path visits a cell twice, so nobody can keep the check busy by walking in circles.
  const steps = <u64>recordStraight(record) + <u64>recordDiagonal(record);
  if (steps > <u64>(costs.width * costs.height)) return "has wrong numbers of steps";
  walk.x = startX(pair);
  walk.y = startY(pair);
  const fault = followCosts(costs, walk, runs, count, <u32>steps);
  if (fault != null) return fault;
  if (walk.x != goalX(pair) || walk.y != goalY(pair)) return "has a path that misses its goal";
  if (walk.straight != recordStraight(record) || walk.diagonal != recordDiagonal(record)) {
    return "has wrong numbers of steps";
  }
  if (walk.cost != <u64>recordCost(record)) return "has a wrong cost";
  judged.runs = runs + <usize>count * RUN_SIZE;
  return faultOfProof(judged, pair, record, isDrawn);
}

/** What is wrong with the claim that no path is cheaper, or null. */
function faultOfProof(judged: CostlyCase, pair: usize, record: usize, isDrawn: bool): string | null {
  const cost = recordCost(record);
  const size = recordProofSize(record);
  const proof = judged.proof;
  judged.proof = proof + size;
  const least = octileCost(startX(pair), startY(pair), goalX(pair), goalY(pair), judged.leastCost);
  if (!judged.isProved && size != 0) return "has a proof that nobody asked for";
  if (cost == least) return size == 0 ? null : "has a proof that it does not need";
  if (judged.isProved) {
    return proves(judged.costs, judged.leastCost, pair, cost, proof, size) ? null : "has a proof that fails";
  }
  const isRefuted = isDrawn
    ? isCheaperPath(judged, pair, cost)
    : hasShortcut(judged.looks, pair, judged.runs - <usize>recordRuns(record) * RUN_SIZE, judged.runs, cost);
  return isRefuted ? "has a path that is not a cheapest one" : null;
}

/** Whether there is a path that costs less than `cost`; looks where such a path can be. */
function isCheaperPath(judged: CostlyCase, pair: usize, cost: u32): bool {
  const costs = judged.costs;
  const left = min(startX(pair), goalX(pair));
  const top = min(startY(pair), goalY(pair));
  const across = max(startX(pair), goalX(pair)) - left;
  const down = max(startY(pair), goalY(pair)) - top;
  // A path that goes m cells out and comes back takes that many steps more than the span, 10 times the least cost each.
  const steps = cost / (10 * judged.leastCost) + 1;
  const marginX = (steps - min(steps, across)) / 2 + 1;
  const marginY = (steps - min(steps, down)) / 2 + 1;
  const x = left - min(left, marginX);
  const y = top - min(top, marginY);
  const width = min(costs.width, left + across + marginX + 1) - x;
  const height = min(costs.height, top + down + marginY + 1) - y;
  const mark = arenaMark();
  arenaReserve(searchSize(width, height) + 4096);
  const search = searchOver(costs, x, y, width, height, judged.leastCost);
  const outcome = findCheapest(
    search,
    startX(pair) - x,
    startY(pair) - y,
    goalX(pair) - x,
    goalY(pair) - y,
    cost,
    u32.MAX_VALUE,
  );
  arenaRelease(mark);
  return outcome == FOUND;
}
