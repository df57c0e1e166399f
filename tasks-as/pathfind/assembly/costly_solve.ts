/** Answers a whole batch on a grid with costs: searches, runs, and proofs where they are asked for. */
import { err, okBytes } from "../../lib/abi";
import { arenaReserve, arenaTake } from "../../lib/arena";
import { Costs } from "../../lib/costs";
import {
  OUTPUT_HEADER_SIZE,
  OUTPUT_SIZE_MAX,
  RUN_SIZE,
  STATUS_FOUND,
  STATUS_UNREACHABLE,
  storeRecord,
  storeRun,
} from "./answers";
import { connectedPairs, connectSize } from "./connect";
import { COSTLY_RECORD_SIZE, evened, KIND_COSTLY, storeCost } from "./costly_answers";
import { freeCellsOf, leastCostOf } from "./costly_grid";
import { writeProof } from "./costly_proof";
import {
  cellOf,
  CostlySearch,
  findCheapest,
  FOUND,
  GAVE_UP,
  INFINITE,
  knownOf,
  octileCost,
  searchOver,
  searchSize,
  stepTo,
  TOO_FAR,
  UNREACHABLE,
} from "./costly_search";
import { isDiagonal, stepX, stepY } from "./directions";
import { Grid } from "./grid";
import { goalX, goalY, PAIR_SIZE, startX, startY } from "./pairs";
import { statusOf } from "./solve";

/** After that many cells without a path it is worth knowing whether there is one. */
const EXPANSIONS_BEFORE_DOUBT: u32 = 16384;

@unmanaged
class CostlyBatch {
  grid: Grid;
  search: CostlySearch;
  input: usize;
  inputSize: usize;
  isConnectionKnown: bool;
  /** A bit per pair, once `isConnectionKnown`. */
  connected: u64;
  /** Where proofs are kept until all runs are written, and how much. */
  proofs: usize;
  proofsEnd: usize;
  proofsNext: usize;
}

/** The output for valid pairs, or the error result that says why there is none. */
export function solveCostly(costs: Costs, input: usize, inputSize: usize, isProved: bool): usize {
  const pairs = inputSize / PAIR_SIZE;
  const batch = changetype<CostlyBatch>(arenaTake(offsetof<CostlyBatch>(), 8));
  batch.grid = freeCellsOf(costs);
  const width = costs.width;
  const height = costs.height;
  arenaReserve(2 * OUTPUT_SIZE_MAX + searchSize(width, height) + connectSize(width, height) + 4096);
  const output = arenaTake(OUTPUT_SIZE_MAX, 8);
  batch.proofs = arenaTake(OUTPUT_SIZE_MAX, 8);
  batch.proofsEnd = batch.proofs + OUTPUT_SIZE_MAX;
  batch.proofsNext = batch.proofs;
  batch.search = searchOver(costs, 0, 0, width, height, leastCostOf(costs));
  batch.input = input;
  batch.inputSize = inputSize;
  batch.isConnectionKnown = false;
  store<u32>(output, <u32>pairs | KIND_COSTLY);
  let record = output + OUTPUT_HEADER_SIZE;
  let runs = record + pairs * COSTLY_RECORD_SIZE;
  for (let pair = input; pair < input + inputSize; pair += PAIR_SIZE, record += COSTLY_RECORD_SIZE) {
    const outcome = solve(batch, pair);
    if (outcome == TOO_FAR) return err("Cannot answer: a path costs more than 3,758,096,384");
    if (outcome != FOUND) {
      storeRecord(record, startX(pair), startY(pair), statusOf(batch.grid, pair), 0, 0, 0);
      storeCost(record, 0, 0);
      continue;
    }
    runs = writeAnswer(batch.search, pair, record, runs, output + OUTPUT_SIZE_MAX);
    if (runs == 0) return errTooLarge();
    if (!isProved || isStraightest(batch.search, pair)) continue;
    const behind = writeProof(batch.search, batch.proofsNext, batch.proofsEnd);
    if (behind == 0) return errTooLarge();
    storeCost(record, costOf(batch.search, pair), <u32>(behind - batch.proofsNext));
    batch.proofsNext = behind;
  }
  const end = output + evened(runs - output);
  memory.fill(runs, 0, end - runs);
  const proofSize = batch.proofsNext - batch.proofs;
  if (output + OUTPUT_SIZE_MAX - end < proofSize) return errTooLarge();
  memory.copy(end, batch.proofs, proofSize);
  return okBytes(output, end + proofSize - output);
}

