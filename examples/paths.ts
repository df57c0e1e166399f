// A game server that asks for paths on a small map and draws one of them. With a coordinator running:
//   deno run --allow-net --allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE examples/paths.ts http://127.0.0.1:8765 KEY
import { type Client, connect, P2c2rError, type PathPair } from "../sdk/mod.ts";
import { type PathAnswer, pathfind } from "../sdk/pathfind.ts";

const map = [
  "........................",
  ".######.#########.#####.",
  ".#....#.#.......#.#...#.",
  ".#.##.#.#.#####.#.#.#.#.",
  ".#..#...#.#...#...#.#...",
  ".##.#####.#.#.#####.###.",
  "....#.......#.........#.",
  ".##.#.#####.#########.#.",
  ".#......#.............#.",
  ".######################.",
];
const width = map[0]!.length;
const free = Uint8Array.from(map.join(""), (cell) => cell === "." ? 1 : 0);

const guards: readonly PathPair[] = [
  { startX: 0, startY: 0, goalX: 11, goalY: 4 },
  { startX: 23, startY: 0, goalX: 2, goalY: 2 },
  { startX: 12, startY: 8, goalX: 23, goalY: 9 },
  { startX: 1, startY: 1, goalX: 5, goalY: 5 },
];

/** Asks for all guards' paths in one task. */
export async function planPaths(client: Client): Promise<readonly PathAnswer[]> {
  const grid = await client.asset(pathfind.encodeGrid({ width, height: map.length, free }));
  const { output, tier, verified, latencyMs } = await client.run("pathfind", { pairs: guards }, {
    deadlineMs: 2_000, // a game's own would be near 50; the first task of all also loads the map
    assets: [grid],
  });
  console.log(`${guards.length} paths from ${tier}, ${verified}, in ${latencyMs.toFixed(1)} ms`);
  return output.answers;
}

/** The map with one path on it. */
export function drawn(answer: PathAnswer): string {
  const rows = map.map((row) => [...row]);
  if (answer.type === "found") {
    for (let i = 0; i < answer.cells.length; i += 2) rows[answer.cells[i + 1]!]![answer.cells[i]!] = "o";
  }
  return rows.map((row) => row.join("")).join("\n");
}

if (import.meta.main) {
  const [url = "http://127.0.0.1:8765", apiKey = ""] = Deno.args;
  try {
    await using client = await connect(url, { apiKey });
    const answers = await planPaths(client);
    answers.forEach((answer, i) => {
      const found = answer.type === "found" ? `${answer.straight} + ${answer.diagonal}·√2` : answer.type;
      console.log(`guard ${i + 1}: ${found}`);
    });
    console.log(drawn(answers[0]!));
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    Deno.exitCode = 1;
  }
}
