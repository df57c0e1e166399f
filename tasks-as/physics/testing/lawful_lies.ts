/** Wrong answers that obey the laws of motion and of contact: impulses and motion agree, and yet it is another motion. */
import type { Lie } from "../../testing/detection.ts";
import {
  type Body,
  type Contact,
  type Impulses,
  physics,
  type PhysicsInput,
  type PhysicsOutput,
} from "../codec.ts";
import { stepBytes, type Task } from "./world.ts";

type Tell = Lie<Task>["tell"];

/** Impulses of zero for contacts. */
export function silence(contacts: readonly Contact[]): Impulses[] {
  return contacts.map(({ normals }) => ({ rubs: [0, 0, 0], normals: normals.map(() => 0) }));
}

/** What moves the ghosts and what moves the others, computed apart. */
interface Haunted {
  readonly state: PhysicsInput;
  readonly isGhost: readonly boolean[];
  /** Bodies that are no ghosts, and what they do among themselves. */
  readonly solid: readonly number[];
  readonly rest: PhysicsOutput;
  /** All bodies after the step. */
  readonly bodies: readonly Body[];
}

/** Chosen bodies meet nothing, all else is computed in earnest: a lie that obeys the law of motion. */
function haunted(task: Task, share: number, draw: () => number): Haunted | undefined {
  const state = physics.decodeInput(task.input);
  const isGhost = state.bodies.map((body) => body.massKg !== 0 && draw() < share);
  if (!isGhost.includes(true)) return undefined;
  const solid = state.bodies.flatMap((_, i) => isGhost[i] ? [] : [i]);
  const renamed = new Map(solid.map((body, i) => [body, i]));
  const contacts = state.contacts.flatMap((contact): Contact[] => {
    const first = renamed.get(contact.first);
    const second = renamed.get(contact.second);
    return first === undefined || second === undefined ? [] : [{ ...contact, first, second }];
  });
  const among = solid.map((i) => state.bodies[i] as Body);
  const rest = physics.decodeOutput(stepBytes(physics.encodeInput({ ...state, bodies: among, contacts })));
  const alone = (body: Body): Body =>
    physics.decodeInput(
      physics.nextInput(stepBytes(physics.encodeInput({ ...state, bodies: [body], contacts: [] }))),
    ).bodies[0] as Body;
  const bodies = state.bodies.map((body, i) =>
    isGhost[i] ? alone(body) : rest.state.bodies[renamed.get(i) ?? 0] as Body
  );
  return { state, isGhost, solid, rest, bodies };
}

/** Ghosts that hide their contacts. */
export function ghosts(share: number): Tell {
  return (task, { draw }) => {
    const found = haunted(task, share, draw);
    if (found === undefined) return undefined;
    const { state, solid, rest, bodies } = found;
    const contacts = rest.state.contacts.map((contact) => ({
      ...contact,
      first: solid[contact.first] as number,
      second: solid[contact.second] as number,
    }));
    return physics.encodeOutput({ ...rest, state: { ...state, bodies, contacts } });
  };
}

/** Ghosts that list their contacts as they are, but without impulses. Not told where that shifts other contacts. */
export function silentGhosts(share: number): Tell {
  return (task, { draw }) => {
    const found = haunted(task, share, draw);
    if (found === undefined) return undefined;
    const { state, isGhost, solid, rest, bodies } = found;
    const key = (first: number, second: number): number => first * 65_536 + second;
    const places = new Map(
      rest.state.contacts.map((
        { first, second },
        i,
      ) => [key(solid[first] as number, solid[second] as number), i]),
    );
    const honest = physics.decodeOutput(task.output);
    const rows = honest.state.contacts.map((contact): [Contact, Impulses, Impulses] | undefined => {
      const { first, second } = contact;
      if (isGhost[first] || isGhost[second]) {
        const [silent] = silence([contact]) as [Impulses];
        return [{ ...contact, ...silent }, silent, silent];
      }
      const i = places.get(key(first, second));
      if (i === undefined) return undefined;
      return [
        { ...rest.state.contacts[i] as Contact, first, second },
        rest.rest[i] as Impulses,
        rest.mean[i] as Impulses,
      ];
    });
    if (rows.includes(undefined)) return undefined;
    const all = rows as [Contact, Impulses, Impulses][];
    return physics.encodeOutput({
      ...honest,
      state: { ...state, bodies, contacts: all.map(([contact]) => contact) },
      rest: all.map(([, one]) => one),
      mean: all.map(([, , one]) => one),
    });
  };
}

/** All bodies of another material, whose answer is given out as that of the task. */
export function otherMaterial(change: (body: Body) => Partial<Pick<Body, "friction" | "restitution">>): Tell {
  return ({ input }) => {
    const state = physics.decodeInput(input);
    const bodies = state.bodies.map((body) => ({ ...body, ...change(body) }));
    const output = physics.decodeOutput(stepBytes(physics.encodeInput({ ...state, bodies })));
    const told = output.state.bodies.map((body, i) => {
      const { friction, restitution } = state.bodies[i] as Body;
      return { ...body, friction, restitution };
    });
    return physics.encodeOutput({ ...output, state: { ...output.state, bodies: told } });
  };
}

/** Forgets what the step before found, and so starts its search for impulses from nothing. */
export const coldStart: Tell = ({ input }) => {
  const state = physics.decodeInput(input);
  return stepBytes(physics.encodeInput({ ...state, contacts: [] }));
};
