/** Turns the chain of nodes that a search left into the runs of an answer. */
import { RUN_SIZE, storeRun } from "./answers";
import { directionOf, stepX, stepY } from "./directions";
import { nodeParent, nodeX, nodeY, Search, setNodeParent } from "./nodes";

/**
 * Writes the runs from the start to `search.goalNode` into [at, end); returns the address behind them, or 0
 * for lack of room.
 */
export function writeRuns(search: Search, at: usize, end: usize): usize {
  let node = reverseChain(search);
  let x = nodeX(search, node);
  let y = nodeY(search, node);
  let direction: u32 = 8;
  let steps: u32 = 0;
  for (node = nodeParent(search, node); node != 0; node = nodeParent(search, node)) {
    const toX = nodeX(search, node);
    const toY = nodeY(search, node);
    // A leg goes diagonally first, then straight.
    while (x != toX || y != toY) {
      const across = <i32>(toX - x);
      const down = <i32>(toY - y);
      const legDirection = directionOf(across, down);
      const legSteps = across == 0 ? abs(down) : down == 0 ? abs(across) : min(abs(across), abs(down));
      x += stepX(legDirection) * legSteps;
      y += stepY(legDirection) * legSteps;
      if (legDirection == direction) {
        steps += legSteps;
        continue;
      }
      if (steps != 0) {
        if (end - at < RUN_SIZE) return 0;
        storeRun(at, direction, steps);
        at += RUN_SIZE;
      }
      direction = legDirection;
      steps = legSteps;
    }
  }
  if (steps == 0) return at;
  if (end - at < RUN_SIZE) return 0;
  storeRun(at, direction, steps);
  return at + RUN_SIZE;
}

/** Turns the links from goal to start around and returns the start's node. */
function reverseChain(search: Search): u32 {
  let before: u32 = 0;
  let node = search.goalNode;
  while (true) {
    const next = nodeParent(search, node);
    setNodeParent(search, node, before);
    if (next == 0) return node;
    before = node;
    node = next;
  }
}
