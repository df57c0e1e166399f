// A game server that sends a crowd to the nearest of two exits: one field, and every agent only looks up its direction.
//   deno run --allow-net --allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE examples/crowd.ts http://127.0.0.1:8765 KEY
import { type Client, connect, type FlowfieldOutput, P2c2rError } from "../sdk/mod.ts";
import { AT_GOAL, flowfield, NO_WAY, STEPS } from "../sdk/flowfield.ts";
import { pathfind } from "../sdk/pathfind.ts";

/** `#` is a wall, `~` is mud that costs six times as much as the floor. */
const map = [
  "########################",
  "#..........#...........#",
  "#.####.....#.....####..#",
  "#....#..~~~~~~~..#.....#",
  "#....#..~~~~~~~..#.....E",
  "#.####..~~~~~~~..####..#",
  "E..........#...........#",
  "########################",
];
const width = map[0]!.length;
const cells = [...map.join("")];
const costs = Uint8Array.from(cells, (cell) => cell === "#" ? 0 : cell === "~" ? 6 : 1);
const exits = cells.flatMap((cell, i) => cell === "E" ? [{ x: i % width, y: Math.floor(i / width) }] : []);

/** Asks for the field towards all exits. */
export async function planCrowd(client: Client): Promise<FlowfieldOutput> {
  const grid = await client.asset(pathfind.encodeCostGrid({ width, height: map.length, costs }));
  const { output, tier, verified, latencyMs } = await client.run("flowfield", { goals: exits }, {
    deadlineMs: 2_000, // a game's own would be near 50; the first task of all also loads the map
    assets: [grid],
  });
  console.log(
    `a field towards ${exits.length} exits from ${tier}, ${verified}, in ${latencyMs.toFixed(1)} ms`,
  );
  return output;
}

/** How many steps an agent takes from a cell to its exit. */
export function stepsFrom(field: FlowfieldOutput, x: number, y: number): number {
  let steps = 0;
  for (let at = y * width + x; field.directions[at] !== AT_GOAL; steps++) {
    const [dx, dy] = STEPS[field.directions[at]!]!;
    at += dy * width + dx;
  }
  return steps;
}

/** The field, an arrow per cell. */
export function arrows(field: FlowfieldOutput): string {
  const signs = [..."→↘↓↙←↖↑↗"];
  const sign = (step: number) => step === NO_WAY ? "#" : step === AT_GOAL ? "E" : signs[step]!;
  const text = [...field.directions].map(sign).join("");
  return map.map((_, y) => text.slice(y * width, (y + 1) * width)).join("\n");
}

if (import.meta.main) {
  const [url = "http://127.0.0.1:8765", apiKey = ""] = Deno.args;
  try {
    await using client = await connect(url, { apiKey });
    const field = await planCrowd(client);
    console.log(arrows(field));
    console.log(
      `an agent at 2,1 is out after ${stepsFrom(field, 2, 1)} steps (${flowfield.id} ${flowfield.version})`,
    );
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    Deno.exitCode = 1;
  }
}
