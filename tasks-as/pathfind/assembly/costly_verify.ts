/**
 * Goes through a proof (costly_proof.ts) cell by cell, many at a time: no step from a settled cell comes to a
 * settled one more cheaply than that one claims, and none leaves them without making the path as dear as the answer.
 */
import { arenaMark, arenaRelease, arenaReserve, arenaTake } from "../../lib/arena";
import { Costs, DIAGONAL, STRAIGHT } from "../../lib/costs";
import {
  above,
  bestAt,
  CELL_COSTS,
  DISTANCES,
  equal,
  infinite,
  least,
  most,
  plus,
  splat,
  times,
} from "../../lib/field_rows";
import { nextRow, Sweep, sweepOver, sweepSize } from "../../lib/field_sweep";
import { SPAN_HEADER_SIZE, spanCells, spanLeast, spanSize, spanX, spanY } from "./costly_proof";
import { goalX, goalY, startX, startY } from "./pairs";

/**
 * Up to this cost 16 bits hold everything: costs of ways, and what is left from a cell so far away that its distance
 * is cut off at 65,535.
 */
const HALF_COST_MAX: u32 = 44000;
/** A cost that a search does not come to. */
const COST_END: u32 = 0xe0100000;

/** The part of the grid that a proof is about: its cells and those around them. */
@unmanaged
class Box {
  x: u32;
  y: u32;
  width: u32;
  height: u32;
}

/** Whether the `size` bytes at `proof` prove that no path of the pair costs less than `cost`. */
export function proves(costs: Costs, leastCost: u32, pair: usize, cost: u32, proof: usize, size: u32): bool {
  if (cost >= COST_END) return false;
  const mark = arenaMark();
  const box = changetype<Box>(arenaTake(offsetof<Box>(), 8));
  const isProof = boxOf(box, costs, proof, proof + size) && (
    cost <= HALF_COST_MAX
      ? isProofOf<u16>(costs, leastCost, pair, cost, proof, proof + size, box)
      : isProofOf<u32>(costs, leastCost, pair, cost, proof, proof + size, box)
  );
  arenaRelease(mark);
  return isProof;
}

/** Finds the box of a proof's cells and one cell around; false where the bytes are not spans in order. */
function boxOf(box: Box, costs: Costs, proof: usize, end: usize): bool {
  let left = costs.width;
  let right: u32 = 0;
  let nextX: u32 = 0;
  let lastY: u32 = 0;
  for (let span = proof; span < end; span += spanSize(spanCells(span))) {
    if (end - span < SPAN_HEADER_SIZE || end - span < spanSize(spanCells(span))) return false;
    const x = spanX(span);
    const y = spanY(span);
    const cells = spanCells(span);
    if (cells == 0 || load<u16>(span, 6) != 0 || x + cells > costs.width || y >= costs.height) return false;
    if (span != proof && (y < lastY || (y == lastY && x < nextX))) return false;
    if ((cells & 1) != 0 && load<u16>(span + spanSize(cells) - 2) != 0) return false;
    left = min(left, x);
    right = max(right, x + cells);
    nextX = x + cells;
    lastY = y;
  }
  if (right == 0) return false;
  const top = spanY(proof);
  box.x = left - min(left, 1);
  box.y = top - min(top, 1);
  box.width = min(costs.width, right + 1) - box.x;
  box.height = min(costs.height, lastY + 2) - box.y;
  return true;
}

function isProofOf<T>(
  costs: Costs,
  leastCost: u32,
  pair: usize,
  cost: u32,
  proof: usize,
  end: usize,
  box: Box,
): bool {
  const width = box.width;
  const size = <usize>width * box.height * sizeof<T>();
  const lanesSize = <usize>(width + 16) * sizeof<T>();
  arenaReserve(size + sweepSize(width) + lanesSize + 4096);
  const distances = arenaTake(size + 16, 16);
  memory.fill(distances, 0xff, size);
  if (!unpack<T>(box, cost, proof, end, distances)) return false;
  if (distanceOf<T>(box, distances, startX(pair), startY(pair)) != 0) return false;
  if (distanceOf<T>(box, distances, goalX(pair), goalY(pair)) < cost) return false;
  const across = arenaTake(lanesSize, 16);
  const bound = sizeof<T>() == 2 ? 0xffff / (2 * DIAGONAL * leastCost) : 0xffff;
  for (let x: u32 = 0; x < width + 16; x++) {
    store<T>(across + <usize>x * sizeof<T>(), <T>min(apart(box.x + x, goalX(pair)), bound));
  }
  const sweep = sweepOver<T>(costs, box.x, box.y, width, box.height, distances, sizeof<T>());
  while (nextRow<T>(sweep)) {
    const down = min(apart(box.y + sweep.y, goalY(pair)), bound);
    if (!isRowProved<T>(sweep, cost, leastCost, across, down)) return false;
  }
  return true;
}

/** Writes the proof's costs of ways into the box; false if one is above the answer's. */
function unpack<T>(box: Box, cost: u32, proof: usize, end: usize, distances: usize): bool {
  let highest: u32 = 0;
  for (let span = proof; span < end; span += spanSize(spanCells(span))) {
    const first = spanLeast(span);
    if (first > cost) return false;
    const cell = (spanY(span) - box.y) * box.width + spanX(span) - box.x;
    let target = distances + <usize>cell * sizeof<T>();
    let value = span + SPAN_HEADER_SIZE;
    for (let left = spanCells(span); left != 0; left--, value += 2, target += sizeof<T>()) {
      const known = first + load<u16>(value);
      highest = max(highest, known);
      store<T>(target, <T>known);
    }
  }
  return highest <= cost;
}

/** The proof's cost of the way to a cell, all bits set outside of it. */
function distanceOf<T>(box: Box, distances: usize, x: u32, y: u32): u32 {
  if (x - box.x >= box.width || y - box.y >= box.height) return u32.MAX_VALUE;
  const known = load<T>(distances + <usize>((y - box.y) * box.width + x - box.x) * sizeof<T>());
  return known == <T>-1 ? u32.MAX_VALUE : <u32>known;
}

@inline
function apart(a: u32, b: u32): u32 {
  return <u32>abs(<i32>(a - b));
}

/** Whether nothing in the row in view is reached more cheaply than the proof says. */
function isRowProved<T>(sweep: Sweep, cost: u32, leastCost: u32, across: usize, down: u32): bool {
  const north = sweep.north;
  const here = sweep.here;
  const south = sweep.south;
  const end = <usize>sweep.width * sizeof<T>();
  const perStep = 2 * leastCost * STRAIGHT;
  const perDiagonal = 2 * leastCost * (DIAGONAL - STRAIGHT);
  const downs = splat<T>(down);
  const answer = splat<T>(cost);
  let wrong = splat<T>(0);
  for (let at: usize = 0; at < end; at += 16) {
    const known = v128.load(here + at, DISTANCES);
    const costs = v128.load(here + at, CELL_COSTS);
    const best = bestAt<T>(north, here, south, at, costs);
    const acrosses = v128.load(across + at);
    const left = plus<T>(
      times<T>(most<T>(acrosses, downs), perStep),
      times<T>(least<T>(acrosses, downs), perDiagonal),
    );
    const isOutside = equal<T>(known, splat<T>(<u32>infinite<T>()));
    const isCheaper = v128.bitselect(above<T>(answer, plus<T>(best, left)), above<T>(known, best), isOutside);
    wrong = v128.or(wrong, v128.andnot(isCheaper, equal<T>(costs, splat<T>(0))));
  }
  return !v128.any_true(wrong);
}
