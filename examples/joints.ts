// A door on its hinge, a lantern on a rope and a wrecking ball on a rod: joints of the physics kernel, and how a game
// takes what it shows from the state. With a coordinator running:
//   deno run --allow-net --allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE examples/joints.ts http://127.0.0.1:8765 KEY
import { type Client, connect, P2c2rError, type PhysicsInput } from "../sdk/mod.ts";
import { box, distance, fixedBox, hinge, scene, sphere } from "../sdk/physics.ts";

const post = 1, door = 2, beam = 3, lantern = 4, wreckingBall = 5;
/** Where the rope of the lantern is tied to the beam, and to the lantern's top. */
const hook = [2, 3.9, -1] as const;
const ring = [2, 3.05, -1] as const;

/** The rod's ball swings down and slams the door, which opens by at most 100 degrees. */
export function courtyard(): PhysicsInput {
  const bodies = [
    fixedBox([20, 0.5, 20], { positionM: [0, -0.5, 0] }),
    fixedBox([0.1, 1, 0.1], { positionM: [-0.6, 1, 0] }),
    box([0.5, 0.95, 0.04], { positionM: [0, 1, 0], densityKgPerM3: 300 }),
    fixedBox([3, 0.1, 0.1], { positionM: [0, 4, -1] }),
    sphere(0.15, { positionM: [2, 2.9, -1], velocityMps: [0, 0, 1] }),
    sphere(0.25, { positionM: [0.2, 3.5, -3.4], densityKgPerM3: 500 }),
  ];
  return scene(bodies, {
    joints: [
      hinge(bodies, [post, door], { pointM: [-0.5, 1, 0], axis: [0, 1, 0], limitsRad: [-1.745, 1.745] }),
      distance(bodies, [beam, lantern], { pointsM: [hook, ring], lengthM: [0, 0.85] }),
      distance(bodies, [beam, wreckingBall], { pointsM: [[0.2, 3.9, -1], [0.2, 3.5, -3.4]] }),
    ],
  });
}

/** Runs `frames` steps one after the other; says twice a second how things hang. */
export async function swing(client: Client, start: PhysicsInput, frames: number): Promise<PhysicsInput> {
  let state = start;
  for (let frame = 1; frame <= frames; frame++) {
    const { output, tier } = await client.run("physics", state, { deadlineMs: 1_000 });
    state = output.state;
    if (frame % 30 === 0) console.log(`${(frame / 60).toFixed(1)} s, ${tier}: ${words(state)}`);
  }
  return state;
}

/** How far a body has turned about the upright axis, in degrees. */
function turnedDegrees([, y, , w]: readonly [number, number, number, number]): number {
  return 2 * Math.atan2(y, w) * 180 / Math.PI;
}

function words({ bodies }: PhysicsInput): string {
  const angle = Math.abs(turnedDegrees(bodies[door]!.orientation));
  const [x, y, z] = bodies[lantern]!.positionM;
  const below = Math.hypot(x - hook[0], y - hook[1], z - hook[2]);
  return `door open by ${angle.toFixed(0)} degrees, lantern ${below.toFixed(1)} m from its hook`;
}

if (import.meta.main) {
  const [url = "http://127.0.0.1:8765", apiKey = ""] = Deno.args;
  try {
    await using client = await connect(url, { apiKey });
    await swing(client, courtyard(), 180);
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    console.error(`${error.code}: ${error.message}\n${error.hint}`);
    Deno.exitCode = 1;
  }
}
