// A game server that lets a tower of boxes fall: 60 steps a second, one step in flight. With a coordinator running:
//   deno run --allow-net --allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE examples/physics.ts http://127.0.0.1:8765 KEY
import { type Client, connect, P2c2rError, type PhysicsInput } from "../sdk/mod.ts";
import { box, fixedBox, scene, sphere } from "../sdk/physics.ts";

const stepMs = 1000 / 60;

/** Five boxes on the ground, and a ball on its way to them. */
export const tower: PhysicsInput = scene([
  fixedBox([20, 0.5, 20], { positionM: [0, -0.5, 0] }),
  ...[0, 1, 2, 3, 4].map((n) => box([0.5, 0.5, 0.5], { positionM: [0, 0.5 + n, 0] })),
  sphere(0.6, { positionM: [-6, 2.5, 0], velocityMps: [12, 2, 0] }),
]);

/** Plays `frames` steps at the pace of a game; a step that comes too late is played when it comes. */
export async function play(client: Client, start: PhysicsInput, frames: number): Promise<PhysicsInput> {
  let state = start;
  let late = 0;
  const startMs = performance.now();
  for (let frame = 0; frame < frames; frame++) {
    const dueMs = startMs + (frame + 3) * stepMs;
    const { output, tier } = await client.run("physics", state, { deadlineMs: 1_000 });
    state = output.state;
    const nowMs = performance.now();
    if (nowMs > dueMs) late++;
    if (frame % 30 === 29) console.log(`${((frame + 1) / 60).toFixed(1)} s, ${tier}: ${heights(state)}`);
    const waitMs = startMs + (frame + 1) * stepMs - nowMs;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  console.log(`${frames} steps, ${late} of them late`);
  return state;
}

/** How high each body of the tower is, in metres. */
function heights({ bodies }: PhysicsInput): string {
  return bodies.slice(1).map((body) => body.positionM[1].toFixed(2)).join("  ");
}

if (import.meta.main) {
  const [url = "http://127.0.0.1:8765", apiKey = ""] = Deno.args;
  try {
    await using client = await connect(url, { apiKey });
    await play(client, tower, 180);
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    Deno.exitCode = 1;
  }
}
