/**
 * Wrong answers as a dishonest worker would give them, to measure how many `check` catches. Past 300 lines: two thirds
 * of it are the list of lies.
 */
import type { Lie, Subject } from "../../testing/detection.ts";
import { physics } from "../codec.ts";
import { coldStart, ghosts, otherMaterial, silence, silentGhosts } from "./lawful_lies.ts";
import { pile } from "./scenes.ts";
import { type Task, tasksOf } from "./world.ts";

type Tell = Lie<Task>["tell"];

/** Body arrays of a state that a step changes, and the arrays behind them, by name and length. */
interface Section {
  readonly name: string;
  /** First word and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

const HEADER_WORDS = 12;
const POSITION_ARRAYS = 6;
const VELOCITY_ARRAYS = 13;

function below(draw: () => number, bound: number): number {
  return Math.floor(draw() * bound);
}

function wordsOf(bytes: Uint8Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(bytes.buffer, 0, bytes.length / 4);
}

function floatsOf(bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return new Float32Array(bytes.buffer, 0, bytes.length / 4);
}

/** The parts of an output in order, in words. */
export function sectionsOf(output: Uint8Array<ArrayBuffer>): Section[] {
  const words = wordsOf(output);
  const [, bodies, contacts, points] = words as unknown as [number, number, number, number];
  const joints = words[9] as number;
  const stride = Math.ceil(bodies / 4) * 4;
  const lengths: [string, number][] = [
    ["shapes", 6 * stride],
    ["positions", 3 * stride],
    ["orientations", 4 * stride],
    ["velocities", 3 * stride],
    ["spins", 3 * stride],
    ["quiet steps", stride],
    ["pairs and codes", 2 * contacts],
    ["last impulses", 3 * contacts + points],
    ["joints", 17 * joints],
    ["last joint impulses", 6 * joints],
    ["rest impulses", 3 * contacts + points],
    ["mean impulses", 3 * contacts + points],
    ["joint impulses", 18 * joints],
  ];
  let from = HEADER_WORDS;
  return lengths.map(([name, length]) => {
    const section = { name, from, to: from + length };
    from += length;
    return section;
  });
}

/** Indices of the bodies that move. */
function movers(input: Uint8Array): number[] {
  return physics.decodeInput(input).bodies.flatMap((body, i) => body.massKg === 0 ? [] : [i]);
}

function shifted(
  task: Task,
  draw: () => number,
  bodies: readonly number[],
  byM: () => number,
): Uint8Array<ArrayBuffer> {
  const output = task.output.slice();
  const floats = floatsOf(output);
  const stride = Math.ceil((wordsOf(output)[1] as number) / 4) * 4;
  for (const body of bodies) {
    const at = HEADER_WORDS + (POSITION_ARRAYS + below(draw, 3)) * stride + body;
    floats[at] = (floats[at] as number) + byM();
  }
  return output;
}

/** One element, any: half of itself or up to ± 0.5 off. */
const randomElement: Tell = (task, { draw }) => {
  const output = task.output.slice();
  const floats = floatsOf(output);
  const at = HEADER_WORDS + below(draw, floats.length - HEADER_WORDS);
  const old = floats[at] as number;
  floats[at] = old + (draw() - 0.5) * Math.max(1, Math.abs(old));
  return output;
};

/** The answer to another task. */
const staleAnswer: Tell = (_task, { others, draw }) => others[below(draw, others.length)]?.output;

/** The answer to the step before. */
const stepBefore: Tell = (task, { others }) => others[others.indexOf(task) - 1]?.output;

/** Some body a metre from where it is. */
const metreAside: Tell = (task, { draw }) => {
  const bodies = movers(task.input);
  return shifted(task, draw, [bodies[below(draw, bodies.length)] as number], () => 1);
};

/** Some body with a velocity that nothing gave it: the cheat of a game, all else as it was. */
const faster: Tell = (task, { draw }) => {
  const bodies = movers(task.input);
  const output = task.output.slice();
  const stride = Math.ceil((wordsOf(output)[1] as number) / 4) * 4;
  const at = HEADER_WORDS + (VELOCITY_ARRAYS + below(draw, 3)) * stride;
  const floats = floatsOf(output);
  const body = bodies[below(draw, bodies.length)] as number;
  floats[at + body] = (floats[at + body] as number) + 5;
  return output;
};

/** Some body a millimetre off. */
const millimetre: Tell = (task, { draw }) => {
  const bodies = movers(task.input);
  return shifted(task, draw, [bodies[below(draw, bodies.length)] as number], () => 0.001);
};

/** A tenth of the bodies up to a centimetre off. */
const tenthWrong: Tell = (task, { draw }) =>
  shifted(task, draw, movers(task.input).filter(() => draw() < 0.1), () => (draw() - 0.5) * 0.02);

/** No work at all: the input comes back. */
const inputBack: Tell = ({ input }) => {
  const state = physics.decodeInput(input);
  const silent = silence(state.contacts);
  return physics.encodeOutput({ state, rest: silent, mean: silent, jointTotals: [], jointMeans: [] });
};

/** The last bit of any word. */
const lastBit: Tell = (task, { draw }) => {
  const output = task.output.slice();
  const words = wordsOf(output);
  const at = HEADER_WORDS + below(draw, words.length - HEADER_WORDS);
  words[at] = (words[at] as number) ^ 1;
  return output;
};

/** The lowest bit that a number of this section may use. */
function lowestBit(name: string): Tell {
  return (task, { draw }) => {
    const output = task.output.slice();
    const section = sectionsOf(output).find((one) => one.name === name);
    if (section === undefined || section.from === section.to) return undefined;
    const words = wordsOf(output);
    const at = section.from + below(draw, section.to - section.from);
    words[at] = (words[at] as number) ^ (name.endsWith("impulses") ? 0x40 : 1);
    return output;
  };
}

const lies: readonly Lie<Task>[] = [
  { name: "random element", kind: "random element", weight: "matters", least: 0.9, tell: randomElement },
  {
    name: "a body a metre aside",
    kind: "random element",
    weight: "gross",
    least: 0.99,
    tell: metreAside,
  },
  { name: "a body 5 m/s faster", kind: "random element", weight: "matters", least: 0.9, tell: faster },
  {
    name: "stale answer of another task",
    kind: "stale answer",
    weight: "gross",
    least: 0.99,
    tell: staleAnswer,
  },
  { name: "answer of the step before", kind: "stale answer", weight: "gross", least: 0.99, tell: stepBefore },
  { name: "a body shifted by 1 mm", kind: "subtle shift", weight: "fine", least: 0.4, tell: millimetre },
  {
    name: "a tenth of the bodies off",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.9,
    tell: tenthWrong,
  },
  { name: "input sent back", kind: "lazy answer", weight: "gross", least: 0.99, tell: inputBack },
  { name: "last bit of any word", kind: "last bit", weight: "fine", least: 0.6, tell: lastBit },
  {
    name: "no contacts at all, else consistent",
    kind: "lazy answer",
    weight: "gross",
    least: 0.99,
    tell: ghosts(1),
  },
  {
    name: "a tenth of the bodies meet nothing, else consistent",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.99,
    tell: ghosts(0.1),
  },
  {
    name: "gravity only: all contacts are listed, none pushes",
    kind: "lazy answer",
    weight: "gross",
    least: 0.95,
    tell: silentGhosts(1),
  },
  {
    name: "contacts of a tenth of the bodies do not push, else consistent",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.6,
    tell: silentGhosts(0.1),
  },
  {
    name: "contacts of one body in 50 do not push, else consistent",
    kind: "suboptimal",
    weight: "fine",
    least: 0,
    tell: silentGhosts(0.02),
  },
  {
    name: "nothing rubs, else consistent",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.9,
    tell: otherMaterial(() => ({ friction: 0 })),
  },
  {
    name: "half the friction, else consistent",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.7,
    tell: otherMaterial(({ friction }) => ({ friction: friction / 2 })),
  },
  {
    name: "a fifth more friction, else consistent",
    kind: "suboptimal",
    weight: "matters",
    least: 0.7,
    tell: otherMaterial(({ friction }) => ({ friction: friction * 1.2 })),
  },
  {
    name: "a tenth less friction, else consistent",
    kind: "suboptimal",
    weight: "fine",
    least: 0,
    tell: otherMaterial(({ friction }) => ({ friction: friction * 0.9 })),
  },
  {
    name: "dead bodies bounce by half, else consistent",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.6,
    tell: otherMaterial(() => ({ restitution: 0.5 })),
  },
  {
    name: "solved from a cold start, else consistent",
    kind: "suboptimal",
    weight: "fine",
    least: 0,
    tell: coldStart,
  },
  {
    name: "one in 200 meets nothing, else consistent",
    kind: "suboptimal",
    weight: "fine",
    least: 0.6,
    tell: ghosts(0.005),
  },
  {
    name: "lowest bit in positions",
    kind: "last bit",
    weight: "fine",
    least: 0,
    tell: lowestBit("positions"),
  },
  {
    name: "lowest bit in orientations",
    kind: "last bit",
    weight: "fine",
    least: 0,
    tell: lowestBit("orientations"),
  },
  {
    name: "lowest bit in velocities",
    kind: "last bit",
    weight: "fine",
    least: 0,
    tell: lowestBit("velocities"),
  },
  { name: "lowest bit in spins", kind: "last bit", weight: "fine", least: 0, tell: lowestBit("spins") },
  {
    name: "lowest bit in pairs and codes",
    kind: "last bit",
    weight: "fine",
    least: 0.6,
    tell: lowestBit("pairs and codes"),
  },
  {
    name: "lowest used bit in last impulses",
    kind: "last bit",
    weight: "fine",
    least: 0,
    tell: lowestBit("last impulses"),
  },
  {
    name: "lowest used bit in rest impulses",
    kind: "last bit",
    weight: "fine",
    least: 0,
    tell: lowestBit("rest impulses"),
  },
  {
    name: "lowest used bit in mean impulses",
    kind: "last bit",
    weight: "fine",
    least: 0,
    tell: lowestBit("mean impulses"),
  },
];

/** What is measured of the check. */
export const subject: Subject<Task> = {
  kernel: physics.id,
  version: physics.version,
  about: "steps of falling and resting piles of 200 bodies",
  honestTasks(_core, count) {
    const steps = [1, 2, 3].flatMap((seed) => tasksOf(pile(200, seed), 400).slice(60));
    const apart = Math.max(1, Math.floor(steps.length / count));
    return steps.filter((_, i) => i % apart === 0).slice(0, count);
  },
  lies,
};
