/**
 * The proof that no path is cheaper: the cells that the search settled, with the cost of the way to each. Every
 * path starts there at cost 0; a step from a settled cell to a settled one costs at least the difference, and
 * one that leaves them comes to a cell from where even the straightest way makes the path as dear as the answer.
 * So whoever has seen all these steps knows that the answer is a cheapest path (costly_judge.ts).
 *
 * Proof: spans { x u16, y u16, cells u16, zero u16, least u32, then per cell its cost less `least` u16, zeros up to
 * a multiple of 4 }, in the order of rows and columns; spans neither touch nor overlap, unless costs in one differ
 * by more than 65,535. A pair whose path is as cheap as the straightest way has no spans.
 */
import { evened } from "./costly_answers";
import { CostlySearch, cellOf, isSettled, knownOf } from "./costly_search";

export const SPAN_HEADER_SIZE: usize = 12;
const DIFFERENCE_MAX: u32 = 0xffff;
/** Above every cost of a way. */
const COST_MAX: u32 = 0xffffffff;

@inline
export function spanX(span: usize): u32 {
  return load<u16>(span);
}

@inline
export function spanY(span: usize): u32 {
  return load<u16>(span, 2);
}

@inline
export function spanCells(span: usize): u32 {
  return load<u16>(span, 4);
}

@inline
export function spanLeast(span: usize): u32 {
  return load<u32>(span, 8);
}

/** Bytes of a span. */
@inline
export function spanSize(cells: u32): usize {
  return SPAN_HEADER_SIZE + evened(<usize>cells << 1);
}

/** Writes the spans of a search over the whole grid into [at, end); the address behind them, or 0 for lack of room. */
export function writeProof(search: CostlySearch, at: usize, end: usize): usize {
  for (let y = search.top; y < search.bottom; y++) {
    let x = search.left;
    while (x < search.right) {
      if (!isSettled(search, cellOf(search, x, y))) {
        x += 1;
        continue;
      }
      const cells = cellsOfSpan(search, x, y);
      const size = spanSize(cells);
      if (end - at < size) return 0;
      writeSpan(search, x, y, cells, at);
      at += size;
      x += cells;
    }
  }
  return at;
}

/** How many cells from a settled one eastwards go into one span. */
function cellsOfSpan(search: CostlySearch, x: u32, y: u32): u32 {
  let least = COST_MAX;
  let most: u32 = 0;
  let cells: u32 = 0;
  for (let cell = cellOf(search, x, y); x + cells < search.right && isSettled(search, cell); cell++) {
    const known = knownOf(search, cell);
    least = min(least, known);
    most = max(most, known);
    if (most - least > DIFFERENCE_MAX) break;
    cells += 1;
  }
  return cells;
}

function writeSpan(search: CostlySearch, x: u32, y: u32, cells: u32, at: usize): void {
  const first = cellOf(search, x, y);
  let least = COST_MAX;
  for (let i: u32 = 0; i < cells; i++) least = min(least, knownOf(search, first + i));
  store<u16>(at, <u16>x);
  store<u16>(at, <u16>y, 2);
  store<u32>(at, cells, 4);
  store<u32>(at, least, 8);
  if ((cells & 1) != 0) store<u32>(at + spanSize(cells) - 4, 0);
  let value = at + SPAN_HEADER_SIZE;
  for (let i: u32 = 0; i < cells; i++, value += 2) store<u16>(value, <u16>(knownOf(search, first + i) - least));
}
