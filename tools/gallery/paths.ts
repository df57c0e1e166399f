// Paths on a game map, coloured by who found them.
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { demoMaps, freeCell, largestPart, type Random, seeded } from "../demo/maps.ts";
import type { FoundPath } from "../demo/path_work.ts";
import { drawPaths } from "../demo/pictures.ts";
import type { Drawn, Studio } from "./picture.ts";
import { rehearse } from "./rehearsal.ts";

const pairsEach = 16;

/** Batches of questions about one map. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  const { asker, small, seed, finders, progress } = studio;
  const random = seeded(seed);
  const map = demoMaps(random)[0]!;
  const part = largestPart(map);
  const grid = await asker.client.asset(pathfind.encodeGrid(map));
  const ask = (draw: Random) => {
    const pairs = Array.from({ length: pairsEach }, () => {
      const [[startX, startY], [goalX, goalY]] = [freeCell(map, part, draw), freeCell(map, part, draw)];
      return { startX, startY, goalX, goalY };
    });
    return asker.ask("pathfind", { pairs }, { assets: [grid] });
  };
  const rehearsed = seeded(seed + 1);
  await rehearse(studio, "paths", () => ask(rehearsed));
  const batches = small ? 8 : 120;
  const found: FoundPath[] = [];
  let done = 0;
  await Promise.all(Array.from({ length: batches }, async () => {
    const { output, source } = await ask(random);
    for (const answer of output.answers) {
      if (answer.type === "found") found.push({ cells: answer.cells, source });
    }
    progress("paths", ++done, batches);
  }));
  return [{
    file: "paths.png",
    title: "Shortest paths",
    caption: `Some of ${found.length} shortest paths on a map of ${map.width} × ${map.height} cells, ` +
      `each in the colour of who found it.`,
    kernels: ["pathfind"],
    canvas: drawPaths(map, found, finders),
  }];
}