function errTooLarge(): usize {
  return err("Cannot answer: paths and proofs need more than 2,097,152 bytes; send fewer pairs");
}

/** Searches; the first long search of a batch stops for the question which pairs are connected at all. */
function solve(batch: CostlyBatch, pair: usize): u32 {
  if (statusOf(batch.grid, pair) != STATUS_UNREACHABLE) return UNREACHABLE;
  const bit = <u64>1 << <u64>((pair - batch.input) / PAIR_SIZE);
  if (!batch.isConnectionKnown) {
    const outcome = searchFor(batch.search, pair, EXPANSIONS_BEFORE_DOUBT);
    if (outcome != GAVE_UP) return outcome;
    const scratch = arenaTake(connectSize(batch.grid.width, batch.grid.height), 8);
    batch.connected = connectedPairs(batch.grid, batch.input, batch.inputSize, scratch);
    batch.isConnectionKnown = true;
  }
  return (batch.connected & bit) != 0 ? searchFor(batch.search, pair, u32.MAX_VALUE) : UNREACHABLE;
}

function searchFor(search: CostlySearch, pair: usize, expansionsMax: u32): u32 {
  return findCheapest(search, startX(pair), startY(pair), goalX(pair), goalY(pair), INFINITE, expansionsMax);
}

function costOf(search: CostlySearch, pair: usize): u32 {
  return knownOf(search, cellOf(search, goalX(pair), goalY(pair)));
}

/** Whether no path could be cheaper, whatever the grid. */
function isStraightest(search: CostlySearch, pair: usize): bool {
  const least = octileCost(startX(pair), startY(pair), goalX(pair), goalY(pair), search.leastCost);
  return costOf(search, pair) == least;
}

/** Writes a record without proof, and the runs; the address behind them, or 0 for lack of room. */
function writeAnswer(search: CostlySearch, pair: usize, record: usize, runs: usize, end: usize): usize {
  const start = cellOf(search, startX(pair), startY(pair));
  const goal = cellOf(search, goalX(pair), goalY(pair));
  let straight: u32 = 0;
  let diagonal: u32 = 0;
  let count: u32 = 0;
  let before: u32 = 8;
  for (let cell = goal; cell != start; cell = cellBefore(search, cell)) {
    const direction = stepTo(search, cell);
    if (isDiagonal(direction)) diagonal += 1;
    else straight += 1;
    if (direction != before) count += 1;
    before = direction;
  }
  if (end - runs < <usize>count * RUN_SIZE) return 0;
  const behind = runs + <usize>count * RUN_SIZE;
  let run = behind;
  let steps: u32 = 0;
  let cell = goal;
  while (cell != start) {
    const direction = stepTo(search, cell);
    cell = cellBefore(search, cell);
    steps += 1;
    if (cell != start && stepTo(search, cell) == direction) continue;
    run -= RUN_SIZE;
    storeRun(run, direction, steps);
    steps = 0;
  }
  storeRecord(record, startX(pair), startY(pair), STATUS_FOUND, straight, diagonal, count);
  storeCost(record, costOf(search, pair), 0);
  return behind;
}

@inline
function cellBefore(search: CostlySearch, cell: u32): u32 {
  const direction = stepTo(search, cell);
  return cell - <u32>(stepY(direction) * <i32>search.stride + stepX(direction));
}
