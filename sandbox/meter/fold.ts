// Fewer charges for the same work. A small segment is charged by the one in front of it, whether it runs or not; the
// head of a loop by what leads to it, so that a loop of one piece is charged once a turn; and a loop whose turns are
// known before the first one by what stands in front of it, once.
import { turnsKnown } from "./counted.ts";
import type { Turns } from "./counted.ts";
import type { Loop, Segment, Segments } from "./segments.ts";

/** Largest segment that is charged by another one, and the most that one of them takes on, in fuel. */
export const FOLD_MAX = 24;
/** The most that a loop may cost which is part of a segment like an instruction. */
const KNOWN_MAX = 4_096;

/** Where a charge stands and how much it takes. */
export interface Charge {
  readonly at: number;
  readonly cost: number;
  readonly checked: boolean;
}

/** A charge for all turns of a loop, in front of its instruction. */
export interface Ahead {
  readonly at: number;
  readonly turns: Turns;
  readonly perTurn: number;
}

/** What a function is charged. */
export interface Charges {
  /** In the order of their places. */
  readonly charges: readonly Charge[];
  readonly aheads: ReadonlyMap<number, Ahead>;
  /** A loop is left that is charged turn by turn. */
  readonly hasTurns: boolean;
}

/** The charges of a function. `foldMax` 0 charges exactly what runs. */
export function chargesOf({ segments, loops }: Segments, foldMax: number = FOLD_MAX): Charges {
  const counted = new Map(loops.filter(isAhead).map((loop) => [loop.head, loop]));
  const turns = new Set([...counted.values()].map((loop) => loop.turn));
  const aheads = new Map<number, Ahead>();
  // Children come behind their parents, so the last one has everything folded into it that it will have.
  for (const segment of segments.toReversed()) {
    const loop = counted.get(segment);
    if (loop === undefined) {
      if (!turns.has(segment)) fold(segment, foldMax);
      continue;
    }
    const ahead = settle(loop);
    if (ahead !== undefined) aheads.set(ahead.at, ahead);
  }
  const others = loops.filter((loop) => !counted.has(loop.head));
  for (const loop of others) rotate(loop);
  for (const segment of segments) {
    if (!segment.gone && counted.has(rootOf(segment))) segment.checked = true;
  }
  const charges = segments.filter((segment) => !segment.gone && segment.cost > 0).sort((a, b) => a.at - b.at);
  return { charges, aheads, hasTurns: others.length > 0 };
}

function fold(segment: Segment, foldMax: number): void {
  const { parent, arm, cost } = segment;
  if (parent === null || cost > foldMax) return;
  // Of two arms one runs: the dearer one covers the other.
  const more = Math.max(0, cost - (arm?.charged ?? 0));
  if (parent.folded + more > 2 * foldMax) return;
  if (arm !== undefined) arm.charged = Math.max(arm.charged, cost);
  parent.cost += more;
  parent.folded += more;
  segment.gone = true;
}

/** Whether a loop's counted turns are those that the cutting found. */
function isAhead({ counted, turn, turns, head }: Loop): boolean {
  if (counted === undefined || turns.length !== 1) return false;
  return turns[0] === (counted.guardAt === undefined ? head : turn);
}

/** Leaves a counted loop to what stands in front of it: its last comparison, or its first turn, and all other turns. */
function settle({ at, before, head, turn, counted }: Loop): Ahead | undefined {
  if (counted === undefined) return undefined;
  const perTurn = head.cost + (turn?.cost ?? 0);
  before.cost += head.cost;
  head.gone = true;
  if (turn !== undefined) turn.gone = true;
  const known = turnsKnown(counted);
  if (known === undefined || known * perTurn > KNOWN_MAX) return { at, turns: counted.turns, perTurn };
  before.cost += known * perTurn;
  return undefined;
}

/** The segment of a function's entry or a loop's head that a segment belongs to. */
function rootOf(segment: Segment): Segment {
  let root = segment;
  while (root.parent !== null) root = root.parent;
  return root;
}

/**
 * A loop's head runs once for the code in front of the loop and once for each jump back. Where all jumps stand in
 * segments with charges of their own, these take the head's cost: as exact, and one charge a turn less.
 */
function rotate({ before, head, turns, plain }: Loop): void {
  if (!plain || before.gone || head.gone) return;
  if (turns.some((turn) => turn === head || turn.gone || turn.cost === 0)) return;
  before.cost += head.cost;
  for (const turn of turns) {
    turn.cost += head.cost;
    turn.checked = true;
  }
  head.gone = true;
}
