// The demo's physics: piles of 200 bodies, sixty steps a second, one step in flight per pile, as a game would run them.
import { type Body, box, fixedBox, physics, scene, sphere } from "../../tasks-as/physics/codec.ts";
import { type Client, P2c2rError } from "../../sdk/mod.ts";
import { untilPeersAnswer } from "./loading.ts";
import type { Random } from "./maps.ts";
import type { Records } from "./records.ts";

/**
 * How many piles, how many bodies in each, for how many seconds of the game. A frame is asked for a sixtieth of a second
 * after the one before it was, and due `slackFrames` later.
 */
export const pileTasks = { piles: 3, bodies: 200, seconds: 10, framesPerS: 60, slackFrames: 3 } as const;

/** A step that comes after its frame was due is late, and counted so; but the pile still needs it, for so long. */
const lateMs = 50;
const frameMs = 1000 / pileTasks.framesPerS;
const frames = pileTasks.seconds * pileTasks.framesPerS;
/** Frames kept for the picture. */
export const momentFrames = [0, 30, 60, 100, 180, frames - 1] as const;

/** A moment of a pile. */
export interface Moment {
  readonly frame: number;
  readonly bodies: readonly Body[];
}

/** The bodies of a pile before the first step: a floor, four low walls, and columns of boxes and balls above them. */
export function pileScene(random: Random): Uint8Array<ArrayBuffer> {
  const bodies: Body[] = [fixedBox([20, 0.5, 20], { positionM: [0, -0.5, 0] })];
  const wall = 3.4;
  for (const [x, z] of [[wall, 0], [-wall, 0], [0, wall], [0, -wall]] as const) {
    const half = x === 0 ? [wall + 0.2, 0.6, 0.2] as const : [0.2, 0.6, wall + 0.2] as const;
    bodies.push(fixedBox(half, { positionM: [x, 0.6, z] }));
  }
  for (let no = 0; no < pileTasks.bodies; no++) {
    const jitter = () => (random() - 0.5) * 0.25;
    const [column, layer] = [no % 25, Math.floor(no / 25)];
    const positionM = [
      (column % 5 - 2) * 0.95 + jitter(),
      0.7 + layer * 0.95 + jitter(),
      (Math.floor(column / 5) - 2) * 0.95 + jitter(),
    ] as const;
    const size = 0.22 + random() * 0.16;
    bodies.push(
      random() < 0.5
        ? sphere(size, { positionM })
        : box([size, size * (0.7 + 0.5 * random()), size], { positionM, orientation: anyRotation(random) }),
    );
  }
  return physics.encodeInput(scene(bodies));
}

/** One pile from its first frame to its last. */
export class PileWork {
  readonly #client: Client;
  readonly #records: Records;
  #state: Uint8Array;
  readonly moments: Moment[] = [];
  frame = 0;
  #byPeer = false;

  constructor(client: Client, records: Records, state: Uint8Array) {
    this.#client = client;
    this.#records = records;
    this.#state = state;
  }

  /** Lets the bodies begin to fall while nobody looks yet, until the fleet is ready. */
  async load(): Promise<void> {
    this.#keepMoment();
    await untilPeersAnswer(async (deadlineMs) => {
      await this.#advance(performance.now() + deadlineMs);
      return this.#byPeer;
    });
  }

  /**
   * Resolves after the last frame. A step without an answer is asked for again: the pile must go on. After one that is
   * late the game's clock goes on from there, as games do: it stands for a moment instead of racing after the world's.
   */
  async run(wait: (ms: number) => Promise<void>): Promise<void> {
    let releaseMs = performance.now();
    while (this.frame < frames) {
      await wait(Math.max(0, releaseMs - performance.now()));
      const dueMs = releaseMs + pileTasks.slackFrames * frameMs;
      await this.#advance(dueMs);
      const nowMs = performance.now();
      releaseMs = nowMs <= dueMs ? releaseMs + frameMs : nowMs;
    }
  }

  async #advance(dueMs: number): Promise<void> {
    const next = await this.#step(dueMs);
    if (next === null) return;
    this.#state = next;
    this.frame++;
    this.#keepMoment();
  }

  async #step(dueMs: number): Promise<Uint8Array | null> {
    const startMs = performance.now();
    const deadlineMs = Math.max(0, Math.floor(dueMs - startMs)) + lateMs;
    const task = { kernel: "physics", input: this.#state, map: null } as const;
    try {
      const answer = await this.#client.runRaw("physics", this.#state, {
        deadlineMs,
      });
      const nowMs = performance.now();
      this.#records.answered({ ...task, latencyMs: nowMs - startMs, met: nowMs <= dueMs }, answer);
      this.#byPeer = answer.tier === "peer";
      return physics.nextInput(answer.output);
    } catch (cause) {
      if (!(cause instanceof P2c2rError)) throw cause;
      this.#byPeer = false;
      this.#records.failed({ ...task, latencyMs: performance.now() - startMs }, cause);
      return null;
    }
  }

  #keepMoment(): void {
    if (!momentFrames.some((each) => each === this.frame)) return;
    this.moments.push({ frame: this.frame, bodies: physics.decodeInput(this.#state).bodies });
  }
}

/** A uniform random rotation (Shoemake, "Uniform random rotations", 1992). */
function anyRotation(random: Random): readonly [number, number, number, number] {
  const [u, v, w] = [random(), 2 * Math.PI * random(), 2 * Math.PI * random()];
  const [a, b] = [Math.sqrt(1 - u), Math.sqrt(u)];
  return [a * Math.sin(v), a * Math.cos(v), b * Math.sin(w), b * Math.cos(w)];
}
