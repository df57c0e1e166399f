/** Walks a claimed path on a grid with costs, cell by cell, and adds up what it costs. */
import { costAt, Costs, DIAGONAL, STRAIGHT } from "../../lib/costs";
import { RUN_SIZE, runDirection, runSteps } from "./answers";
import { isDiagonal, stepX, stepY } from "./directions";

/** Where a walk is, and what it has counted. */
@unmanaged
export class CostlyWalk {
  x: u32;
  y: u32;
  straight: u32;
  diagonal: u32;
  cost: u64;
}

/**
 * Follows `count` runs from where `walk` stands, at most `stepsMax` steps; returns what is wrong with them, or
 * null.
 */
export function followCosts(costs: Costs, walk: CostlyWalk, runs: usize, count: u32, stepsMax: u32): string | null {
  walk.straight = 0;
  walk.diagonal = 0;
  walk.cost = 0;
  let directionBefore: u32 = 8;
  const end = runs + <usize>count * RUN_SIZE;
  for (let run = runs; run < end; run += RUN_SIZE) {
    const direction = runDirection(run);
    const steps = runSteps(run);
    // Left of or above the grid a coordinate wraps around to a large number; steps are below 2^13.
    const endX = walk.x + <u32>(stepX(direction) * <i32>steps);
    const endY = walk.y + <u32>(stepY(direction) * <i32>steps);
    if (steps == 0) return "has a path with an empty run";
    if (direction == directionBefore) return "has a path with a cut run";
    if (walk.straight + walk.diagonal + steps > stepsMax) return "has wrong numbers of steps";
    if (endX >= costs.width || endY >= costs.height) return "has a path that leaves the grid";
    if (!follow(costs, walk, direction, steps)) return "has a path with an illegal step";
    directionBefore = direction;
  }
  return null;
}

/** Takes the steps of a run that ends in the grid; false at an illegal one. */
function follow(costs: Costs, walk: CostlyWalk, direction: u32, steps: u32): bool {
  const dx = stepX(direction);
  const dy = stepY(direction);
  const part = isDiagonal(direction) ? DIAGONAL : STRAIGHT;
  let cost = costAt(costs, walk.x, walk.y);
  for (let i: u32 = 0; i < steps; i++) {
    const x = walk.x + dx;
    const y = walk.y + dy;
    const next = costAt(costs, x, y);
    if (next == 0) return false;
    if (part == DIAGONAL && (costAt(costs, x, walk.y) == 0 || costAt(costs, walk.x, y) == 0)) return false;
    walk.cost += <u64>(part * (cost + next));
    walk.x = x;
    walk.y = y;
    cost = next;
  }
  if (part == DIAGONAL) walk.diagonal += steps;
  else walk.straight += steps;
  return true;
}
