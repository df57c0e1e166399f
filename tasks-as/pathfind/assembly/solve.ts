/** Answers a whole batch: statuses, searches, records and runs. */
import { err, okBytes } from "../../lib/abi";
import { arenaReserve, arenaTake } from "../../lib/arena";
import {
  OUTPUT_HEADER_SIZE,
  OUTPUT_SIZE_MAX,
  RECORD_SIZE,
  RUN_SIZE,
  STATUS_FOUND,
  STATUS_GOAL_BLOCKED,
  STATUS_START_BLOCKED,
  STATUS_UNREACHABLE,
  storeRecord,
} from "./answers";
import { connectedPairs } from "./connect";
import { Grid, isFree, mapsOf, mapsSize } from "./grid";
import { nodeDiagonal, nodeStraight, scratchOf, Search, searchOver, searchSize } from "./nodes";
import { goalX, goalY, PAIR_SIZE, startX, startY } from "./pairs";
import { findPath, FOUND, GAVE_UP, UNREACHABLE } from "./search";
import { writeRuns } from "./write_path";

/**
 * After that many expansions without a path it is worth knowing whether there is one: about the cost of
 * finding out.
 */
const EXPANSIONS_BEFORE_DOUBT: u32 = 1024;

/** What the searches of a batch share. */
@unmanaged
class Batch {
  grid: Grid;
  input: usize;
  inputSize: usize;
  search: Search;
  isConnectionKnown: bool;
  /** A bit per pair, once `isConnectionKnown`. */
  connected: u64;
}

/** The output for a valid input, or the error result that says why there is none. */
export function solveAll(grid: Grid, input: usize, inputSize: usize): usize {
  const width = grid.width;
  const height = grid.height;
  arenaReserve(OUTPUT_SIZE_MAX + mapsSize(width, height) + 4096);
  const output = arenaTake(OUTPUT_SIZE_MAX, 8);
  const maps = mapsOf(grid, 0, 0, width, height);
  arenaReserve(searchSize(maps) + 4096);
  const batch = changetype<Batch>(arenaTake(offsetof<Batch>(), 8));
  batch.grid = grid;
  batch.input = input;
  batch.inputSize = inputSize;
  batch.search = searchOver(maps);
  batch.isConnectionKnown = false;
  const pairs = inputSize / PAIR_SIZE;
  store<u32>(output, <u32>pairs);
  let record = output + OUTPUT_HEADER_SIZE;
  let runs = record + pairs * RECORD_SIZE;
  for (let pair = input; pair < input + inputSize; pair += PAIR_SIZE, record += RECORD_SIZE) {
    const outcome = solve(batch, pair);
    if (outcome != FOUND) {
      storeRecord(record, startX(pair), startY(pair), statusOf(grid, pair), 0, 0, 0);
      continue;
    }
    const search = batch.search;
    const straight = nodeStraight(search, search.goalNode);
    const diagonal = nodeDiagonal(search, search.goalNode);
    const behind = writeRuns(search, runs, output + OUTPUT_SIZE_MAX);
    if (behind == 0) return err("Cannot answer: the paths need more than 2,097,152 bytes; send fewer pairs");
    const runCount = <u32>((behind - runs) / RUN_SIZE);
    storeRecord(record, startX(pair), startY(pair), STATUS_FOUND, straight, diagonal, runCount);
    runs = behind;
  }
  return okBytes(output, runs - output);
}

/** The status of a pair without a path. */
export function statusOf(grid: Grid, pair: usize): u32 {
  if (!isFree(grid, startX(pair), startY(pair))) return STATUS_START_BLOCKED;
  if (!isFree(grid, goalX(pair), goalY(pair))) return STATUS_GOAL_BLOCKED;
  return STATUS_UNREACHABLE;
}

/**
 * Without a path a search would look at everything the start is connected with. So the first long search of a
 * batch stops for the question which pairs are connected at all, and starts again if its own is.
 */
function solve(batch: Batch, pair: usize): u32 {
  if (statusOf(batch.grid, pair) != STATUS_UNREACHABLE) return UNREACHABLE;
  const bit = <u64>1 << <u64>((pair - batch.input) / PAIR_SIZE);
  if (!batch.isConnectionKnown) {
    const outcome = searchFor(batch, pair, EXPANSIONS_BEFORE_DOUBT);
    if (outcome != GAVE_UP) return outcome;
    batch.connected = connectedPairs(batch.grid, batch.input, batch.inputSize, scratchOf(batch.search));
    batch.isConnectionKnown = true;
  }
  return (batch.connected & bit) != 0 ? searchFor(batch, pair, u32.MAX_VALUE) : UNREACHABLE;
}

function searchFor(batch: Batch, pair: usize, expansionsMax: u32): u32 {
  const search = batch.search;
  return findPath(search, startX(pair), startY(pair), goalX(pair), goalY(pair), Infinity, expansionsMax);
}
