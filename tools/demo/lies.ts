// The ways the demo's liar lies, each as a function from an honest output to a false one that still looks like an output.
import { type PathAnswer, pathfind, type PathGrid } from "../../tasks-as/pathfind/codec.ts";
import { physics } from "../../tasks-as/physics/codec.ts";
import type { Random } from "./maps.ts";

/** The lies by name, and the kernels they are told about. */
export const liesByKernel = {
  pathfind: ["random element", "stale answer", "longer path"],
  physics: ["random element", "stale answer", "shifted body", "last bit"],
} as const;

/** A lie's name. */
export type LieName = (typeof liesByKernel)[keyof typeof liesByKernel][number];

/** All names, each once. */
export const lieNames: readonly LieName[] = [...new Set(Object.values(liesByKernel).flat())];

/** What a liar knows when it lies. */
export interface Occasion {
  readonly kernel: string;
  readonly output: Uint8Array;
  /** The first asset of the task, the grid of a path task. */
  readonly asset: Uint8Array | undefined;
  /** An honest answer to another task of the same kernel. */
  readonly earlier: Uint8Array | undefined;
}

/** Tells a lie; null where this one cannot be told of this output. */
export function tell(lie: LieName, occasion: Occasion, random: Random): Uint8Array<ArrayBuffer> | null {
  switch (lie) {
    case "random element":
      return occasion.kernel === "pathfind"
        ? randomCell(occasion.output, random)
        : randomFloat(occasion.output, random);
    case "stale answer":
      return occasion.earlier === undefined ? null : occasion.earlier.slice();
    case "longer path":
      return occasion.asset === undefined
        ? null
        : longerPath(occasion.output, pathfind.decodeGrid(occasion.asset), random);
    case "shifted body":
      return shiftedBody(occasion.output, random);
    case "last bit":
      return lastBit(occasion.output, random);
  }
}

/** One step of one path goes elsewhere. */
function randomCell(output: Uint8Array, random: Random): Uint8Array<ArrayBuffer> | null {
  const bytes = output.slice();
  const { answers } = pathfind.decodeOutput(bytes);
  const runs = bytes.length - 4 - answers.length * 16;
  if (runs < 2) return null;
  const at = 4 + answers.length * 16 + 2 * Math.floor(random() * runs / 2);
  bytes[at] = bytes[at]! ^ (1 + Math.floor(random() * 7));
  return bytes;
}

/** A valid path to the same goal, one little detour longer than the best. */
function longerPath(output: Uint8Array, grid: PathGrid, random: Random): Uint8Array<ArrayBuffer> | null {
  const { answers } = pathfind.decodeOutput(output);
  const first = Math.floor(random() * answers.length);
  for (let turn = 0; turn < answers.length; turn++) {
    const at = (first + turn) % answers.length;
    const longer = withDetour(answers[at]!, grid, random);
    if (longer === null) continue;
    return pathfind.encodeOutput({ answers: answers.map((each, index) => index === at ? longer : each) });
  }
  return null;
}

/** Two equal straight steps become two diagonal ones around the cell between them, where the cells allow it. */
function withDetour(answer: PathAnswer, grid: PathGrid, random: Random): PathAnswer | null {
  if (answer.type !== "found") return null;
  const cells = [...answer.cells];
  const steps = cells.length / 2 - 1;
  const from = Math.floor(random() * steps);
  for (let turn = 0; turn < steps - 1; turn++) {
    const at = 2 * ((from + turn) % (steps - 1));
    const [x0, y0, x1, y1, x2, y2] = cells.slice(at, at + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const straight = (x0 === x2 || y0 === y2) && (x2 - x0 === 2 * (x1 - x0)) && (y2 - y0 === 2 * (y1 - y0));
    if (!straight) continue;
    for (const side of [1, -1]) {
      const [sideX, sideY] = [side * (y1 - y0), side * (x1 - x0)];
      const around = [[x0 + sideX, y0 + sideY], [x1 + sideX, y1 + sideY], [x2 + sideX, y2 + sideY]] as const;
      if (!around.every(([x, y]) => isFree(grid, x, y))) continue;
      cells.splice(at + 2, 2, x1 + sideX, y1 + sideY);
      return {
        ...answer,
        straight: answer.straight - 2,
        diagonal: answer.diagonal + 2,
        cells: Uint16Array.from(cells),
      };
    }
  }
  return null;
}

function isFree(grid: PathGrid, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < grid.width && y < grid.height && grid.free[y * grid.width + x] === 1;
}

/** One number of one body is another one. */
function randomFloat(output: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const decoded = physics.decodeOutput(output);
  const body = Math.floor(random() * decoded.state.bodies.length);
  const value = random() * 20 - 10;
  return physics.encodeOutput({ ...decoded, state: movedBody(decoded.state, body, [value, null, null]) });
}

/** One moving body stands a millimetre beside where it should. */
function shiftedBody(output: Uint8Array, random: Random): Uint8Array<ArrayBuffer> | null {
  const decoded = physics.decodeOutput(output);
  const moving = decoded.state.bodies.flatMap((body, at) => body.massKg > 0 ? [at] : []);
  const body = moving[Math.floor(random() * moving.length)];
  if (body === undefined) return null;
  const x = decoded.state.bodies[body]!.positionM[0] + 0.001;
  return physics.encodeOutput({ ...decoded, state: movedBody(decoded.state, body, [x, null, null]) });
}

type State = ReturnType<typeof physics.decodeOutput>["state"];

function movedBody(
  state: State,
  at: number,
  to: readonly [number | null, number | null, number | null],
): State {
  const bodies = state.bodies.map((body, index) => {
    if (index !== at) return body;
    const [x, y, z] = body.positionM;
    return { ...body, positionM: [to[0] ?? x, to[1] ?? y, to[2] ?? z] as const };
  });
  return { ...state, bodies };
}

/** The lowest bit of one 32-bit float of one moving body: positions, orientation, velocities. */
function lastBit(output: Uint8Array, random: Random): Uint8Array<ArrayBuffer> | null {
  const bytes = output.slice();
  const { bodies } = physics.decodeOutput(bytes).state;
  const moving = bodies.flatMap((body, at) => body.massKg > 0 ? [at] : []);
  const body = moving[Math.floor(random() * moving.length)];
  if (body === undefined) return null;
  const stride = Math.ceil(bodies.length / 4) * 16;
  const array = 6 + Math.floor(random() * 13);
  const at = 48 + array * stride + body * 4;
  bytes[at] = bytes[at]! ^ 1;
  return bytes;
}
