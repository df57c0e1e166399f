/**
 * The input: window x u16, y u16, width u16, height u16 (both 0: the whole grid), reach u32 (0: no bound), then
 * 1 … 4,096 goals of x u16, y u16 in coordinates of the grid.
 */
import { err, errSentence, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { Costs } from "../../lib/costs";
import { INFINITE } from "../../lib/field_rows";
import { CELLS_MAX } from "./layout";

const HEADER_SIZE: usize = 12;
const GOAL_SIZE: usize = 4;
const GOALS_MAX: usize = 4096;

@unmanaged
export class Request {
  /** The window, all of it in the grid. */
  x: u32;
  y: u32;
  width: u32;
  height: u32;
  /** Cells farther than that from every goal are left out. */
  reach: u32;
  goals: usize;
  goalsEnd: usize;
  /** 0, or the error result that says what is wrong with the input. */
  refusal: usize;
}

/** Reads an input; `refusal` of the result says whether it can be used. */
export function requestFrom(input: usize, size: usize, costs: Costs): Request {
  const request = changetype<Request>(arenaTake(offsetof<Request>(), 8));
  request.refusal = 0;
  if (size < HEADER_SIZE + GOAL_SIZE || (size - HEADER_SIZE) % GOAL_SIZE != 0 ||
    size > HEADER_SIZE + GOAL_SIZE * GOALS_MAX) {
    request.refusal = err("Cannot make a field: the input is not a header and 1 to 4,096 goals");
    return request;
  }
  request.x = load<u16>(input);
  request.y = load<u16>(input, 2);
  request.width = load<u16>(input, 4);
  request.height = load<u16>(input, 6);
  const reach = load<u32>(input, 8);
  request.reach = reach == 0 ? INFINITE - 1 : min(reach, INFINITE - 1);
  request.goals = input + HEADER_SIZE;
  request.goalsEnd = input + size;
  if (request.width == 0 && request.height == 0 && request.x == 0 && request.y == 0) {
    request.width = costs.width;
    request.height = costs.height;
  }
  request.refusal = refuseWindow(request, costs);
  if (request.refusal == 0) request.refusal = refuseGoals(request);
  return request;
}

/** Column of a goal, counted from the window's left side. */
@inline
export function goalX(request: Request, goal: usize): u32 {
  return <u32>load<u16>(goal) - request.x;
}

/** Row of a goal, counted from the window's top. */
@inline
export function goalY(request: Request, goal: usize): u32 {
  return <u32>load<u16>(goal, 2) - request.y;
}

/** The address behind a goal. */
@inline
export function nextGoal(goal: usize): usize {
  return goal + GOAL_SIZE;
}

function refuseWindow(request: Request, costs: Costs): usize {
  const isIn = request.width != 0 && request.height != 0 &&
    request.x + request.width <= costs.width && request.y + request.height <= costs.height;
  if (isIn && request.width * request.height <= CELLS_MAX) return 0;
  const sentence = sentenceStart();
  say(sentence, "Cannot make a field: the window of ");
  sayInteger(sentence, request.width);
  say(sentence, " by ");
  sayInteger(sentence, request.height);
  say(sentence, isIn ? " has too many cells, at most 838,400 fit" : " is not a part of the grid of ");
  if (!isIn) {
    sayInteger(sentence, costs.width);
    say(sentence, " by ");
    sayInteger(sentence, costs.height);
  }
  return errSentence(sentence);
}

function refuseGoals(request: Request): usize {
  for (let goal = request.goals; goal < request.goalsEnd; goal = nextGoal(goal)) {
    // Left of or above the window the difference wraps around to a large number.
    if (goalX(request, goal) < request.width && goalY(request, goal) < request.height) continue;
    const sentence = sentenceStart();
    say(sentence, "Cannot make a field: goal ");
    sayInteger(sentence, (goal - request.goals) / GOAL_SIZE);
    say(sentence, " at ");
    sayInteger(sentence, load<u16>(goal));
    say(sentence, ",");
    sayInteger(sentence, load<u16>(goal, 2));
    say(sentence, " is outside the window");
    return errSentence(sentence);
  }
  return 0;
}
