/** The lies about paths that are measured, and the tasks they are told about. */
import type { Lie, Subject } from "../../testing/detection.ts";
import { pathfind } from "../codec.ts";
import { gameMaps, makeProblem, type Problem } from "./problems.ts";
import {
  greedySearch,
  lazilyUnreachable,
  localDetour,
  one,
  oneBit,
  otherRoute,
  randomElement,
  staleAnswer,
  staleElement,
  tenth,
  wrongCounts,
} from "./spoilers.ts";

/**
 * A path by another route is right in every part and only longer as a whole: solving again finds it, and
 * solving again is what recheck is for.
 */
const lies: readonly Lie<Problem>[] = [
  {
    name: "one cell of one path moved",
    kind: "random element",
    weight: "gross",
    least: 1,
    tell: one(randomElement),
  },
  {
    name: "one path with wrong numbers of steps",
    kind: "random element",
    weight: "gross",
    least: 1,
    tell: one(wrongCounts),
  },
  {
    name: "answer to another task on the map",
    kind: "stale answer",
    weight: "gross",
    least: 1,
    tell: staleAnswer,
  },
  {
    name: "one path to another goal",
    kind: "stale answer",
    weight: "gross",
    least: 1,
    tell: one(staleElement),
  },
  {
    name: "one pair said to be unreachable",
    kind: "lazy answer",
    weight: "gross",
    least: 1,
    tell: one(lazilyUnreachable),
  },
  {
    name: "all paths by a greedy search",
    kind: "lazy answer",
    weight: "gross",
    least: 1,
    tell: greedySearch,
  },
  {
    name: "one path with a detour of up to 8 cells",
    kind: "subtle shift",
    weight: "matters",
    least: 0.97,
    tell: one(localDetour),
  },
  { name: "one bit", kind: "last bit", weight: "fine", least: 1, tell: oneBit },
  {
    name: "one path by another route",
    kind: "suboptimal",
    weight: "fine",
    least: 0.15,
    tell: one(otherRoute),
  },
  {
    name: "a tenth of the paths, kinds mixed",
    kind: "a tenth wrong",
    weight: "gross",
    least: 0.99,
    tell: tenth(randomElement, staleElement, lazilyUnreachable, localDetour),
  },
  {
    name: "a tenth of the paths with detours",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.99,
    tell: tenth(localDetour),
  },
  {
    name: "a tenth of the paths by other routes",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.3,
    tell: tenth(otherRoute),
  },
];

/** What is measured of the check. */
export const subject: Subject<Problem> = {
  kernel: pathfind.id,
  version: pathfind.version,
  about: "16 pairs on maps of 256 × 256: caves, rooms and mazes",
  honestTasks(core, count, draw) {
    const maps = [...gameMaps(256, draw).values()].map((map) => ({ map, grid: pathfind.encodeGrid(map) }));
    return Array.from({ length: count }, (_, i) => {
      const { map, grid } = maps[i % maps.length] as (typeof maps)[number];
      return makeProblem(core, map, grid, draw);
    });
  },
  lies,
};
