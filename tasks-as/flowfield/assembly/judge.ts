/**
 * The certificate. Distances are right exactly if the goals have 0 and every other cell what its best neighbour
 * and the step from there give: along such steps distances fall, so they lead to a goal, and no way from a goal
 * can be shorter. `check` looks at every cell. A direction follows from the distances around it; the rows drawn
 * by the seed are made again.
 */
import { err, errSentence, okNothing, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaReserve, arenaTake } from "../../lib/arena";
import { costAt, Costs } from "../../lib/costs";
import { DISTANCES, equal, expectedAt, HALF_MAX, INFINITE, infinite, minus, most, splat } from "../../lib/field_rows";
import { nextRow, Sweep, sweepOver, sweepSize } from "../../lib/field_sweep";
import { randomBelow, randomFrom } from "../../lib/random";
import { directionBuffer, directionRow } from "./directions";
import { directionRowSize, HEADER_SIZE, isHeaderOf, outputSizeOf } from "./layout";
import { goalX, goalY, nextGoal, Request } from "./request";

/** Of so many rows one is drawn whose directions are made again. */
const ROWS_PER_DRAW: u32 = 16;

/** The result of `check` for a valid input. */
export function judge(costs: Costs, request: Request, output: usize, outputSize: usize, seed: u64): usize {
  const width = request.width;
  const height = request.height;
  if (outputSize < HEADER_SIZE || !isHeaderOf(output, request)) {
    return err("Cannot accept the output: it is not a field of this window");
  }
  const distanceSize = load<u32>(output, 12);
  if (distanceSize != 2 && distanceSize != 4) {
    return err("Cannot accept the output: its distances have neither 2 nor 4 bytes");
  }
  if (outputSize != outputSizeOf(width, height, distanceSize)) {
    return err("Cannot accept the output: its size is wrong");
  }
  arenaReserve(sweepSize(width) + directionRowSize(width) + goalMarksSize(request) + 4096);
  const distances = output + HEADER_SIZE;
  const goals = countGoals(costs, request, distances, distanceSize);
  if (goals < 0) return err("Cannot accept the output: a goal is away from itself");
  const farthest = farthestIn(distances, width * height, distanceSize);
  if (distanceSize == 4 && farthest <= 0xfffe) {
    return err("Cannot accept the output: its distances have 4 bytes and need 2");
  }
  if (farthest >= INFINITE) return err("Cannot accept the output: a distance is none that a cell can have");
  const directions = distances + <usize>(width * height * distanceSize);
  return farthest <= HALF_MAX
    ? judgeRows<u16>(costs, request, distances, distanceSize, directions, goals, seed)
    : judgeRows<u32>(costs, request, distances, distanceSize, directions, goals, seed);
}

function judgeRows<T>(
  costs: Costs,
  request: Request,
  distances: usize,
  distanceSize: u32,
  directions: usize,
  goals: i32,
  seed: u64,
): usize {
  const random = randomFrom(seed);
  const width = request.width;
  const rowSize = directionRowSize(width);
  const buffer = directionBuffer(width);
  const reach = splat<T>(min(request.reach, <u32>infinite<T>() - 1));
  const sweep = sweepOver<T>(costs, request.x, request.y, width, request.height, distances, distanceSize);
  let zeros: i32 = 0;
  let drawn = randomBelow(random, ROWS_PER_DRAW);
  for (; nextRow<T>(sweep); directions += rowSize) {
    const y = sweep.y;
    const found = zerosOfRow<T>(sweep, reach);
    if (found < 0) return refuse("row ", y, " has a distance that does not fit its neighbours'");
    zeros += found;
    if (y != drawn) continue;
    directionRow<T>(sweep, buffer);
    if (memory.compare(directions, buffer, rowSize) != 0) {
      return refuse("row ", y, " has a wrong direction");
    }
    drawn = (y / ROWS_PER_DRAW + 1) * ROWS_PER_DRAW + randomBelow(random, ROWS_PER_DRAW);
  }
  return zeros == goals ? okNothing() : err("Cannot accept the output: a cell that is no goal has no distance");
}

