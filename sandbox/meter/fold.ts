// Fewer charges for the same work. A small segment is charged by the one in front of it, whether it runs or not; and
// the head of a loop by what leads to it, so that a loop of one piece is charged once a turn.
import type { Segment, Segments } from "./segments.ts";

/** Largest segment that is charged by another one, and the most that one of them takes on, in fuel. */
export const FOLD_MAX = 24;
const FOLDED_MAX = 2 * FOLD_MAX;

/** Where a charge stands and how much it takes. */
export interface Charge {
  readonly at: number;
  readonly cost: number;
  readonly checked: boolean;
}

/** The charges of a function, in the order of their places. `foldMax` 0 charges exactly what runs. */
export function chargesOf(segments: Segments, foldMax: number = FOLD_MAX): Charge[] {
  // Children come behind their parents, so the last one has everything folded into it that it will have.
  for (const segment of segments.segments.toReversed()) fold(segment, foldMax);
  for (const loop of segments.loops) rotate(loop);
  return segments.segments.filter((segment) => !segment.gone && segment.cost > 0)
    .sort((a, b) => a.at - b.at);
}

function fold(segment: Segment, foldMax: number): void {
  const { parent, arm, cost } = segment;
  if (parent === null || cost > foldMax) return;
  // Of two arms one runs: the dearer one covers the other.
  const more = Math.max(0, cost - (arm?.charged ?? 0));
  if (parent.folded + more > FOLDED_MAX) return;
  if (arm !== undefined) arm.charged = Math.max(arm.charged, cost);
  parent.cost += more;
  parent.folded += more;
  segment.gone = true;
}

/**
 * A loop's head runs once for the code in front of the loop and once for each jump back. Where all jumps stand in
 * segments with charges of their own, these take the head's cost: as exact, and one charge a turn less.
 */
function rotate({ before, head, turns, plain }: Segments["loops"][number]): void {
  if (!plain || before.gone || head.gone) return;
  if (turns.some((turn) => turn === head || turn.gone || turn.cost === 0)) return;
  before.cost += head.cost;
  for (const turn of turns) {
    turn.cost += head.cost;
    turn.checked = true;
  }
  head.gone = true;
}
