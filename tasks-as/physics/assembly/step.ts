/** One step: from a sound state to the next state and its certificate. */
import { arenaMark, arenaRelease, arenaTake } from "../../lib/arena";
import { Bodies, prepareBodies, sleepersOf } from "./bodies";
import { Pairs, findPairs } from "./broad";
import { certificateOver, outputSize } from "./certificate";
import { CON_PAIR, CON_SIZE, Contacts, findContacts, warmContacts } from "./contact";
import { finishBodies } from "./finish";
import { CONTACTS_MAX, HEADER_SIZE, MOVING_ARRAYS, POINTS_MAX } from "./layout";
import { anyHeld, wake } from "./sleep";
import { solve } from "./solver";
import { State, bodyArray, stateOver } from "./state";
import { countStill, writeContacts } from "./write_contacts";
import { writeJoints } from "./write_joints";

/** Why a step could not be taken. */
export const STEP_OK: u32 = 0;
export const STEP_PAIRS: u32 = 1;
export const STEP_CONTACTS: u32 = 2;

@unmanaged
export class Step {
  fault: u32;
  output: usize;
  size: usize;
}

/** What stands in the arena before the solver begins. */
@unmanaged
class Scene {
  bodies: Bodies;
  pairs: Pairs;
  contacts: Contacts;
}

export function step(state: State): Step {
  const result = changetype<Step>(arenaTake(offsetof<Step>(), 8));
  const held = sleepersOf(state);
  const scene = changetype<Scene>(arenaTake(offsetof<Scene>(), 8));
  result.fault = awaken(state, held, scene);
  if (result.fault != STEP_OK) return result;
  const bodies = scene.bodies;
  const contacts = scene.contacts;
  warmContacts(contacts, state);
  const joints = solve(bodies, state, contacts);

  const still = countStill(state, held);
  const contactCount = contacts.count + still.contacts;
  const pointCount = contacts.points + still.points;
  result.fault = STEP_CONTACTS;
  if (contactCount > CONTACTS_MAX || pointCount > POINTS_MAX) return result;
  const size = outputSize(state.bodyCount, contactCount, pointCount, state.jointCount);
  const output = arenaTake(size, 16);
  const next = stateOver(output, state.bodyCount, contactCount, pointCount, state.jointCount);
  memory.copy(output, state.start, HEADER_SIZE + state.stride * MOVING_ARRAYS);
  store<u32>(output, contactCount, 8);
  store<u32>(output, pointCount, 12);
  writeContacts(contacts, state, held, next, certificateOver(next));
  writeJoints(joints, state, next, certificateOver(next));
  finishBodies(state, bodies, next, bodyArray(next, MOVING_ARRAYS));
  result.fault = STEP_OK;
  result.output = output;
  result.size = size;
  return result;
}

/** Finds the contacts of all that is awake, and wakes what they touch, until nothing more wakes. */
function awaken(state: State, held: usize, scene: Scene): u32 {
  if (anyHeld(state, held)) wake(state, held, 0, 0);
  while (true) {
    const mark = arenaMark();
    const bodies = prepareBodies(state, held, 0);
    const pairs = findPairs(state, bodies);
    if (pairs.overflow) return STEP_PAIRS;
    const contacts = findContacts(state, bodies, pairs);
    if (contacts.overflow) return STEP_CONTACTS;
    scene.bodies = bodies;
    scene.pairs = pairs;
    scene.contacts = contacts;
    if (!anyHeld(state, held) || !wake(state, held, pairsOf(contacts, pairs.list), contacts.count)) return STEP_OK;
    arenaRelease(mark);
  }
}

/** The pairs of the contacts, written over the list of candidates. */
function pairsOf(contacts: Contacts, list: usize): usize {
  let at = list;
  for (let record = contacts.records; record < contacts.end; record += CON_SIZE, at += 4) {
    store<u32>(at, load<u32>(record, CON_PAIR));
  }
  return list;
}
