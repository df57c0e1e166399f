/** Wrong answers as a dishonest worker would give them, to measure how many `check` catches. */
import { type Body, type Contact, type Impulses, physics, type PhysicsInput } from "../codec.ts";
import { stepBytes, type Task } from "./world.ts";

/** Makes a lie about a task; undefined when this one cannot be told here. */
export type Lie = (
  task: Task,
  others: readonly Task[],
  draw: () => number,
) => Uint8Array<ArrayBuffer> | undefined;

/** Body arrays of a state that a step changes, and the arrays behind them, by name and length. */
interface Section {
  readonly name: string;
  /** First word and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

const HEADER_WORDS = 12;
const POSITION_ARRAYS = 6;

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
  const stride = Math.ceil(bodies / 4) * 4;
  const lengths: [string, number][] = [
    ["shapes", 6 * stride],
    ["positions", 3 * stride],
    ["orientations", 4 * stride],
    ["velocities", 3 * stride],
    ["spins", 3 * stride],
    ["pairs and codes", 2 * contacts],
    ["last impulses", 3 * contacts + points],
    ["rest impulses", 3 * contacts + points],
    ["mean impulses", 3 * contacts + points],
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
const randomElement: Lie = (task, _others, draw) => {
  const output = task.output.slice();
  const floats = floatsOf(output);
  const at = HEADER_WORDS + below(draw, floats.length - HEADER_WORDS);
  const old = floats[at] as number;
  floats[at] = old + (draw() - 0.5) * Math.max(1, Math.abs(old));
  return output;
};

/** The answer to another task. */
const staleAnswer: Lie = (_task, others, draw) => others[below(draw, others.length)]?.output;

/** The answer to the step before. */
const stepBefore: Lie = (task, others) => others[others.indexOf(task) - 1]?.output;

/** Some body a millimetre off. */
const millimetre: Lie = (task, _others, draw) => {
  const bodies = movers(task.input);
  return shifted(task, draw, [bodies[below(draw, bodies.length)] as number], () => 0.001);
};

/** A tenth of the bodies up to a centimetre off. */
const tenthWrong: Lie = (task, _others, draw) =>
  shifted(task, draw, movers(task.input).filter(() => draw() < 0.1), () => (draw() - 0.5) * 0.02);

function silence(contacts: readonly Contact[]): Impulses[] {
  return contacts.map(({ normals }) => ({ rubs: [0, 0, 0], normals: normals.map(() => 0) }));
}

/** No work at all: the input comes back. */
const inputBack: Lie = ({ input }) => {
  const state = physics.decodeInput(input);
  return physics.encodeOutput({ state, rest: silence(state.contacts), mean: silence(state.contacts) });
};

/** The last bit of any word. */
const lastBit: Lie = (task, _others, draw) => {
  const output = task.output.slice();
  const words = wordsOf(output);
  const at = HEADER_WORDS + below(draw, words.length - HEADER_WORDS);
  words[at] = (words[at] as number) ^ 1;
  return output;
};

/** The lowest bit that a number of this section may use. */
function lowestBit(name: string): Lie {
  return (task, _others, draw) => {
    const output = task.output.slice();
    const section = sectionsOf(output).find((one) => one.name === name);
    if (section === undefined || section.from === section.to) return undefined;
    const words = wordsOf(output);
    const at = section.from + below(draw, section.to - section.from);
    words[at] = (words[at] as number) ^ (name.endsWith("impulses") ? 0x40 : 1);
    return output;
  };
}

/** Chosen bodies meet nothing, all else is computed in earnest: a lie that obeys the law of motion. */
function ghosts(share: number): Lie {
  return ({ input }, _others, draw) => {
    const state = physics.decodeInput(input);
    const isGhost = state.bodies.map((body) => body.massKg !== 0 && draw() < share);
    if (!isGhost.includes(true)) return undefined;
    const solid = state.bodies.flatMap((_, i) => isGhost[i] ? [] : [i]);
    const renamed = new Map(solid.map((body, i) => [body, i]));
    const contacts = state.contacts.flatMap((contact): Contact[] => {
      const first = renamed.get(contact.first);
      const second = renamed.get(contact.second);
      return first === undefined || second === undefined ? [] : [{ ...contact, first, second }];
    });
    const bodies = solid.map((i) => state.bodies[i] as Body);
    const rest = physics.decodeOutput(stepBytes(physics.encodeInput({ ...state, bodies, contacts })));
    const alone = (body: Body): Body =>
      physics.decodeInput(
        physics.nextInput(stepBytes(physics.encodeInput({ ...state, bodies: [body], contacts: [] }))),
      ).bodies[0] as Body;
    const next: PhysicsInput = {
      ...state,
      bodies: state.bodies.map((body, i) =>
        isGhost[i] ? alone(body) : rest.state.bodies[renamed.get(i) ?? 0] as Body
      ),
      contacts: rest.state.contacts.map((contact) => ({
        ...contact,
        first: solid[contact.first] as number,
        second: solid[contact.second] as number,
      })),
    };
    return physics.encodeOutput({ ...rest, state: next });
  };
}

/** All lies, with the share that `check` must catch; 0 where it is only measured. */
export const lies: readonly { readonly name: string; readonly lie: Lie; readonly least: number }[] = [
  { name: "random element", lie: randomElement, least: 0.99 },
  { name: "stale answer of another task", lie: staleAnswer, least: 0.99 },
  { name: "answer of the step before", lie: stepBefore, least: 0.99 },
  { name: "a body shifted by 1 mm", lie: millimetre, least: 0.99 },
  { name: "a tenth of the bodies off", lie: tenthWrong, least: 0.99 },
  { name: "input sent back", lie: inputBack, least: 0.99 },
  { name: "last bit of any word", lie: lastBit, least: 0.95 },
  { name: "no contacts at all, else consistent", lie: ghosts(1), least: 0.99 },
  { name: "a tenth of the bodies meet nothing, else consistent", lie: ghosts(0.1), least: 0.99 },
  { name: "one in 200 meets nothing, else consistent", lie: ghosts(0.005), least: 0.6 },
  { name: "lowest bit in positions", lie: lowestBit("positions"), least: 0.99 },
  { name: "lowest bit in orientations", lie: lowestBit("orientations"), least: 0.99 },
  { name: "lowest bit in velocities", lie: lowestBit("velocities"), least: 0.99 },
  { name: "lowest bit in spins", lie: lowestBit("spins"), least: 0.99 },
  { name: "lowest bit in pairs and codes", lie: lowestBit("pairs and codes"), least: 0.6 },
  { name: "lowest used bit in last impulses", lie: lowestBit("last impulses"), least: 0 },
  { name: "lowest used bit in rest impulses", lie: lowestBit("rest impulses"), least: 0 },
  { name: "lowest used bit in mean impulses", lie: lowestBit("mean impulses"), least: 0 },
];
