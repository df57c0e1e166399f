// The map that a person gave the demo, read before anything is started and again by the backend that plays on it.
import { P2c2rError } from "../../protocol/mod.ts";
import { type GameMap, largestPart, parseMovingAi } from "./maps.ts";

/** On fewer cells the same problems come up again and again, and are answered from the cache. */
const cellsMin = 400;

/** Reads a Moving AI `.map` file. @throws P2c2rError `config.invalid` when there is none or nobody can walk on it */
export async function readMap(path: string): Promise<GameMap> {
  try {
    const map = parseMovingAi(path.split("/").at(-1) ?? path, await Deno.readTextFile(path));
    const cells = largestPart(map).reduce((sum, each) => sum + each, 0);
    if (cells < cellsMin) {
      const state = `the largest part of ${map.name} has ${cells} cells, at least ${cellsMin} are needed`;
      throw new P2c2rError("config.invalid", `Cannot start demo: ${state}`);
    }
    return map;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const known = cause instanceof P2c2rError;
    throw new P2c2rError("config.invalid", known ? cause.message : `Cannot start demo: ${cause.message}`, {
      hint: "Give --map a Moving AI .map file with free cells.",
      cause,
    });
  }
}