/** How many cells of the row in view have distance 0; −1 if another one has not what its neighbours give. */
function zerosOfRow<T>(sweep: Sweep, reach: v128): i32 {
  const zero = splat<T>(0);
  const end = <usize>sweep.width * sizeof<T>();
  const north = sweep.north;
  const here = sweep.here;
  const south = sweep.south;
  let wrong = zero;
  let zeros = zero;
  for (let at: usize = 0; at < end; at += 16) {
    const distances = v128.load(here + at, DISTANCES);
    const expected = expectedAt<T>(north, here, south, at, reach);
    const isZero = equal<T>(distances, zero);
    wrong = v128.or(wrong, v128.andnot(v128.xor(distances, expected), isZero));
    // A mask is −1 in every lane that it holds for.
    zeros = minus<T>(zeros, isZero);
  }
  return v128.any_true(wrong) ? -1 : <i32>sumOf<T>(zeros);
}

function sumOf<T>(lanes: v128): u32 {
  const fours = sizeof<T>() == 2 ? i32x4.extadd_pairwise_i16x8_u(lanes) : lanes;
  const low = i64x2.extract_lane(fours, 0);
  const high = i64x2.extract_lane(fours, 1);
  return <u32>low + <u32>(low >> 32) + <u32>high + <u32>(high >> 32);
}

/** Bytes for a bit per cell of the window. */
function goalMarksSize(request: Request): usize {
  return <usize>((request.width * request.height) >> 3) + 16;
}

/** Number of different goals on free cells; −1 if one of them has not distance 0. */
function countGoals(costs: Costs, request: Request, distances: usize, distanceSize: u32): i32 {
  const marks = arenaTake(goalMarksSize(request), 8);
  memory.fill(marks, 0, goalMarksSize(request));
  let count: i32 = 0;
  for (let goal = request.goals; goal < request.goalsEnd; goal = nextGoal(goal)) {
    const x = goalX(request, goal);
    const y = goalY(request, goal);
    if (costAt(costs, request.x + x, request.y + y) == 0) continue;
    const cell = y * request.width + x;
    const at = distances + <usize>cell * distanceSize;
    if ((distanceSize == 2 ? <u32>load<u16>(at) : load<u32>(at)) != 0) return -1;
    const mark = marks + (cell >> 3);
    const bit = <u32>1 << (cell & 7);
    if ((load<u8>(mark) & bit) == 0) count += 1;
    store<u8>(mark, load<u8>(mark) | bit);
  }
  return count;
}

/** The largest distance of a cell that is reached. */
function farthestIn(distances: usize, cells: u32, distanceSize: u32): u32 {
  return distanceSize == 2 ? farthestOf<u16>(distances, cells) : farthestOf<u32>(distances, cells);
}

/** One more than a distance is looked at: not reached becomes 0. */
function farthestOf<T>(distances: usize, cells: u32): u32 {
  const end = distances + <usize>cells * sizeof<T>();
  let at = distances;
  let lanes = splat<T>(0);
  for (; at + 16 <= end; at += 16) lanes = most<T>(lanes, minus<T>(v128.load(at), splat<T>(0xffffffff)));
  const scratch = arenaTake(16, 16);
  v128.store(scratch, lanes);
  let farthest: T = 0;
  for (let lane: usize = 0; lane < 16; lane += sizeof<T>()) farthest = max<T>(farthest, load<T>(scratch + lane));
  for (; at < end; at += sizeof<T>()) farthest = max<T>(farthest, load<T>(at) + 1);
  return farthest == 0 ? 0 : <u32>farthest - 1;
}

function refuse(before: string, number: u32, behind: string): usize {
  const sentence = sentenceStart();
  say(sentence, "Cannot accept the output: ");
  say(sentence, before);
  sayInteger(sentence, number);
  say(sentence, behind);
  return errSentence(sentence);
}
